/** Inline mode: what the bot offers while one types `@bot words`, and taking one of it. */

import { $, element } from "./dom.js";
import * as server from "./server.js";
import { t } from "./words.js";

/** How long a client waits for the next key before it asks, in milliseconds. */
const PAUSE = 150;

export class Inline {
  /**
   * @param {Object} actions - `place()`, `close()`, `onChosen()`, `onStart(payload)`,
   *   `onFault(fault)`.
   */
  constructor(actions) {
    this.actions = actions;
    this.awaited = null;
    this.newest = null;
  }

  /** Ask for some words, unless more are typed at once. */
  type(words) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(words), PAUSE);
  }

  stop() {
    clearTimeout(this.timer);
    this.awaited = null;
  }

  async ask(words) {
    try {
      this.awaited = (await server.askInline(this.actions.place(), words)).query;
    } catch (fault) {
      this.actions.onFault(fault);
    }
    // The answer may overtake the response that tells which query it is for.
    this.showNewest();
  }

  answered(event) {
    this.newest = event;
    this.showNewest();
  }

  showNewest() {
    if (this.newest === null || this.newest.query !== this.awaited) return;
    const { query, results, button } = this.newest;
    const items = results.map((result) => inlineItem(result, () => this.choose(query, result.id)));
    if (button) items.unshift(startItem(button, () => this.actions.onStart(button.start_parameter)));
    if (items.length === 0) items.push(element("p", { class: "hint" }, t("Nothing found")));
    $("menu").replaceChildren(...items);
    $("menu").hidden = false;
  }

  async choose(query, result) {
    this.stop();
    try {
      await server.choose(this.actions.place(), query, result);
      this.actions.onChosen();
    } catch (fault) {
      this.actions.onFault(fault);
    }
  }
}

function inlineItem(result, onClick) {
  const { photo_file_id: photo, title = "", description = "", caption = "" } = result;
  const picture = photo
    ? element("img", { src: server.fileAddress(photo), alt: "" })
    : element("span", { class: "inline-initial", "aria-hidden": "true" }, [...title].find(isLetter) ?? "·");
  return element(
    "button",
    { type: "button", class: "menu-item inline-item", "data-testid": "inline-result", "data-result": result.id, onClick },
    picture,
    element("strong", { dir: "auto" }, title || caption || t("Photo")),
    element("span", { dir: "auto" }, description),
  );
}

function startItem(button, onClick) {
  const properties = { type: "button", class: "menu-item inline-start", "data-testid": "inline-start" };
  return element("button", { ...properties, onClick }, element("strong", { dir: "auto" }, button.text));
}

const isLetter = (character) => /[\p{L}\p{N}]/u.test(character);

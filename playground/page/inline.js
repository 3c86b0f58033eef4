/** Inline mode: what the bot offers while one types `@bot words`, and taking one of it. */

import { element } from "./dom.js";
import * as server from "./server.js";
import { t } from "./words.js";

/** How long a client waits for the next key before it asks, in milliseconds. */
const PAUSE = 150;

export class Inline {
  /**
   * @param {Object} actions - `place()`, `show(options, label)`, `onChosen()`,
   *   `onStart(payload)`, `onFault(fault)`.
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
    const options = results.map((result) => inlineItem(result, () => this.choose(query, result.id)));
    if (button) options.unshift(startItem(button, () => this.actions.onStart(button.start_parameter)));
    if (options.length === 0) options.push(nothing());
    this.actions.show(options, t("What the bot offers"));
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

function inlineItem(result, onChoose) {
  const { photo_file_id: photo, title = "", description = "", caption = "" } = result;
  const picture = photo
    ? element("img", { src: server.fileAddress(photo), alt: "", width: 44, height: 44 })
    : element("span", { class: "inline-initial", "aria-hidden": "true" }, [...title].find(isLetter) ?? "·");
  const option = element(
    "div",
    { class: "menu-item inline-item", "data-testid": "inline-result", "data-result": result.id },
    picture,
    element("strong", { dir: "auto" }, title || caption || t("Photo")),
    " ",
    element("span", { dir: "auto" }, description),
  );
  option.onchoose = onChoose;
  return option;
}

function startItem(button, onChoose) {
  const properties = { class: "menu-item inline-start", "data-testid": "inline-start" };
  const option = element("div", properties, element("strong", { dir: "auto" }, button.text));
  option.onchoose = onChoose;
  return option;
}

const nothing = () => element("div", { class: "hint", "aria-disabled": "true" }, t("Nothing found"));

const isLetter = (character) => /[\p{L}\p{N}]/u.test(character);

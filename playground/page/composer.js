/** Where one writes: the line itself, the reply above it, the menu of commands. */

import { $, element } from "./dom.js";
import { summary } from "./messages.js";
import { t } from "./words.js";

export class Composer {
  /**
   * @param {function(string, ?number)} onSend - the text and the id of what it replies to.
   * @param {function(?string)} onInline - the words after the bot's name, null for none.
   */
  constructor(onSend, onInline) {
    this.onSend = onSend;
    this.onInline = onInline;
    this.bot = "";
    this.input = $("composer");
    this.replyTo = null;
    this.commands = [];
    this.suffix = "";
    $("composer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(this.input.value);
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("input", () => this.onInput());
    $("cancel-reply").addEventListener("click", () => this.reply(null));
    $("menu-button").addEventListener("click", () => this.toggleMenu());
    document.addEventListener("click", (event) => {
      if (!event.target.closest("#menu, #menu-button, #composer")) this.closeMenu();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeMenu();
    });
  }

  /** Start afresh in another conversation. */
  reset(commands, suffix) {
    this.commands = commands;
    this.suffix = suffix;
    this.input.value = "";
    this.closeMenu();
    this.reply(null);
    this.onInput();
    $("menu-button").hidden = commands.length === 0;
  }

  send(text) {
    const written = text.trim();
    if (!written) return;
    const replyTo = this.replyTo?.message_id ?? null;
    this.input.value = "";
    this.reply(null);
    this.onInput();
    this.closeMenu();
    this.onSend(written, replyTo);
  }

  /** Put words into the line for the person to finish. */
  begin(text) {
    this.input.value = text;
    this.onInput();
    this.input.focus();
  }

  /** Reply to a message; a prompt of the bot brings its own placeholder. */
  reply(message, placeholder = "") {
    this.replyTo = message;
    $("reply-bar").hidden = !message;
    this.input.placeholder = placeholder || t("Write a message…");
    this.input.setAttribute("aria-label", this.input.placeholder);
    if (!message) return;
    $("reply-name").textContent = t("Reply to {name}", { name: message.from.first_name });
    $("reply-text").textContent = summary(message);
    this.input.focus();
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send(this.input.value);
    }
    if (event.key === "Escape" && this.replyTo) this.reply(null);
    if (event.key === "ArrowUp" && !$("menu").hidden) {
      event.preventDefault();
      $("menu").lastElementChild?.focus();
    }
  }

  onInput() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
    $("composer-form").classList.toggle("empty", input.value.trim() === "");
    const query = this.inlineQuery();
    this.onInline(query);
    if (query !== null) return;
    const begun = /^\/(\w*)$/.exec(input.value)?.[1].toLowerCase();
    if (begun === undefined) this.closeMenu();
    else this.openMenu(this.commands.filter(({ command }) => command.startsWith(begun)));
  }

  /** What follows `@bot ` at the beginning of the line. */
  inlineQuery() {
    const [name, ...words] = this.input.value.split(" ");
    const isQuery = words.length > 0 && name.toLowerCase() === `@${this.bot.toLowerCase()}`;
    return isQuery ? words.join(" ") : null;
  }

  toggleMenu() {
    if ($("menu").hidden) this.openMenu(this.commands);
    else this.closeMenu();
  }

  /** Choosing a command sends it at once, without arguments, as Telegram does. */
  openMenu(commands) {
    const items = commands.map(({ command, description }) =>
      element(
        "button",
        {
          type: "button",
          class: "menu-item",
          "data-command": command,
          onClick: () => this.send(`/${command}${this.suffix}`),
          onKeydown: (event) => moveInMenu(event, this.input),
        },
        element("strong", {}, `/${command}`),
        element("span", { dir: "auto" }, description),
      ),
    );
    $("menu").replaceChildren(...items);
    $("menu").hidden = items.length === 0;
    $("menu-button").setAttribute("aria-expanded", String(items.length > 0));
  }

  closeMenu() {
    $("menu").hidden = true;
    $("menu-button").setAttribute("aria-expanded", "false");
  }
}

function moveInMenu(event, input) {
  const item = event.currentTarget;
  const next = { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling ?? input };
  if (!(event.key in next)) return;
  event.preventDefault();
  next[event.key]?.focus();
}

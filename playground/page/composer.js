/** Where one writes: the line itself, the reply above it, the menu of commands. */

import { $, element } from "./dom.js";
import { hide } from "./focus.js";
import { Listbox } from "./listbox.js";
import { summary } from "./messages.js";
import { t } from "./words.js";

const NOTHING = { text: "", replyTo: null, placeholder: "" };

/** What was not sent, and below it what has been begun since. */
const together = (text, replyTo, since) => ({
  ...since,
  text: [text, since.text].filter((one) => one.trim()).join("\n"),
  replyTo: since.replyTo ?? replyTo,
});

export class Composer {
  /**
   * @param {function(string, ?Object)} onSend - the text and the message that it replies to.
   * @param {function(?string)} onInline - the words after the bot's name, null for none.
   */
  constructor(onSend, onInline) {
    this.onSend = onSend;
    this.onInline = onInline;
    this.bot = "";
    this.input = $("composer");
    this.replyTo = null;
    this.placeholder = "";
    this.commands = [];
    this.suffix = "";
    /** What was begun, by conversation; null as the key while one is being opened. */
    this.drafts = new Map();
    this.key = null;
    this.list = new Listbox($("menu"), this.input, $("menu-button"));
    $("composer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendWritten();
    });
    this.input.addEventListener("keydown", (event) => this.list.onKey(event) || this.onKey(event));
    this.input.addEventListener("input", () => this.onInput());
    $("cancel-reply").addEventListener("click", () => this.reply(null));
    $("menu-button").addEventListener("click", () => this.toggleMenu());
    document.addEventListener("click", (event) => {
      if (!event.target.closest("#menu, #menu-button, #composer")) this.list.hide();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.list.hide();
    });
    this.fit();
  }

  /** A conversation is being opened: what is written from now on is for that one. */
  leave() {
    if (this.key === null) return;
    this.drafts.set(this.key, this.draft);
    this.key = null;
    this.draft = NOTHING;
  }

  /** The open conversation is no more: what was begun in it goes on in the one that follows. */
  carry() {
    this.key = null;
  }

  /** Be in a conversation, with what was begun there and what has been written since. */
  enter(key) {
    if (this.key === key) return;
    const { text, replyTo, placeholder } = this.drafts.get(key) ?? NOTHING;
    const since = this.draft;
    this.drafts.delete(key);
    this.key = key;
    this.draft = {
      text: [text, since.text].filter(Boolean).join(" "),
      replyTo: since.replyTo ?? replyTo,
      placeholder: since.replyTo ? since.placeholder : placeholder,
    };
    if (this.input === document.activeElement) this.onInput();
  }

  /** Put back what could not be sent, before what has been written since. */
  giveBack(key, text, replyTo) {
    if (this.key !== key) {
      const begun = this.drafts.get(key) ?? NOTHING;
      this.drafts.set(key, together(text, replyTo, begun));
      return;
    }
    this.draft = together(text, replyTo, this.draft);
  }

  /** The commands that the bot has here; `suffix` names it where there may be others. */
  offer(commands, suffix) {
    this.commands = commands;
    this.suffix = suffix;
    $("menu-button").hidden = commands.length === 0;
  }

  get draft() {
    const { replyTo, placeholder } = this;
    return { text: this.input.value, replyTo, placeholder };
  }

  set draft({ text, replyTo, placeholder }) {
    this.list.hide();
    // Setting it moves the caret, and disturbs who is just writing.
    if (this.input.value !== text) this.input.value = text;
    this.showReply(replyTo, placeholder);
    this.fit();
    this.onInline(this.inlineQuery());
  }

  sendWritten() {
    const { text, replyTo } = this.draft;
    if (!text.trim()) return;
    this.draft = NOTHING;
    this.onSend(text.trim(), replyTo);
  }

  /** Choosing a command sends it at once, without arguments, as Telegram does. */
  sendCommand(command) {
    const { replyTo } = this;
    const isBegun = this.begunCommand() !== undefined;
    this.list.hide();
    this.draft = { ...NOTHING, text: isBegun ? "" : this.input.value };
    this.onSend(`/${command}${this.suffix}`, replyTo);
  }

  /** Put words into the line for the person to finish. */
  begin(text) {
    this.input.value = text;
    this.onInput();
    this.input.focus();
  }

  /** Reply to a message; a prompt of the bot brings its own placeholder. */
  reply(message, placeholder = "") {
    this.showReply(message, placeholder);
    if (message) this.input.focus();
  }

  showReply(message, placeholder) {
    this.replyTo = message;
    this.placeholder = placeholder;
    this.label();
    if (message) $("reply-bar").hidden = false;
    else hide($("reply-bar"), this.input);
  }

  /** Say what is to be written, in the language of the page. */
  label() {
    const { replyTo } = this;
    this.input.placeholder = this.placeholder || t("Write a message…");
    this.input.setAttribute("aria-label", this.input.placeholder);
    if (!replyTo) return;
    $("reply-name").textContent = t("Reply to {name}", { name: replyTo.from.first_name });
    $("reply-text").textContent = summary(replyTo);
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.sendWritten();
    }
    if (event.key === "Escape" && this.replyTo) this.reply(null);
  }

  onInput() {
    this.fit();
    const query = this.inlineQuery();
    this.onInline(query);
    if (query !== null) return;
    const begun = this.begunCommand();
    if (begun === undefined) this.list.hide();
    else this.openMenu(this.commands.filter(({ command }) => command.startsWith(begun)));
  }

  /** Make the field as high as its text. */
  fit() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
    $("composer-form").classList.toggle("empty", input.value.trim() === "");
  }

  /** The letters after a slash, when there is nothing else. */
  begunCommand() {
    return /^\/(\w*)$/.exec(this.input.value)?.[1].toLowerCase();
  }

  /** What follows `@bot ` at the beginning of the line. */
  inlineQuery() {
    const [name, ...words] = this.input.value.split(" ");
    const isQuery = words.length > 0 && name.toLowerCase() === `@${this.bot.toLowerCase()}`;
    return isQuery ? words.join(" ") : null;
  }

  toggleMenu() {
    if (this.list.isOpen) return this.list.hide();
    this.openMenu(this.commands);
    this.list.enter();
  }

  openMenu(commands) {
    const options = commands.map(({ command, description }) => {
      const option = element(
        "div",
        { class: "menu-item", "data-command": command },
        element("strong", {}, `/${command}`),
        " ",
        element("span", { dir: "auto" }, description),
      );
      option.onchoose = () => this.sendCommand(command);
      return option;
    });
    this.list.show(options, t("Commands of the bot"));
  }
}

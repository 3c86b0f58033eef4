/** The open conversation: its messages in order, its place in them, who is typing. */

import { $, avatar, element } from "./dom.js";
import { hide, keepFocus } from "./focus.js";
import { continues, messageRow } from "./messages.js";
import { richText } from "./richtext.js";
import { dayName, isSameDay, t } from "./words.js";

/** How long a chat action shows when nothing follows it, in milliseconds: Telegram's five seconds. */
const ACTION_LASTS = 5000;
const NEAR_END = 80;

const ACTIONS = {
  typing: "is typing…",
  upload_photo: "is sending a photo…",
  upload_document: "is sending a file…",
};

export class Conversation {
  constructor(context) {
    this.context = context;
    this.node = $("messages");
    this.messages = new Map();
    this.activity = null;
    this.welcome = () => null;
    this.onActivity = () => {};
    $("to-bottom").addEventListener("click", () => this.scrollToEnd());
    this.node.addEventListener("scroll", () => this.offerEnd());
    // A picture that arrives, or a keyboard that opens on a phone, must not hide the last line.
    this.sticky = true;
    this.node.addEventListener("scroll", () => (this.sticky = this.isNearEnd()), { passive: true });
    new ResizeObserver(() => this.sticky && this.scrollToEnd()).observe(this.node);
    this.node.addEventListener("load", () => this.sticky && this.scrollToEnd(), true);
  }

  /** Show a conversation from its messages; the place in it stays when it is the same again. */
  load(messages, isSame) {
    this.messages = new Map(messages.map((message) => [message.message_id, message]));
    this.stopActivity();
    const follow = this.sticky || !isSame;
    this.render();
    if (follow) this.scrollToEnd();
  }

  /** Add a message, or put it in the place of its older self. */
  put(message) {
    const isNew = !this.messages.has(message.message_id);
    const follow = this.sticky || (isNew && message.from.id === this.context.me);
    this.messages.set(message.message_id, message);
    if (isNew && message.from.is_bot) this.stopActivity();
    if (!isNew) this.replace(message);
    else if (this.messages.size > 1) this.append(message);
    else this.render();
    if (follow) this.scrollToEnd();
  }

  remove(messageId) {
    this.messages.delete(messageId);
    this.render();
  }

  react(messageId, emojis) {
    const message = this.messages.get(messageId);
    if (message) this.put({ ...message, reactions: emojis });
  }

  render() {
    keepFocus(() => this.draw());
  }

  draw() {
    const position = this.node.scrollTop;
    this.node.replaceChildren();
    if (this.messages.size === 0) this.node.append(this.welcome() ?? "");
    let previous = null;
    for (const message of this.messages.values()) {
      this.appendAfter(previous, message);
      previous = message;
    }
    if (this.activity) this.node.append(this.activity);
    this.node.scrollTop = position;
  }

  append(message) {
    const previous = [...this.messages.values()].at(-2);
    this.activity?.remove();
    this.appendAfter(previous, message);
    if (this.activity) this.node.append(this.activity);
  }

  replace(message) {
    const old = this.node.querySelector(`[data-message="${message.message_id}"]`);
    const row = messageRow(message, this.context);
    for (const name of ["continued", "has-more"]) row.classList.toggle(name, old.classList.contains(name));
    keepFocus(() => old.replaceWith(row));
  }

  appendAfter(previous, message) {
    if (!previous || !isSameDay(previous.date, message.date)) {
      const day = element("span", {}, dayName(message.date));
      this.node.append(element("div", { class: "row service day" }, day));
    }
    const row = messageRow(message, this.context);
    if (continues(message, previous)) {
      row.classList.add("continued");
      this.node.lastElementChild?.classList.add("has-more");
    }
    this.node.append(row);
  }

  /** "…is typing", until the bot speaks or five seconds have passed. */
  showAction(action) {
    const words = t(ACTIONS[action] ?? ACTIONS.typing);
    const dots = element("span", { class: "dots" }, ...[1, 2, 3].map(() => element("i")));
    this.showActivity(element("div", { class: "bubble typing", role: "img", "aria-label": words }, dots));
    this.onActivity(words);
    this.timer = setTimeout(() => this.stopActivity(), ACTION_LASTS);
  }

  /** A message that is still being written. */
  showDraft(draft) {
    const written = draft.text
      ? richText(draft.text, draft.entities, this.context)
      : element("span", { class: "thinking" }, t("Thinking…"));
    const text = element("div", { class: "text" }, written);
    this.showActivity(element("div", { class: "bubble draft" }, text));
    this.onActivity(t("is typing…"));
  }

  showActivity(bubble) {
    this.stopActivity();
    this.activity = element(
      "div",
      { class: "row other", "data-testid": "activity" },
      this.context.isGroup ? avatar({ isBot: true, small: true }) : null,
      element("div", { class: "stack" }, bubble),
    );
    this.node.append(this.activity);
    if (this.sticky) this.scrollToEnd();
  }

  stopActivity() {
    clearTimeout(this.timer);
    this.activity?.remove();
    this.activity = null;
    this.onActivity(null);
  }

  /** Bring a message into view and point at it. */
  flash(messageId) {
    const row = this.node.querySelector(`[data-message="${messageId}"]`);
    if (!row) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollIntoView({ block: "center", behavior: isCalm ? "instant" : "smooth" });
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
  }

  offerEnd() {
    if (this.isNearEnd()) hide($("to-bottom"), this.node);
    else $("to-bottom").hidden = false;
  }

  isNearEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
  }

  scrollToEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.sticky = true;
    hide($("to-bottom"), this.node);
  }
}

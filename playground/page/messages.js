/** One message as nodes: bubble, quote, media, keyboard; or a line about the chat itself. */

import { avatar, element, hueOf, icon } from "./dom.js";
import { link, richText } from "./richtext.js";
import { fileAddress } from "./server.js";
import { clockTime, t, timeNode } from "./words.js";

const ANY_CHAT = { allow_bot_chats: true, allow_group_chats: true };

/** Messages of one sender this close together (seconds) share one name and one picture. */
const TOGETHER = 300;

/**
 * @param {Object} message - a Message of the Bot API with `reactions`.
 * @param {Object} context - `me` (user id), `bot` (username), `isGroup`, and the actions
 *   `onCommand`, `onStart`, `onPress`, `onReply`, `onQuote`, `onPhoto`, `onSwitch`, `onCopy`.
 */
export function messageRow(message, context) {
  const service = serviceText(message);
  if (service) return element("div", { class: "row service" }, element("span", { dir: "auto" }, service));
  const isOwn = message.from.id === context.me;
  const row = element("div", {
    class: `row ${isOwn ? "own" : "other"}`,
    "data-testid": "message",
    "data-message": message.message_id,
    "data-sender": message.from.is_bot ? "bot" : "person",
  });
  if (!isOwn && context.isGroup) {
    const { id, first_name: name, is_bot: isBot } = message.from;
    row.append(avatar({ id, name, isBot, small: true }));
  }
  const stack = element("div", { class: "stack" }, bubble(message, context, isOwn));
  const keyboard = message.reply_markup?.inline_keyboard;
  if (keyboard) stack.append(inlineKeyboard(message, keyboard, context));
  row.append(stack, replyButton(message, context));
  return row;
}

/** Whether a message continues what its sender said just before. */
export function continues(message, previous) {
  return Boolean(
    previous &&
      !serviceText(previous) &&
      previous.from.id === message.from.id &&
      message.date - previous.date < TOGETHER,
  );
}

/** A message in a few words, for the chat list and for quotes. */
export function summary(message) {
  const written = message.text ?? message.caption;
  if (written) return written.replace(/\s+/g, " ");
  if (message.photo) return t("Photo");
  if (message.document) return message.document.file_name ?? t("File");
  return serviceText(message) ?? "";
}

function serviceText(message) {
  const name = message.from?.first_name;
  if (message.forum_topic_created) {
    return t("{name} opened the topic “{topic}”", { name, topic: message.forum_topic_created.name });
  }
  if (message.forum_topic_closed) return t("{name} closed the topic", { name });
  if (message.forum_topic_reopened) return t("{name} reopened the topic", { name });
  if (message.new_chat_members) {
    const added = message.new_chat_members.map((member) => member.first_name).join(", ");
    return t("{name} added {added}", { name, added });
  }
  if (message.left_chat_member) {
    const left = message.left_chat_member;
    if (left.id === message.from.id) return t("{name} left", { name });
    return t("{name} removed {left}", { name, left: left.first_name });
  }
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) {
    return t("This group became a supergroup");
  }
  return null;
}

function bubble(message, context, isOwn) {
  const node = element("div", { class: "bubble" });
  if (!isOwn && context.isGroup) {
    const hue = message.from.is_bot ? "ink-bot" : hueOf(message.from.id);
    node.append(element("bdi", { class: `sender ${hue}` }, message.from.first_name));
  }
  if (message.via_bot) {
    const via = t("via @{bot}", { bot: message.via_bot.username });
    node.append(element("span", { class: "via" }, via));
  }
  const quoted = message.reply_to_message;
  if (quoted && !quoted.forum_topic_created) node.append(quote(quoted, context));
  if (message.photo) node.append(photo(message, context));
  if (message.document) node.append(file(message.document));
  const written = message.text ?? message.caption;
  if (written) {
    const entities = message.entities ?? message.caption_entities;
    const text = element("div", { class: "text", dir: "auto" }, richText(written, entities, context));
    node.append(text);
    if (endsLeftToRight(written) && message.reactions.length === 0) {
      node.classList.add("inline-time");
      text.dataset.footer = footer(message).textContent;
    }
  }
  node.append(footer(message));
  return node;
}

/** Whether the end of the last line is on the right, where the time can join it. */
const endsLeftToRight = (text) => !/[\u0590-\u08ff\ufb1d-\ufefc][^\n]*$/.test(text);

function quote(quoted, context) {
  const properties = { type: "button", class: "quote", onClick: () => context.onQuote(quoted.message_id) };
  return element(
    "button",
    properties,
    element("bdi", { class: "quote-name" }, quoted.from.first_name),
    element("span", { class: "quote-text", dir: "auto" }, summary(quoted)),
  );
}

function photo(message, context) {
  const largest = message.photo.at(-1);
  const source = fileAddress(largest.file_id);
  const description = message.caption || t("Photo");
  const { width, height } = largest;
  const image = element("img", { src: source, alt: description, width, height });
  const open = () => context.onPhoto(source, description);
  return element("button", { type: "button", class: "photo", onClick: open }, image);
}

function file({ file_id: id, file_name: name, file_size: size }) {
  return element(
    "a",
    { class: "file", href: fileAddress(id), download: name ?? true },
    element("span", { class: "file-icon" }, icon("file")),
    element("span", { class: "file-name" }, element("bdi", {}, name ?? t("File"))),
    element("small", {}, readableSize(size ?? 0)),
  );
}

function readableSize(bytes) {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`;
}

function footer(message) {
  const node = element("div", { class: "footer" });
  for (const emoji of message.reactions) node.append(element("span", { class: "reaction" }, emoji));
  if (message.edit_date) node.append(element("span", { class: "edited" }, t("edited")));
  node.append(timeNode(message.date, clockTime(message.date)));
  return node;
}

function replyButton(message, context) {
  const label = t("Reply");
  return element(
    "button",
    {
      type: "button",
      class: "icon-button reply-button",
      "aria-label": label,
      title: label,
      onClick: () => context.onReply(message),
    },
    icon("reply"),
  );
}

function inlineKeyboard(message, rows, context) {
  const keyboard = element("div", { class: "keyboard" });
  for (const row of rows) {
    const line = row.map((button) => inlineButton(message, button, context));
    keyboard.append(element("div", { class: "keyboard-row" }, ...line));
  }
  return keyboard;
}

function inlineButton(message, button, context) {
  const properties = {
    class: `inline-button ${button.style ?? ""}`,
    "data-testid": "inline-button",
    "data-data": button.callback_data,
  };
  const label = element("bdi", { class: "label" }, button.text);
  if (button.url) {
    const node = link(button.url, label, context, properties);
    node.append(icon("open"));
    return node;
  }
  const [sign, onClick] = buttonAction(message, button, context);
  const node = element("button", { type: "button", ...properties, onClick }, label);
  if (sign) node.append(icon(sign));
  return node;
}

function buttonAction(message, button, context) {
  if (button.callback_data !== undefined) {
    return [null, ({ currentTarget }) => context.onPress(message, button.callback_data, currentTarget)];
  }
  if (button.copy_text) return ["copy", () => context.onCopy(button.copy_text.text)];
  const here = button.switch_inline_query_current_chat;
  if (here !== undefined) return ["share", () => context.onSwitch(here, true)];
  const chosen = button.switch_inline_query_chosen_chat ?? ANY_CHAT;
  const query = button.switch_inline_query ?? chosen.query ?? "";
  return ["share", () => context.onSwitch(query, false, chosen)];
}

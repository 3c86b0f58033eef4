/** Who one is, which conversation is open, and what to try. */

import { $, avatar, element } from "./dom.js";
import { keepFocus } from "./focus.js";
import { summary } from "./messages.js";
import { language, shortTime, t, timeNode } from "./words.js";

export function showPeople(people, current, onChoose) {
  const buttons = people.map((person) =>
    element(
      "button",
      {
        type: "button",
        class: "person",
        "data-testid": "person",
        "data-person": person.id,
        "aria-pressed": String(person.id === current),
        onClick: () => onChoose(person.id),
      },
      avatar({ id: person.id, name: person.first_name }),
      element("bdi", {}, person.first_name),
      element("small", { title: languageName(person.language_code) }, person.language_code ?? "–"),
    ),
  );
  keepFocus(() => $("people").replaceChildren(...buttons));
}

function languageName(tag) {
  return tag ? new Intl.DisplayNames(language(), { type: "language" }).of(tag) : "";
}

export function showConversations(conversations, isOpen, onChoose) {
  const items = conversations.map((one) => {
    const button = element(
      "button",
      {
        type: "button",
        class: "chat",
        "data-testid": "chat",
        "data-chat": one.chat,
        "data-topic": one.topic ?? "",
        "aria-current": isOpen(one) ? "true" : null,
        onClick: () => onChoose(one),
      },
      conversationAvatar(one),
      element("bdi", { class: "chat-title" }, conversationTitle(one)),
      one.last ? timeNode(one.last.date, shortTime(one.last.date)) : element("span"),
      element("span", { class: "chat-last", dir: "auto" }, lastLine(one)),
    );
    if (one.unread) button.append(element("span", { class: "unread" }, String(one.unread)));
    return element("li", { class: one.topic ? "topic" : null }, button);
  });
  keepFocus(() => $("chats").replaceChildren(...items));
  $("unread-dot").hidden = !conversations.some(({ unread }) => unread);
}

export function conversationAvatar({ chat, topic, type, title }) {
  return avatar({ id: topic ?? chat, name: title, isBot: type === "private", isTopic: Boolean(topic) });
}

export function conversationTitle({ title, topic_name: topic }) {
  return topic ?? title;
}

/** What stands under the title: a topic says where it is, a group how many are in it. */
export function conversationSubtitle(conversation) {
  const { type, topic, title, members, administrators, is_forum: isForum } = conversation;
  if (type === "private") return t("bot");
  const names = new Intl.ListFormat(language()).format(administrators);
  const rules = t("administered by {names}", { names });
  if (topic) return `${t("topic in {title}", { title })} · ${rules}`;
  const isOne = new Intl.PluralRules(language()).select(members) === "one";
  const people = t(isOne ? "{count} member" : "{count} members", { count: members });
  return [people, isForum ? t("General") : null, rules].filter(Boolean).join(" · ");
}

function lastLine({ last, type, topic, title }) {
  if (!last) return topic ? t("topic in {title}", { title }) : t("No messages yet");
  const isSpoken = type !== "private" && (last.text ?? last.caption ?? last.photo);
  return isSpoken ? `${last.from.first_name}: ${summary(last)}` : summary(last);
}

export function showSuggestions(suggestions, onChoose) {
  keepFocus(() => $("suggestion-list").replaceChildren(...suggestionItems(suggestions, onChoose)));
  $("suggestions").hidden = suggestions.length === 0;
}

/** Handles worth trying; choosing one asks for its score in the open conversation. */
function suggestionItems(suggestions, onChoose) {
  return suggestions.map(({ handle, description }) =>
    element(
      "li",
      {},
      element(
        "button",
        {
          type: "button",
          class: "suggestion",
          "data-testid": "suggestion",
          "data-handle": handle,
          onClick: () => onChoose(handle),
        },
        element("strong", {}, `@${handle}`),
        element("span", { dir: "auto" }, description[language()] ?? description.en ?? ""),
      ),
    ),
  );
}

/** What an empty conversation says: where one is, how to begin, whom to ask about. */
export function welcomeCard(conversation, suggestions, { onStart, onHandle }) {
  const isPrivate = conversation.type === "private";
  const card = element(
    "div",
    { class: "welcome" },
    conversationAvatar(conversation),
    element("h2", {}, element("bdi", {}, conversationTitle(conversation))),
    element("p", {}, isPrivate ? t("Ask how influential somebody on X is, and why.") : groupHint(conversation)),
  );
  if (isPrivate) {
    const properties = { type: "button", class: "primary start", onClick: onStart };
    card.append(element("button", properties, t("Start")));
  }
  if (suggestions.length > 0 && conversation.has_bot) {
    const few = suggestions.slice(0, 4);
    card.append(element("p", { class: "hint" }, t("Try one of these:")));
    card.append(element("ul", { class: "chips" }, ...suggestionItems(few, onHandle)));
  }
  return card;
}

export const groupHint = ({ has_bot: hasBot }) =>
  hasBot
    ? t("In groups the bot sees only commands and replies to its messages, as on Telegram.")
    : t("The bot is no member here: mention it, and it answers as a guest.");


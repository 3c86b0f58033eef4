/** What one may do to the bot and the chat, beside talking. */

import { $, element } from "./dom.js";
import { hide, moved } from "./focus.js";
import { t } from "./words.js";

const LABELS = {
  block: () => t("Block the bot"),
  unblock: () => t("Unblock the bot"),
  add_bot: () => t("Add the bot"),
  remove_bot: () => t("Remove the bot"),
  promote_bot: () => t("Make the bot an administrator"),
  demote_bot: () => t("Let the bot be a member only"),
  close_topic: () => t("Close the topic"),
  reopen_topic: () => t("Reopen the topic"),
  upgrade: () => t("Turn the group into a supergroup"),
};

/** The menu in the corner of a conversation; it is not there when there is nothing to do. */
export function showActions(names, onChoose) {
  const items = names.map((name) => {
    const onClick = () => {
      toggle(false);
      onChoose(name);
    };
    const properties = { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" };
    const marks = { "data-testid": "action", "data-action": name };
    return element("button", { ...properties, ...marks, onClick }, LABELS[name]());
  });
  toggle(false);
  $("action-list").replaceChildren(...items);
  if (items.length > 0) $("actions").hidden = false;
  else hide($("actions"), $("messages"));
}

function toggle(isOpen) {
  if (isOpen) $("action-list").hidden = false;
  else hide($("action-list"), $("actions-button"));
  $("actions-button").setAttribute("aria-expanded", String(isOpen));
}

const isOpen = () => !$("action-list").hidden;

/** The keys of an ARIA menu: arrows, first and last, a letter; Escape and Tab leave it. */
function onKey(event) {
  const items = [...$("action-list").children];
  if (event.key === "Escape" || event.key === "Tab") return toggle(false);
  if (!isOpen() && !/^Arrow(Up|Down)$/.test(event.key)) return;
  const current = items.indexOf(document.activeElement);
  const next = moved(event.key, current, items.length) ?? lettered(event.key, items, current);
  if (next === null) return;
  event.preventDefault();
  toggle(true);
  items[next].focus();
}

/** The next item that begins with a letter. */
function lettered(key, items, current) {
  const begins = ({ textContent: name }) => key.length === 1 && name.toLowerCase().startsWith(key.toLowerCase());
  const after = items.findIndex((item, place) => place > current && begins(item));
  const any = after >= 0 ? after : items.findIndex(begins);
  return any >= 0 ? any : null;
}

$("actions-button").addEventListener("click", () => {
  toggle(!isOpen());
  if (isOpen()) $("action-list").firstElementChild.focus();
});
$("actions").addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (isOpen() && !event.target.closest("#actions")) toggle(false);
});

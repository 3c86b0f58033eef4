/** What one may do to the bot and the chat, beside talking. */

import { $, element } from "./dom.js";
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
    const properties = { type: "button", class: "menu-item", "data-testid": "action", "data-action": name };
    return element("button", { ...properties, onClick }, LABELS[name]());
  });
  $("action-list").replaceChildren(...items);
  $("actions").hidden = items.length === 0;
  toggle(false);
}

function toggle(isOpen) {
  $("action-list").hidden = !isOpen;
  $("actions-button").setAttribute("aria-expanded", String(isOpen));
}

$("actions-button").addEventListener("click", () => toggle($("action-list").hidden));
document.addEventListener("click", (event) => {
  if (!event.target.closest("#actions")) toggle(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") toggle(false);
});

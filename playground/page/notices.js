/** Short notices: toasts, alerts that want an answer, a picture in full size. */

import { $, element } from "./dom.js";
import { conversationAvatar, conversationTitle } from "./sidebar.js";

const TOAST_LASTS = 3500;

export function toast(text) {
  const node = element("div", { class: "toast", "data-testid": "toast", dir: "auto" }, text);
  $("toasts").append(node);
  setTimeout(() => node.classList.add("leaving"), TOAST_LASTS);
  setTimeout(() => node.remove(), TOAST_LASTS + 300);
}

export function alertBox(text) {
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}

/** Ask in which conversation to go on; undefined when in none. */
export function chooseChat(conversations) {
  return new Promise((resolve) => {
    const dialog = $("chooser");
    const choose = (one) => {
      resolve(one);
      dialog.close();
    };
    const items = conversations.map((one) => {
      const properties = { type: "button", class: "menu-item", onClick: () => choose(one) };
      const name = element("bdi", {}, conversationTitle(one));
      return element("li", {}, element("button", properties, conversationAvatar(one), name));
    });
    $("chooser-list").replaceChildren(...items);
    dialog.addEventListener("close", () => resolve(undefined), { once: true });
    dialog.showModal();
  });
}

export function viewPhoto(source, description) {
  Object.assign($("viewer-image"), { src: source, alt: description });
  $("viewer").showModal();
}

$("viewer").addEventListener("click", () => $("viewer").close());

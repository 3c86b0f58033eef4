/** Short notices: toasts, alerts that want an answer, a picture in full size. */

import { $, element } from "./dom.js";
import { moved, remember } from "./focus.js";
import { conversationAvatar, conversationTitle } from "./sidebar.js";
import { t } from "./words.js";

/** How long a toast stays, in milliseconds: at least, and for each character to read. */
const TOAST_LASTS = 3500;
const READING = 60;

export function toast(text) {
  const lasts = Math.max(TOAST_LASTS, text.length * READING);
  const node = element("div", { class: "toast", "data-testid": "toast", dir: "auto" }, text);
  $("toasts").append(node);
  setTimeout(() => node.classList.add("leaving"), lasts);
  setTimeout(() => node.remove(), lasts + 300);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("Copied"));
  } catch {
    toast(t("The browser does not let this page copy. Copy it by hand: {text}", { text }));
  }
}

/** Open a dialog; when it closes, the keyboard goes back to where it was. */
function open(dialog) {
  if (dialog.open) return;
  const find = remember(document.activeElement);
  dialog.addEventListener("close", () => find().focus({ preventScroll: true }), { once: true });
  dialog.showModal();
}

export function alertBox(text) {
  $("alert-text").textContent = text;
  open($("alert"));
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
    open(dialog);
    dialog.addEventListener("close", () => resolve(undefined), { once: true });
  });
}

export function viewPhoto(source, description) {
  $("viewer-image").replaceChildren(element("img", { src: source, alt: description }));
  open($("viewer"));
}

$("viewer").addEventListener("click", () => $("viewer").close());
$("chooser-list").addEventListener("keydown", (event) => {
  const buttons = [...$("chooser-list").querySelectorAll("button")];
  const next = moved(event.key, buttons.indexOf(document.activeElement), buttons.length);
  if (next === null) return;
  event.preventDefault();
  buttons[next].focus();
});

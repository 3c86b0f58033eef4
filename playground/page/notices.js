/** Short notices: toasts, alerts that want an answer, a picture in full size. */

import { $, element } from "./dom.js";

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

export function viewPhoto(source, description) {
  Object.assign($("viewer-image"), { src: source, alt: description });
  $("viewer").showModal();
}

$("viewer").addEventListener("click", () => $("viewer").close());

/** On a narrow screen people and chats are a drawer, and what is below it waits meanwhile. */

import { $ } from "./dom.js";

const isNarrow = matchMedia("(max-width: 760px)");

function show(isShown) {
  document.body.classList.toggle("sidebar-open", isShown);
  $("conversation").inert = isShown;
  $("open-sidebar").setAttribute("aria-expanded", String(isShown));
}

/** Close the drawer and go back to where it was opened. */
export function close() {
  if (!document.body.classList.contains("sidebar-open")) return;
  show(false);
  $("open-sidebar").focus({ preventScroll: true });
}

$("open-sidebar").addEventListener("click", () => {
  show(true);
  $("close-sidebar").focus();
});
$("close-sidebar").addEventListener("click", close);
$("scrim").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
isNarrow.addEventListener("change", () => show(false));

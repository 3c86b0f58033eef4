/** Where the keyboard is: it stays there when what it was on is drawn anew or goes away. */

import { $ } from "./dom.js";

const CONTROLS = "button, a[href], [tabindex]";

const marksOf = (control) => JSON.stringify({ ...control.dataset }) + control.textContent;
const controlsIn = (part) => [...part.querySelectorAll(CONTROLS)].filter((one) => one.checkVisibility());

/**
 * Remember a control of a message or of a list.
 *
 * @param {Element} control
 * @returns {function(): Element} finds it, or what stands in its place after its message or list
 *   was drawn anew; the messages when there is nothing of the kind any more.
 */
export function remember(control) {
  const part = control.closest("[data-message]") ?? control.parentElement?.closest("[id]");
  if (!part) return () => control;
  const { message } = part.dataset;
  const selector = message ? `[data-message="${message}"]` : `#${part.id}`;
  const marks = marksOf(control);
  const kind = control.classList[0];
  const alike = (one) => one.classList[0] === kind;
  const place = controlsIn(part).filter(alike).indexOf(control);
  return () => {
    if (control.isConnected && control.checkVisibility()) return control;
    const now = document.querySelector(selector);
    const controls = now ? controlsIn(now) : [];
    const same = controls.filter(alike);
    const exact = same.find((one) => marksOf(one) === marks);
    return exact ?? same[place] ?? same.at(-1) ?? controls[0] ?? $("messages");
  };
}

/** Draw something anew; the keyboard goes on where it was. */
export function keepFocus(draw) {
  const control = document.activeElement;
  if (!control || control === document.body) return draw();
  const find = remember(control);
  draw();
  if (!control.isConnected || !control.checkVisibility()) find().focus({ preventScroll: true });
}

/** Hide something; the keyboard, when it was inside, goes on elsewhere. */
export function hide(node, elsewhere) {
  const wasInside = node.contains(document.activeElement);
  node.hidden = true;
  if (wasInside) elsewhere.focus({ preventScroll: true });
}

/** Where somebody goes on who has just opened a conversation. */
export function focusConversation() {
  // On a touch screen the field would open the keyboard over the conversation.
  const isTouched = !matchMedia("(hover: hover)").matches;
  $(isTouched ? "messages" : "composer").focus({ preventScroll: true });
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Which item of a list a key leads to: up and down, around the ends, first and last.
 *
 * @param {string} key - of the keyboard event.
 * @param {number} current - the place of the item where one is, -1 for none.
 * @param {number} count - of items.
 * @returns {?number} null when the key does not move.
 */
export function moved(key, current, count) {
  if (count === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!(key in STEPS)) return null;
  if (current < 0) return key === "ArrowDown" ? 0 : count - 1;
  return (current + STEPS[key] + count) % count;
}

/** A list beside the field, moved through with the keyboard: the pattern of an ARIA listbox. */

import { moved } from "./focus.js";

/** Letters that are typed this close together (milliseconds) are one beginning. */
const TOGETHER = 700;

export class Listbox {
  /**
   * The focus stays in the field, or in the list itself when it was opened with its button;
   * `aria-activedescendant` tells which option is meant.
   *
   * @param {HTMLElement} node - the list.
   * @param {HTMLElement} input - the field that it belongs to.
   * @param {HTMLElement} opener - its button.
   */
  constructor(node, input, opener) {
    Object.assign(this, { node, input, opener });
    this.options = [];
    this.current = -1;
    this.begun = "";
    this.begunAt = 0;
    node.addEventListener("keydown", (event) => this.onKey(event) || this.onLetter(event));
    // A press on an option leaves the focus where it is.
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Show options, each with its `onchoose`; without any, nothing is shown. */
  show(options, label) {
    const isThere = (one) => one.getAttribute("aria-disabled") !== "true";
    options.forEach((option, place) => {
      option.id = `option-${place}`;
      option.setAttribute("role", "option");
    });
    this.options = options.filter(isThere);
    this.node.setAttribute("aria-label", label);
    this.node.replaceChildren(...options);
    this.point(-1);
    if (options.length === 0) return this.hide();
    this.node.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
  }

  /** Go into the list, to its first option. */
  enter() {
    this.node.focus({ preventScroll: true });
    this.point(0);
  }

  hide() {
    if (!this.isOpen) return;
    const wasInside = this.node === document.activeElement;
    this.node.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.point(-1);
    if (wasInside) (this.opener.hidden ? this.input : this.opener).focus();
  }

  /** Obey a key; false when it means nothing to the list. */
  onKey(event) {
    if (!this.isOpen || event.isComposing) return false;
    if (event.key === "Tab") {
      this.hide();
      return false;
    }
    if (!this.obeys(event)) return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  obeys({ key, shiftKey, target }) {
    if (key === "Escape") {
      this.hide();
      return true;
    }
    const isChosen = this.current >= 0;
    if (key === "Enter" && !shiftKey && isChosen) {
      this.choose(this.options[this.current]);
      return true;
    }
    // In the field these two move within the text, until an option is meant.
    if (/Home|End/.test(key) && target === this.input && !isChosen) return false;
    const next = moved(key, this.current, this.options.length);
    if (next === null) return false;
    this.begun = "";
    this.point(next);
    return true;
  }

  /** In the list itself, letters lead to the next option that begins so, and space chooses. */
  onLetter(event) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const isNew = event.timeStamp - this.begunAt > TOGETHER;
    if (event.key === " " && (isNew || !this.begun)) return this.choose(this.options[this.current]);
    this.begun = (isNew ? "" : this.begun) + event.key.toLowerCase();
    this.begunAt = event.timeStamp;
    const from = this.begun.length === 1 ? this.current + 1 : Math.max(this.current, 0);
    const after = [...this.options.slice(from), ...this.options.slice(0, from)];
    const found = after.find((one) => nameOf(one).startsWith(this.begun.replace(/^[/@]/, "")));
    if (found) this.point(this.options.indexOf(found));
  }

  choose(option) {
    if (this.options.includes(option)) option.onchoose();
  }

  point(place) {
    this.current = place;
    this.options.forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    const option = this.options[place];
    option?.scrollIntoView({ block: "nearest" });
    for (const node of [this.node, this.input]) {
      if (option) node.setAttribute("aria-activedescendant", option.id);
      else node.removeAttribute("aria-activedescendant");
    }
  }
}

const nameOf = (option) => option.textContent.toLowerCase().replace(/^[/@]/, "");

/** The server is away: the page says so, and asks again and again, ever more seldom. */

import { $ } from "./dom.js";
import { hide } from "./focus.js";
import { t } from "./words.js";

/** How long the first pause between two tries is, and the longest, in milliseconds. */
const FIRST = 1000;
const LONGEST = 30_000;

export class Trouble {
  /** @param {function()} onAgain - try to reach the server. */
  constructor(onAgain) {
    this.onAgain = onAgain;
    this.pause = FIRST;
    this.timer = null;
    $("try-again").addEventListener("click", () => this.again());
  }

  begin() {
    document.body.classList.add("offline");
    this.label();
    $("try-again").hidden = false;
    if (this.timer !== null) return;
    this.timer = setTimeout(() => this.again(), this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST);
  }

  /** The server has answered. */
  end() {
    clearTimeout(this.timer);
    this.timer = null;
    document.body.classList.remove("offline");
    this.label();
    hide($("try-again"), $("composer"));
  }

  /** Something was done: the next trouble is a new one. */
  forget() {
    this.pause = FIRST;
  }

  /** Say it in the language of the page. */
  label() {
    const isAway = document.body.classList.contains("offline");
    const words = isAway ? t("The server cannot be reached just now. What you write is kept.") : "";
    if ($("trouble-text").textContent !== words) $("trouble-text").textContent = words;
  }

  again() {
    clearTimeout(this.timer);
    this.timer = null;
    this.onAgain();
  }
}

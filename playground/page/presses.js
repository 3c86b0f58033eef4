/** Buttons under messages: pressed once until they are answered, as in Telegram. */

import { alertBox, toast } from "./notices.js";
import * as server from "./server.js";

/** A button stops turning after this many milliseconds, as in Telegram, answered or not. */
const SPINNER_LASTS = 15_000;

export class Presses {
  /** @param {function(Fault)} onFault */
  constructor(onFault) {
    this.onFault = onFault;
    /** How the buttons of the queries that wait stop turning. */
    this.waiting = new Map();
  }

  async press(place, message, data, button) {
    if (button.classList.contains("waiting")) return;
    button.classList.add("waiting");
    button.setAttribute("aria-busy", "true");
    const stop = () => {
      button.classList.remove("waiting");
      button.removeAttribute("aria-busy");
    };
    setTimeout(stop, SPINNER_LASTS);
    try {
      const { query } = await server.press(place, message.message_id, data);
      if (this.waiting.delete(query)) stop();
      else this.waiting.set(query, stop);
    } catch (fault) {
      stop();
      this.onFault(fault);
    }
  }

  answered({ query, text, alert, url }) {
    // The answer may overtake the response that tells which query it is for.
    const stop = this.waiting.get(query);
    if (stop) stop();
    if (!this.waiting.delete(query)) this.waiting.set(query, () => {});
    if (text) (alert ? alertBox : toast)(text);
    if (url) window.open(url, "_blank", "noopener");
  }
}

/** What is sent: it waits until a conversation is open, and comes back when it did not arrive. */

import * as server from "./server.js";

export class Outbox {
  /**
   * @param {Composer} composer - gets back what could not be sent.
   * @param {Object} actions - `place()`, null before anything is open; `onSent(answer)`;
   *   `onFault(fault)`.
   */
  constructor(composer, actions) {
    this.composer = composer;
    this.actions = actions;
    /** What has not arrived, and goes out by itself when the server is back. */
    this.waiting = null;
    this.last = Promise.resolve();
    this.hold();
  }

  /** A conversation is being opened: what is sent from now on waits for it. */
  hold() {
    this.opened ??= new Promise((resolve) => (this.open = resolve));
  }

  /** A conversation is open. */
  release() {
    this.open?.();
    this.opened = this.open = null;
  }

  /** Send a text, after those before it. */
  send(text, replyTo = null) {
    const opened = this.opened;
    this.last = this.last.then(() => opened).then(() => this.deliver(text, replyTo));
    return this.last;
  }

  /** The server is back: send what waits, unless it has been changed since. */
  resume() {
    const isUnchanged = this.waiting !== null && this.composer.draft.text.trim() === this.waiting;
    this.waiting = null;
    if (isUnchanged) this.composer.sendWritten();
  }

  async deliver(text, replyTo) {
    const place = this.actions.place();
    try {
      if (place === null) throw new server.Fault("nothing is open", true);
      const answer = await server.say(place, text, replyTo?.message_id ?? null);
      this.actions.onSent(answer);
    } catch (fault) {
      this.composer.giveBack(place && JSON.stringify(place), text, replyTo);
      // What may have arrived is not said twice: that is for the person to decide.
      if (fault.isAway && !fault.isUnsure) this.waiting = this.composer.draft.text.trim();
      this.actions.onFault(fault);
    }
  }
}

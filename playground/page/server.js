/** What the page asks the server, and what the server tells the page. */

/** The server answered nothing, or not the server itself: a proxy before it. */
const AWAY = [502, 503, 504];

/** A message waits no longer for the server than this, in milliseconds. */
const PATIENCE = 15_000;

/** Why something was not done. */
export class Fault extends Error {
  /**
   * @param {string} reason
   * @param {boolean} isAway - the server was not reached; else it refused.
   * @param {boolean} isUnsure - it may have been reached, and have done what was asked.
   */
  constructor(reason, isAway, isUnsure = false) {
    super(reason);
    Object.assign(this, { isAway, isUnsure });
  }
}

async function ask(path, options) {
  try {
    const response = await fetch(`/page-api/${path}`, options);
    if (response.ok) return await response.json();
    throw new Fault(await response.text(), AWAY.includes(response.status));
  } catch (fault) {
    throw fault instanceof Fault ? fault : new Fault(fault.message, true, fault.name === "TimeoutError");
  }
}

const post = (path, body, signal) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });

const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null));

export const fetchState = (person) => ask(`state?${query({ person })}`);

export const fetchHistory = (place) => ask(`history?${query(place)}`);

export const say = (place, text, replyTo) =>
  post("say", { ...place, text, reply_to: replyTo ?? undefined }, AbortSignal.timeout(PATIENCE));

export const press = (place, message, data) => post("press", { ...place, message, data });

export const askInline = (place, words) => post("inline", { ...place, query: words });

export const choose = (place, query, result) => post("choose", { ...place, query, result });

export const act = (place, action) => post("act", { ...place, action });

export const letAWeekPass = () => post("week-later", {});

export const fileAddress = (fileId) => `/page-api/files/${encodeURIComponent(fileId)}`;

/**
 * Listen to everything that happens.
 *
 * @param {function(Object)} onEvent
 * @param {function()} onOpen - now and after each interruption: ask again for what was missed.
 * @param {function()} onLost - the server cannot be reached for the moment.
 */
export function listen({ onEvent, onOpen, onLost }) {
  const source = new EventSource("/page-api/events");
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  source.onopen = onOpen;
  source.onerror = () => {
    onLost();
    // Browsers try again by themselves, except after an answer that was an error.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => listen({ onEvent, onOpen, onLost }), 1000);
    }
  };
}

/** What the page asks the server, and what the server tells the page. */

async function ask(path, options) {
  const response = await fetch(`/page-api/${path}`, options);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const post = (path, body) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null));

export const fetchState = (person) => ask(`state?${query({ person })}`);

export const fetchHistory = (place) => ask(`history?${query(place)}`);

export const say = (place, text, replyTo) =>
  post("say", { ...place, text, reply_to: replyTo ?? undefined });

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

/** Text with entities, as nodes. Offsets count UTF-16 units, and so do JavaScript's strings. */

import { element, icon } from "./dom.js";
import { formattedTime, t, timeNode } from "./words.js";

/**
 * @param {string} text
 * @param {Array} entities - as the Bot API gives them: by place, the outer before the inner.
 * @param {{onCommand: function(string), onStart: function(string), bot: string}} actions
 */
export function richText(text, entities, actions) {
  return new Renderer(text, actions).part(0, text.length, entities ?? []);
}

class Renderer {
  constructor(text, actions) {
    this.text = text;
    this.actions = actions;
  }

  /** The nodes of one stretch; entities that cross another's end are continued after it. */
  part(start, end, entities) {
    const fragment = document.createDocumentFragment();
    const waiting = entities.map((one) => ({ ...one, end: one.end ?? one.offset + one.length }));
    let position = start;
    while (waiting.length > 0) {
      const entity = waiting.shift();
      const stop = Math.min(entity.end, end);
      if (stop <= position) continue;
      const begin = Math.max(entity.offset, position);
      fragment.append(this.text.slice(position, begin));
      const inner = waiting.filter((one) => one.offset < stop);
      const later = waiting.filter((one) => one.end > stop);
      waiting.splice(0, waiting.length, ...later);
      fragment.append(this.node(entity, begin, stop, inner));
      position = this.afterBlock(entity, stop);
    }
    fragment.append(this.text.slice(position, end));
    return fragment;
  }

  /** A block ends its line by itself: the line break after it would be a second one. */
  afterBlock(entity, stop) {
    const isBlock = /blockquote|pre/.test(entity.type);
    return isBlock && this.text[stop] === "\n" ? stop + 1 : stop;
  }

  node(entity, start, end, inner) {
    const written = this.text.slice(start, end);
    const content = this.part(start, end, inner);
    const make = NODES[entity.type] ?? ((nodes) => element("span", { class: "mention" }, nodes));
    return make(content, entity, written, this.actions);
  }
}

const wrap = (tag) => (content) => element(tag, {}, content);

const NODES = {
  bold: wrap("strong"),
  italic: wrap("em"),
  underline: wrap("u"),
  strikethrough: wrap("s"),
  code: wrap("code"),
  pre: (content, entity) =>
    element("pre", { "data-language": entity.language }, element("code", {}, content)),
  blockquote: wrap("blockquote"),
  expandable_blockquote: (content) => expandable(content),
  spoiler: (content) => spoiler(content),
  custom_emoji: wrap("span"),
  bot_command: (content, _, written, actions) =>
    element(
      "button",
      { type: "button", class: "link", onClick: () => actions.onCommand(written) },
      content,
    ),
  url: (content, _, written, actions) =>
    link(/^[a-z]+:\/\//i.test(written) ? written : `http://${written}`, content, actions),
  text_link: (content, entity, _, actions) => link(entity.url, content, actions),
  email: (content, _, written) => element("a", { href: `mailto:${written}` }, content),
  date_time: (content, entity) => dateTime(content, entity),
};

/** A link out of the page, or a deep link into the bot, which stays here. */
export function link(url, content, actions, properties = {}) {
  const start = deepLink(url, actions.bot);
  if (start !== null) {
    const inside = { type: "button", class: "link", ...properties };
    return element("button", { ...inside, onClick: () => actions.onStart(start) }, content);
  }
  const leadsOut = /^(https?|mailto):/i.test(url);
  const outside = leadsOut && { href: url, target: "_blank", rel: "noopener noreferrer" };
  return element("a", { ...outside, ...properties }, content);
}

/** The payload of a `t.me/<bot>?start=…` link to this bot, null for any other. */
export function deepLink(url, bot) {
  const match = /^(?:https?:\/\/)?t\.me\/(\w+)\/?\?start=([\w-]{0,64})$/i.exec(url);
  return match && match[1].toLowerCase() === bot.toLowerCase() ? match[2] : null;
}

function spoiler(content) {
  const reveal = () => {
    node.classList.add("revealed");
    node.removeAttribute("role");
    node.removeAttribute("aria-label");
    // It stays where the keyboard is, which would otherwise fall to the page's beginning.
    node.tabIndex = -1;
  };
  const onKeydown = (event) => {
    if (node.tabIndex < 0 || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    reveal();
  };
  const label = t("Hidden text: press to read it");
  const properties = { class: "spoiler", role: "button", tabindex: "0", "aria-label": label };
  const hidden = element("span", { class: "spoiler-text" }, content);
  const node = element("span", { ...properties, onClick: reveal, onKeydown }, hidden);
  return node;
}

function dateTime(content, entity) {
  const { unix_time: unix, date_time_format: letters } = entity;
  const node = timeNode(unix, content);
  if (letters && node.hasAttribute("datetime")) {
    node.title = node.textContent;
    node.replaceChildren(formattedTime(unix, letters));
  }
  return node;
}

/** A quote of which three lines show until it is opened; a short one shows whole. */
function expandable(content) {
  const body = element("div", { class: "quote-body", dir: "auto" }, content);
  const toggle = element(
    "button",
    { type: "button", class: "quote-toggle", "aria-expanded": "false" },
    element("span", {}, t("Show more")),
    icon("chevron"),
  );
  const quote = element("blockquote", { class: "expandable" }, body, toggle);
  toggle.addEventListener("click", () => {
    const isOpen = quote.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(isOpen));
    toggle.firstChild.textContent = isOpen ? t("Show less") : t("Show more");
  });
  new ResizeObserver(() => {
    if (!quote.classList.contains("open")) toggle.hidden = body.scrollHeight <= body.clientHeight;
  }).observe(body);
  return quote;
}

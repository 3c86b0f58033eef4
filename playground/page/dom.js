/** Making nodes. Text only ever becomes text: nothing on this page is parsed as HTML. */

/**
 * @param {string} tag
 * @param {Object} properties - `class`, `on<Event>` listeners, `data-…`/`aria-…`; the rest are
 *   attributes; `undefined`, `null` and `false` leave it out.
 * @param {...(Node|string|null|undefined)} children
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const HUES = 6;

/** A round picture of somebody: their initial on their colour; the bot has its bars. */
export function avatar({ id, name, isBot = false, isTopic = false, small = false }) {
  const hue = isBot ? "bot" : Math.abs(id) % HUES;
  const classes = `avatar hue-${hue}${small ? " small" : ""}`;
  const inside = isBot ? icon("bars") : isTopic ? icon("topic") : [...name][0];
  return element("span", { class: classes, "aria-hidden": "true" }, inside);
}

export const hueOf = (id) => `ink-${Math.abs(id) % HUES}`;

export const $ = (id) => document.getElementById(id);

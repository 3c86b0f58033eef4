/** The page's own words in the visitor's language, and dates as that language writes them. */

import { element } from "./dom.js";

let tables = {};
let current = "en";

/** The sentence in the visitor's language, `{name}` filled in. */
export function t(sentence, values = {}) {
  const translated = tables[current]?.[sentence] ?? sentence;
  return translated.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function setWords(words) {
  tables = words;
}

export const language = () => current;

export function preferredLanguage() {
  const stored = localStorage.getItem("language");
  const wanted = stored ? [stored] : navigator.languages;
  const known = wanted.map((tag) => tag.split("-")[0]).find((tag) => ["en", "fr"].includes(tag));
  return known ?? "en";
}

export function useLanguage(tag) {
  current = tag;
  document.documentElement.lang = tag;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.tagName === "BUTTON") node.title = t(node.dataset.tLabel);
  }
}

/** The visitor's own variety of the language: British English has another clock than American. */
const locale = () => navigator.languages.find((tag) => tag.split("-")[0] === current) ?? current;

const format = (date, options) => new Intl.DateTimeFormat(locale(), options).format(date);

/** How far the time here is ahead of this computer's, in milliseconds. */
let ahead = 0;

export const setNow = (unix) => (ahead = unix * 1000 - Date.now());

export const now = () => Date.now() + ahead;

/** The date and time here, in full. */
export const fullTime = () =>
  format(now(), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A moment as a `<time>`, or as plain text where its year is none that HTML can name. */
export function timeNode(unix, text) {
  const year = new Date(unix * 1000).getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return element("span", {}, text);
  return element("time", { datetime: new Date(unix * 1000).toISOString() }, text);
}

export const clockTime = (unix) => format(unix * 1000, { hour: "2-digit", minute: "2-digit" });

export const isSameDay = (one, other) =>
  new Date(one * 1000).toDateString() === new Date(other * 1000).toDateString();

/** "Today", "Yesterday" or the date. */
export function dayName(unix) {
  const days = daysAgo(unix);
  if (days === 0 || days === 1) {
    const named = new Intl.RelativeTimeFormat(current, { numeric: "auto" }).format(-days, "day");
    return named.charAt(0).toLocaleUpperCase(current) + named.slice(1);
  }
  const isThisYear = new Date(now()).getFullYear() === new Date(unix * 1000).getFullYear();
  const year = isThisYear ? undefined : "numeric";
  return format(unix * 1000, { weekday: "long", day: "numeric", month: "long", year });
}

/** For a list: the time today, the weekday in the last six days, else the date. */
export function shortTime(unix) {
  const days = daysAgo(unix);
  if (days === 0) return clockTime(unix);
  return format(unix * 1000, days < 7 ? { weekday: "short" } : { day: "numeric", month: "short" });
}

/** A point in time as `<tg-time>` asks for it, in the visitor's own zone. */
export function formattedTime(unix, letters) {
  if (letters === "r") return relativeTime(unix);
  const parts = {};
  if (letters.includes("w")) parts.weekday = letters.includes("D") ? "long" : "short";
  if (/d/i.test(letters)) Object.assign(parts, { day: "numeric", month: "short" });
  if (letters.includes("D")) Object.assign(parts, { month: "long", year: "numeric" });
  if (/t/i.test(letters)) Object.assign(parts, { hour: "2-digit", minute: "2-digit" });
  if (letters.includes("T")) parts.second = "2-digit";
  return format(unix * 1000, parts);
}

function relativeTime(unix) {
  const seconds = unix - now() / 1000;
  const steps = [["second", 1, 60], ["minute", 60, 60], ["hour", 3600, 24], ["day", 86_400, Infinity]];
  const [unit, size] = steps.find(([, size, most]) => Math.round(Math.abs(seconds) / size) < most);
  const relative = new Intl.RelativeTimeFormat(current, { numeric: "auto" });
  return relative.format(Math.round(seconds / size), unit);
}

const daysAgo = (unix) => Math.round((startOfDay(now()) - startOfDay(unix * 1000)) / 86_400_000);

const startOfDay = (time) => new Date(time).setHours(0, 0, 0, 0);

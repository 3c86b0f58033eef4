/** The page's own words in the visitor's language, and dates as that language writes them. */

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

export const clockTime = (unix) => format(unix * 1000, { hour: "2-digit", minute: "2-digit" });

export const isSameDay = (one, other) =>
  new Date(one * 1000).toDateString() === new Date(other * 1000).toDateString();

/** "Today", "Yesterday" or the date. */
export function dayName(unix) {
  const days = Math.round((startOfDay(Date.now()) - startOfDay(unix * 1000)) / 86_400_000);
  if (days === 0 || days === 1) {
    const named = new Intl.RelativeTimeFormat(current, { numeric: "auto" }).format(-days, "day");
    return named.charAt(0).toLocaleUpperCase(current) + named.slice(1);
  }
  const isThisYear = new Date().getFullYear() === new Date(unix * 1000).getFullYear();
  const year = isThisYear ? undefined : "numeric";
  return format(unix * 1000, { weekday: "long", day: "numeric", month: "long", year });
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
  const seconds = unix - Date.now() / 1000;
  const steps = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? steps.at(-1);
  const relative = new Intl.RelativeTimeFormat(current, { numeric: "auto" });
  return relative.format(Math.round(seconds / size), unit);
}

const startOfDay = (time) => new Date(time).setHours(0, 0, 0, 0);

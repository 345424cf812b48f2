/**
 * Times in the viewer's zone and the page's language. The server renders UTC.
 */

import { language, words } from "deskbell/words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * Writes the text of every `<time data-time>` in a part of the page.
 *
 * @param {Element} root
 * @param {Date} [now]
 */
export function localise(root, now = new Date()) {
  for (const time of within(root)) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    if (time.dataset.open !== undefined) {
      void import("deskbell/due.js").then(({ countDown }) => countDown(time, now));
      continue;
    }
    const text = written(at, time.dataset.time ?? "", now);
    // Writing the same text again would still be a mutation, which screen readers may announce.
    if (time.textContent !== text) time.textContent = text;
    const full = formatted(at, { dateStyle: "full", timeStyle: "short" });
    if (time.title !== full) time.title = full;
  }
}

/** Times that say how long ago grow old, and days turn. */
export function keepFresh() {
  const refresh = () => {
    if (!document.hidden) localise(document.body);
  };
  setInterval(refresh, MINUTE);
  document.addEventListener("visibilitychange", refresh);
}

/**
 * @param {Date} at
 * @param {string} style
 * @param {Date} now
 */
function written(at, style, now) {
  if (style === "ago") return ago(at, now);
  if (style === "seen") return seen(at, now);
  if (style === "day") return day(at, now);
  if (style === "due") return due(at, now);
  return formatted(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Short, for a column of times: now, 2 min, 1 hr, Tue, 12 Jun. @param {Date} at @param {Date} now */
function ago(at, now) {
  const age = now.getTime() - at.getTime();
  if (age < MINUTE) return words("now");
  if (age < HOUR) return unit(Math.floor(age / MINUTE), "minute");
  if (age < DAY) return unit(Math.floor(age / HOUR), "hour");
  if (age < 6 * DAY) return formatted(at, { weekday: "short" });
  return formatted(at, { day: "numeric", month: "short", ...yearUnlessThis(at, now) });
}

/** Within a sentence: 5 minutes ago, yesterday. @param {Date} at @param {Date} now */
export function seen(at, now) {
  const age = Math.max(now.getTime() - at.getTime(), 0);
  const said = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  if (age < MINUTE) return words("just-now");
  if (age < HOUR) return said.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return said.format(-Math.floor(age / HOUR), "hour");
  if (age < 30 * DAY) return said.format(-Math.floor(age / DAY), "day");
  return formatted(at, { dateStyle: "medium" });
}

/** Of a separator: Today, Yesterday, Tuesday, 12 June 2025. @param {Date} at @param {Date} now */
function day(at, now) {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  if (days === 0) return words("today");
  if (days === 1) return words("yesterday");
  if (days > 1 && days < 7) return formatted(at, { weekday: "long" });
  return formatted(at, { weekday: "long", day: "numeric", month: "long", ...yearUnlessThis(at, now) });
}

/** To come: 17:30, Tue 17:30, 12 Jun 17:30. @param {Date} at @param {Date} now */
export function due(at, now) {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY);
  /** @type {Intl.DateTimeFormatOptions} */
  const date = days < 7 ? { weekday: "short" } : { day: "numeric", month: "short", ...yearUnlessThis(at, now) };
  return formatted(at, { ...(days ? date : {}), hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The same for all moments of one day in the viewer's zone. @param {Date} at */
export function dayKey(at) {
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
}

/** @param {Date} at */
function startOfDay(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** @param {Date} at @param {Date} now @returns {Intl.DateTimeFormatOptions} */
function yearUnlessThis(at, now) {
  return at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
}

/** @param {number} count @param {"minute" | "hour"} name */
export function unit(count, name) {
  return new Intl.NumberFormat(language(), { style: "unit", unit: name, unitDisplay: "short" }).format(count);
}

/** @param {Date} at @param {Intl.DateTimeFormatOptions} options */
function formatted(at, options) {
  const key = language() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(language(), options)));
  return format.format(at);
}

/** @param {Element} root @returns {HTMLTimeElement[]} */
function within(root) {
  const selector = "time[datetime][data-time]";
  const found = /** @type {HTMLTimeElement[]} */ ([...root.querySelectorAll(selector)]);
  if (root.matches(selector)) found.push(/** @type {HTMLTimeElement} */ (root));
  return found;
}

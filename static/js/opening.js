/**
 * When somebody is there, by what the server said of the times ahead. Pure.
 */

/** @typedef {[number, number]} Span from when to when somebody is there: instants, in order */

/**
 * @param {Span[]} ahead
 * @param {number} now
 * @returns {{isOpen: boolean, changes: number | null}} and when that is another, if it is known
 */
export function stateAt(ahead, now) {
  const next = ahead.find(([, end]) => now < end);
  if (!next) return { isOpen: false, changes: null };
  const isOpen = next[0] <= now;
  return { isOpen, changes: isOpen ? next[1] : next[0] };
}

/**
 * The words for an instant that is to come, by the viewer's own clock.
 *
 * @param {Date} at
 * @param {Date} now
 * @param {string} language
 * @returns {{key: string, values: {day: string, time: string}}}
 */
export function backAt(at, now, language) {
  const formatted = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(language, options).format(at);
  const time = formatted({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = daysBetween(now, at);
  const isThisWeek = days < 7;
  const day = formatted(isThisWeek ? { weekday: "long" } : { weekday: "long", day: "numeric", month: "long" });
  return { key: days === 0 ? "back-today" : days === 1 ? "back-tomorrow" : "back-on", values: { day, time } };
}

/** Midnights between two instants. @param {Date} from @param {Date} to */
function daysBetween(from, to) {
  const day = (/** @type {Date} */ at) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((day(to) - day(from)) / 86_400_000);
}

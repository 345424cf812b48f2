/**
 * How long a question may still wait for its first answer: counted down while the site is open, and standing still
 * while it is not. Loaded with the first such time.
 */

import { due, seen, unit } from "deskbell/times.js";
import { words } from "deskbell/words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * @param {HTMLTimeElement} time `data-open`: from when to when the site is open until then, in ms
 * @param {Date} now
 */
export function countDown(time, now) {
  const at = new Date(time.dateTime);
  // By the server's clock it may be over before it is by this one: then nothing of it is open any more.
  const isOver = at <= now || !time.dataset.open;
  const text = isOver ? words("was-due", { time: seen(at, now) }) : left(time.dataset.open ?? "", now);
  if (time.textContent !== text) time.textContent = text;
  time.toggleAttribute("data-over", isOver);
}

/** @param {string} open @param {Date} now */
function left(open, now) {
  const spans = open.split(" ").map((span) => span.split("-").map(Number));
  const ahead = spans.filter(([, end]) => end > now.getTime());
  const [[begin]] = ahead;
  if (begin > now.getTime()) return words("stands-still", { time: due(new Date(begin), now) });
  const ms = ahead.reduce((sum, [from, to]) => sum + to - Math.max(from, now.getTime()), 0);
  const isLong = ms >= HOUR;
  return words("time-left", { time: unit(isLong ? Math.floor(ms / HOUR) : Math.ceil(ms / MINUTE), isLong ? "hour" : "minute") });
}

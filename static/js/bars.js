/**
 * How loud a recording is, as a drawing: the path of a bar for each number, as the server draws it (`app/pages/filters.py`).
 */

/** @param {number[]} peaks from 0 to 100 @returns {string} */
export function bars(peaks) {
  return peaks
    .map((peak, at) => {
      const half = Math.max(1, Math.round((peak * 15) / 100));
      return `M${4 * at + 2} ${16 - half}v${2 * half}`;
    })
    .join("");
}

/** `0:07` @param {number} seconds @returns {string} */
export function minutes(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * So many numbers for a recording of any length: the loudest of each part of it, and the loudest of all is 100.
 *
 * @param {number[]} levels from 0 to 1
 * @param {number} count
 * @returns {number[]}
 */
export function peaksOf(levels, count) {
  if (levels.length === 0) return [];
  const loudest = Math.max(0.08, ...levels); // silence stays low
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * levels.length) / count));
    return Math.round((Math.max(...levels.slice(from, to)) / loudest) * 100);
  });
}

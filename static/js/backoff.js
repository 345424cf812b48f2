/**
 * How long to wait before the next try: growing, and spread so that a thousand browsers do not
 * come back in the same second.
 */

const FIRST = 1_000;
const LONGEST = 30_000;

/**
 * @param {number} tries so far, from 0
 * @param {number} [chance] between 0 and 1
 * @returns {number} milliseconds
 */
export function pause(tries, chance = Math.random()) {
  const grown = Math.min(FIRST * 2 ** Math.min(tries, 10), LONGEST);
  return Math.round(Math.min(grown * (0.75 + chance / 2), LONGEST));
}

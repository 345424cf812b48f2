/**
 * How well one colour is seen on another: the contrast ratio of WCAG 2, as the server has it. Pure.
 */

export const WHITE = "#ffffff";
export const DARK = "#1c1b19";

/** Whether it is written as it has to be. @param {string} text */
export function isColour(text) {
  return /^#[0-9a-f]{6}$/.test(text);
}

/**
 * From 1 to 21, to one place, never more than it is.
 *
 * @param {string} one
 * @param {string} other
 */
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return Math.floor(((lighter + 0.05) / (darker + 0.05)) * 10) / 10;
}

/** White or dark, whichever is seen better on it. @param {string} colour */
export function inkOn(colour) {
  return contrast(WHITE, colour) >= contrast(DARK, colour) ? WHITE : DARK;
}

/** 0 is black, 1 is white. @param {string} colour */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {number} part */
function linear(part) {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

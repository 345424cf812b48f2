/**
 * The styles of what a page shows later, asked for once they are needed.
 */

import { cloned } from "deskbell/parts.js";

/** @returns {Promise<void>} once they are there, or cannot be had */
export function styled() {
  const there = document.getElementById("later-styles-link");
  const link = there ?? cloned("later-styles");
  if (!(link instanceof HTMLLinkElement) || link.sheet) return Promise.resolve();
  return new Promise((resolve) => {
    for (const end of ["load", "error"]) link.addEventListener(end, () => resolve());
    if (!there) document.head.append(link);
  });
}

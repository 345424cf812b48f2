/**
 * Buttons that copy what another element holds: `data-copies` names it.
 */

import { announce } from "deskbell/announcer.js";
import { words } from "deskbell/words.js";

const SHOWN_MS = 2_000;

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copies]") : null;
  const source = document.getElementById(button?.getAttribute("data-copies") ?? "");
  if (!(button instanceof HTMLElement) || !source || !(await copied(source))) return;
  button.dataset.copied = "";
  announce(words("copied"));
  setTimeout(() => delete button.dataset.copied, SHOWN_MS);
});

/**
 * Where the clipboard is not given (no HTTPS, not allowed), it is marked to be copied by hand.
 *
 * @param {Element} source
 */
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

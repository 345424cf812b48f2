/**
 * Tells HTMX that something has moved: parts that know how to ask for themselves do so on `refresh`.
 */

import { dressed } from "deskbell/mounts.js";
import { morph, parsed } from "deskbell/parts.js";
import { isPressing, whenReleased } from "deskbell/pressing.js";

/** Numbers are not asked for more often. */
export const COUNTS_PAUSE = 1_000;

/** @type {Set<string>} */
const planned = new Set();
/** @type {Map<string, number>} */
const done = new Map();

/**
 * A burst of changes asks once, and no part asks more often than its `pause`.
 *
 * @param {string} selector of the parts
 * @param {number} [pause] milliseconds
 * @param {string} [event]
 */
export function refresh(selector, pause = 400, event = "refresh") {
  if (planned.has(selector)) return;
  const wait = Math.max(100, (done.get(selector) ?? 0) + pause - Date.now());
  planned.add(selector);
  setTimeout(() => {
    planned.delete(selector);
    const parts = document.querySelectorAll(selector);
    // What a part asks for while another answer is about to replace it goes with it; and one that has just come does not
    // listen yet.
    if ([...parts].some((part) => part.matches(".htmx-request:not([hx-sync]), .htmx-added"))) return refresh(selector, pause, event);
    done.set(selector, Date.now());
    // It must not bubble: parts stand within parts.
    for (const element of parts) {
      const ask = () => element.dispatchEvent(new CustomEvent(event));
      if (!afterItsMenu(element, ask)) ask();
    }
  }, wait);
}

// The menu may have been opened while the answer was on its way, or is about to be: somebody presses its button.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const isRefresh = detail.requestConfig?.triggeringEvent?.type === "refresh";
  const isOurs = isRefresh || detail.target.matches("#chat-header");
  if (!isOurs || detail.xhr.status >= 400) return;
  const ask = () => detail.target.dispatchEvent(new CustomEvent("refresh"));
  if (isPressing()) {
    detail.shouldSwap = false;
    whenReleased(ask);
  } else if (afterItsMenu(detail.target, ask)) detail.shouldSwap = false;
  else if (becomes(detail.target, parsed(detail.xhr.responseText))) detail.shouldSwap = false;
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (becomes(detail.target, detail.fragment.firstElementChild)) detail.shouldSwap = false;
});

/**
 * Nobody's menu is taken away under their pointer: a part asks again once it is closed.
 *
 * @param {Element} part
 * @param {() => void} ask
 */
function afterItsMenu(part, ask) {
  const menu = part.querySelector("details.menu[open]");
  menu?.addEventListener("toggle", ask, { once: true });
  return menu !== null;
}

/**
 * What may be open, or scrolled, turns into what it is now: put in its place, another
 * element would be closed and at its top.
 *
 * @param {Element} there
 * @param {Element | null} fresh
 */
function becomes(there, fresh) {
  if (!there.matches("[popover], #list-site") || fresh?.id !== there.id) return false;
  // Somebody else's panel is another one.
  if (fresh.getAttribute("hx-get") !== there.getAttribute("hx-get")) return false;
  fresh.removeAttribute("hx-swap-oob");
  // What asks for itself knows better.
  for (const own of there.querySelectorAll("[data-asks-itself]")) fresh.querySelector(`#${own.id}`)?.replaceWith(own.cloneNode(true));
  morph(there, fresh);
  htmx.process(there);
  dressed(there);
  return true;
}

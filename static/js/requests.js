/**
 * What HTMX's requests need beyond HTMX: failures told plainly, and a second try for what failed.
 */

import { live } from "deskbell/socket.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

/** Parts that load themselves when they are scrolled to; the wish is not repeated by itself. */
const PAGERS = ".log-older, .rows-more";

let isLeaving = false;

export function refuseGarbage() {
  // Whoever logs out is on their way to the login page; a part that was asked for meanwhile would lead them to the one
  // that asks where they have been.
  document.addEventListener("deskbell:leaving", () => (isLeaving = true));
  addEventListener("pageshow", () => (isLeaving = false));
  document.addEventListener("htmx:beforeOnLoad", (event) => isLeaving && event.preventDefault());
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    const { xhr } = detail;
    // Our own refusals bring a toast and say so; what a proxy in between says is no part of a page.
    if (xhr.status < 400 || xhr.getResponseHeader("HX-Reswap")) return;
    detail.shouldSwap = false;
    failed(event);
  });
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  live.watch((state) => state === "online" && again());
}

/** @param {Event} event */
function failed(event) {
  const { elt, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  if (elt instanceof Element && elt.matches(PAGERS)) elt.setAttribute("data-failed", "");
  // What refreshes in the background will be asked for again; the connection strip says enough.
  const isAsked = ["click", "submit", "keydown"].includes(requestConfig?.triggeringEvent?.type);
  if (isAsked) toast({ title: words("went-wrong"), key: "failed", isError: true });
}

function again() {
  for (const pager of document.querySelectorAll(`:is(${PAGERS})[data-failed]`)) {
    pager.removeAttribute("data-failed");
    void htmx.ajax("GET", pager.getAttribute("hx-get") ?? "", { source: pager });
  }
}

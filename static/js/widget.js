/**
 * The floating button and the window it opens.
 */

import { announce } from "deskbell/announcer.js";
import { conversationOf } from "deskbell/conversation.js";
import { covering } from "deskbell/cover.js";
import { mount } from "deskbell/mounts.js";
import { refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { viewer } from "deskbell/viewer.js";
import { wayBack } from "deskbell/wayback.js";
import { words } from "deskbell/words.js";

const NO_WAY = { opened: () => {}, closed: () => {} };
const LOST = /** @type {const} */ (["htmx:sendError", "htmx:responseError", "htmx:timeout"]);

/** @param {HTMLElement} window_ `#widget` */
export function widget(window_) {
  const button = document.getElementById("widget-button");
  const key = `deskbell:widget:${viewer().keeper}`;
  const ended = new AbortController();
  const { signal } = ended;
  // On another site the page around the frame knows whether it is shown.
  const isFramed = "site" in document.body.dataset;
  const settle = isFramed ? () => {} : covering(window_, signal);
  const isOpen = () => !window_.hidden;
  const way = isFramed ? NO_WAY : wayBack({ open: () => open(true), close: () => close(), isOpen }, signal);
  const shown = () => window_.dispatchEvent(new CustomEvent("deskbell:shown", { bubbles: true }));
  let isLost = false;
  let awaitsFocus = false;

  const open = (/** @type {boolean} */ takesFocus) => {
    window_.hidden = false;
    settle();
    button?.setAttribute("aria-expanded", "true");
    storage.set(key, "open");
    refresh("#widget-status");
    way.opened();
    shown();
    if (takesFocus) awaitsFocus = !focusIn(window_);
  };
  const close = () => {
    if (window_.hidden) return;
    window_.hidden = true;
    settle();
    awaitsFocus = false;
    button?.setAttribute("aria-expanded", "false");
    storage.remove(key);
    way.closed();
    shown();
    button?.focus();
  };
  /** The chat is loaded with the page: its messages count as received, and the badge lives, while it is closed. */
  const load = () => htmx.trigger("#widget-chat", isLost ? "refresh" : "open");

  button?.addEventListener("click", () => (window_.hidden ? open(true) : close()), { signal });
  document.addEventListener("click", (event) => isOn(event, "[data-widget-close]") && close(), { signal });
  document.addEventListener("click", (event) => isOn(event, "[data-widget-open]") && open(true), { signal });
  document.addEventListener("deskbell:host", (event) => {
    const { type, takesFocus } = /** @type {CustomEvent} */ (event).detail;
    if (type === "open") open(takesFocus);
    else if (type === "close") close();
  }, { signal });
  window_.addEventListener("keydown", (event) => isEscape(event) && close(), { signal });
  window_.addEventListener("deskbell:unread", (event) => badge(/** @type {CustomEvent} */ (event).detail.count), { signal });
  for (const type of LOST) {
    window_.addEventListener(type, (event) => (isLost ||= isOn(event, "#widget-chat")), { signal });
  }
  const unwatch = live.watch((state) => {
    if (state !== "online" || !isLost) return;
    load();
    isLost = false;
  });
  mount("#widget .chat", (chat) => {
    // Opened before it was loaded: the focus was on what the chat has taken the place of.
    if (awaitsFocus) conversationOf(chat)?.focus();
    awaitsFocus = false;
  });
  if ((!isFramed && storage.get(key) === "open") || "startsOpen" in window_.dataset) open(false);
  load();
  return () => {
    ended.abort();
    unwatch();
  };
}

/** Into the composer, or while that is loading to something that is there. @param {HTMLElement} window_ */
function focusIn(window_) {
  const conversation = conversationOf(window_.querySelector(".chat"));
  if (conversation) conversation.focus();
  else window_.querySelector("button")?.focus();
  return conversation !== undefined;
}

/** @param {number} count */
function badge(count) {
  const place = document.getElementById("widget-unread");
  if (!place || place.dataset.count === String(count)) return;
  const hasGrown = count > Number(place.dataset.count);
  place.dataset.count = String(count);
  place.hidden = count === 0;
  const number = place.querySelector(".count-number");
  if (number) number.textContent = count > 99 ? "99+" : String(count);
  // The log announces for itself while it is open.
  if (hasGrown && document.getElementById("widget")?.hidden) announce(words("unread", { count }));
}

/** @param {KeyboardEvent} event */
function isEscape(event) {
  return event.key === "Escape" && !event.defaultPrevented && !event.isComposing;
}

/** @param {Event} event @param {string} selector */
function isOn(event, selector) {
  return event.target instanceof Element && event.target.closest(selector) !== null;
}

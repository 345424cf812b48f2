/**
 * What a site asks of those who have not written yet: it goes with their first message, and proves nothing.
 */

import { mount } from "deskbell/mounts.js";
import * as storage from "deskbell/storage.js";

const key = () => `deskbell:said:${document.body.dataset.site}`;

/** What was said here; nothing where nothing is asked. @returns {Record<string, string>} */
export function said() {
  const kept = form() && storage.get(key());
  return kept ? JSON.parse(kept) : {};
}

let isListening = false;

/** Asks, unless it has been said. */
export function ask() {
  const asking = form();
  if (!asking || isListening) return;
  isListening = true;
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    storage.set(key(), JSON.stringify(Object.fromEntries(new FormData(asking))));
    show(asking, false);
    focus(".composer-text");
  });
  mount("#widget .chat", (chat) => chat.querySelector(".composer")?.before(asking));
  document.addEventListener("deskbell:host", (event) => {
    const { type, takesFocus } = /** @type {CustomEvent} */ (event).detail;
    if (type === "open" && takesFocus && !asking.hidden) setTimeout(() => focus("#said-name"));
  });
  if (!storage.get(key())) show(asking, true);
}

/** Nothing more is asked: they have written. */
export function asked() {
  const asking = form();
  if (asking) show(asking, false);
  storage.remove(key());
}

/** Asks once more, if it was for this that the first message was refused. @param {{message: string, fields?: object}} refusal */
export function askAgain({ message, fields = {} }) {
  const asking = form();
  if (!asking || !("saidName" in fields || "saidEmail" in fields)) return;
  const place = asking.querySelector(".field-error");
  const text = place?.querySelector("span");
  if (place instanceof HTMLElement && text) {
    text.textContent = message;
    place.hidden = false;
  }
  for (const [name, value] of Object.entries(said())) {
    const field = asking.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  show(asking, true);
}

/** Instead of the composer. @param {HTMLElement} asking @param {boolean} isAsked */
function show(asking, isAsked) {
  asking.hidden = !isAsked;
  const window_ = document.getElementById("widget");
  window_?.toggleAttribute("data-asks", isAsked);
  if (isAsked && !window_?.hidden && document.hasFocus()) focus("#said-name");
}

/** @param {string} selector */
function focus(selector) {
  const field = document.querySelector(selector);
  if (field instanceof HTMLElement) field.focus();
}

function form() {
  return /** @type {HTMLFormElement | null} */ (document.getElementById("ask"));
}

/**
 * The inbox by keyboard: arrows in the list, `/` to the search, Escape back to the list; `?` says so.
 */

import { links } from "deskbell/rows.js";

const STEPS = /** @type {Record<string, (index: number, last: number) => number>} */ ({
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_index, last) => last,
});

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "/" && !isWriting(target)) toSearch(event);
    else if (event.key === "?" && !isWriting(target)) shortcuts();
    else if (event.key === "Enter" && target.id === "chat-search") search(event, target);
    else if (event.key in STEPS) step(event, target);
    else if (event.key === "Escape") back(event, target);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLAnchorElement && target.matches("#chat-rows .chat-link")) rove(target);
  });
}

/** @param {KeyboardEvent} event */
function toSearch(event) {
  const search = document.getElementById("chat-search");
  if (!(search instanceof HTMLInputElement)) return;
  event.preventDefault();
  search.focus();
  search.select();
}

function shortcuts() {
  const dialog = document.getElementById("shortcuts");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** At once, and in place: the form itself would lead away from the open chat. @param {KeyboardEvent} event @param {Element} target */
function search(event, target) {
  event.preventDefault();
  htmx.trigger(target, "search");
}

/** From the search down into the list, and up from its first row back. @param {KeyboardEvent} event @param {Element} target */
function step(event, target) {
  const isSearch = target.id === "chat-search";
  if (!target.closest("#chat-rows") && !(isSearch && event.key === "ArrowDown")) return;
  const all = links();
  const index = all.findIndex((link) => link === target);
  const next = STEPS[event.key](isSearch ? -1 : index, all.length - 1);
  event.preventDefault();
  if (next < 0) document.getElementById("chat-search")?.focus();
  else all[next]?.focus();
}

/** @param {KeyboardEvent} event @param {Element} target */
function back(event, target) {
  if (target.closest("dialog, details[open], [popover]")) return;
  if (target instanceof HTMLInputElement && target.id === "chat-search" && target.value) {
    // Browsers differ in what Escape does to a search field; it empties it here.
    event.preventDefault();
    target.value = "";
    htmx.trigger(target, "search");
    return;
  }
  const way = document.querySelector("#chat-header .back");
  if (!(way instanceof HTMLElement) || way.offsetParent === null) return;
  event.preventDefault();
  way.click();
}

/** @param {HTMLAnchorElement} link */
function rove(link) {
  for (const other of links()) other.tabIndex = other === link ? 0 : -1;
}

/** @param {Element} element */
function isWriting(element) {
  return element.matches("input, textarea, select, [contenteditable]") || element.closest("dialog[open]") !== null;
}

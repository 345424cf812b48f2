/**
 * The inbox by keyboard: arrows in the list, `/` to the search, letters, Escape back to the list; `?` says so.
 */

import { mount } from "deskbell/mounts.js";
import { get } from "deskbell/storage.js";

/** Where whoever wants no keys of one sign has said so. */
export const SWITCH = `deskbell:letters:${document.documentElement.dataset.person}`;

/** Chats, and below them the messages that a search has found. */
const LISTED = "#chat-rows .chat-link, #found .found-link";

const STEPS = /** @type {Record<string, (index: number, last: number) => number>} */ ({
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_index, last) => last,
});

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    // What a browser fills in by itself is told of by keys without a name.
    if (!event.key || event.defaultPrevented || event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey) return undo(event, target);
    if (event.key === "/" && isMeant(target)) toSearch(event);
    else if (["?", "؟"].includes(event.key) && isMeant(target)) shortcuts();
    else if (event.key === "Enter" && target.id === "chat-search") search(event, target);
    else if (event.key in STEPS) step(event, target);
    else if (["u", "p", "x", "X"].includes(letterOf(event))) onRow(event, target);
    else if (event.key === "Escape") back(event, target);
    else if (/^[a-z]$/.test(letterOf(event)) && !event.repeat && isMeant(target)) letter(event, target);
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    const { target, xhr } = /** @type {CustomEvent} */ (event).detail;
    if (["conversation", "chat-header"].includes(target.id)) asked = [...asked.filter(isRunning), xhr];
  });
  mount("#chat-closure", (button) => {
    const does = button.getAttribute("hx-post") ?? `not ${button.getAttribute("hx-delete")}`;
    if (does !== closure.does) closure = { does, at: performance.now() };
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target instanceof HTMLAnchorElement && target.matches(LISTED)) rove(target);
    else if (target.closest("#shortcuts")) void letters(); // whose switch is in it
  });
}

/** Requests for the open chat or its header. @type {XMLHttpRequest[]} */
let asked = [];

/** What the button beside the chat would do, and since when. */
let closure = { does: "", at: -Infinity };

/** @param {XMLHttpRequest} request */
function isRunning({ readyState }) {
  return readyState % 4 > 0; // neither done nor given up
}

/** Whether the open chat is another one, or as it was not, only now or in a moment: a letter was meant for what was there. */
export function isUnsettled() {
  return asked.some(isRunning) || performance.now() - closure.at < 500;
}

/** As Shift alone makes it, whatever Caps Lock does; of a script with other letters by its place. @param {KeyboardEvent} event */
function letterOf(event) {
  const { key, code, shiftKey } = event;
  if (event.getModifierState("AltGraph")) return "";
  const letter = /^\p{L}$/u.test(key) && !/\p{Script=Latin}/u.test(key) ? code.replace("Key", "") : key;
  return shiftKey ? letter.toUpperCase() : letter.toLowerCase();
}

/** What is open above the chat has the keys. */
const ABOVE = "dialog[open], details.menu[open], [popover]:popover-open:not(#customer)";

/** Whether a letter is at work: what is typed meanwhile is meant for what it opens. */
let isBusy = false;

/** @param {KeyboardEvent} event @param {Element} target */
function letter(event, target) {
  if (document.querySelector(ABOVE)) return;
  event.preventDefault(); // or it would be written into the field that it leads to
  if (isBusy || isUnsettled()) return;
  isBusy = true;
  const done = () => void (isBusy = false);
  // What was there as it was pressed counts: its script may take longer than what comes anew.
  const { does } = closure;
  letters().then(({ press }) => (closure.does === does ? press(letterOf(event), target, event) : undefined)).then(done, done);
}

function letters() {
  return import("deskbell/letters.js");
}

/** What was done last and still can be undone; in a field, what was written comes first. @param {KeyboardEvent} event @param {Element} target */
function undo(event, target) {
  const isWritten = isWriting(target) && /** @type {HTMLInputElement} */ (target).value !== "";
  if (letterOf(event) !== "z" || isWritten || target.closest("dialog[open]")) return;
  const button = [...document.querySelectorAll("#toasts [data-undo] button")].at(-1);
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.click();
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
  if (!target.matches(LISTED) && !(isSearch && event.key === "ArrowDown")) return;
  const all = listed();
  const index = all.findIndex((link) => link === target);
  const next = STEPS[event.key](isSearch ? -1 : index, all.length - 1);
  event.preventDefault();
  if (next < 0) document.getElementById("chat-search")?.focus();
  else all[next]?.focus();
}

/** What a letter does is done where the focus stands in the list, and nowhere else: nobody writes there. @param {KeyboardEvent} event @param {Element} target */
function onRow(event, target) {
  const row = target.closest("#chat-rows .chat-row");
  if (event.repeat || !target.matches(".chat-link") || !(row instanceof HTMLElement)) return;
  event.preventDefault();
  void import("deskbell/selecting.js").then(({ press }) => {
    const there = document.getElementById(row.id); // the list may have come anew meanwhile
    if (there) press(letterOf(event), there);
  });
}

/** @param {KeyboardEvent} event @param {Element} target */
function back(event, target) {
  if (target.closest("dialog, details[open], [popover]") || document.querySelector(":popover-open")) return;
  if (target instanceof HTMLInputElement && target.id === "chat-search" && target.value) {
    // Browsers differ in what Escape does to a search field; it empties it here.
    event.preventDefault();
    target.value = "";
    htmx.trigger(target, "search");
    return;
  }
  const way = document.querySelector("#chat-header .back");
  if (!(way instanceof HTMLElement)) return;
  if (way.offsetParent) {
    event.preventDefault();
    return way.click();
  }
  // Beside the list the chat stays, and letters are no text any more.
  const place = document.querySelector("#chat-rows [aria-current]") ?? document.querySelector("#conversation .log");
  if (!target.closest("#conversation") || !(place instanceof HTMLElement)) return;
  event.preventDefault();
  place.focus();
}

/** @returns {HTMLAnchorElement[]} */
function listed() {
  return [...document.querySelectorAll(LISTED)].filter((link) => link instanceof HTMLAnchorElement);
}

/** @param {HTMLAnchorElement} link */
function rove(link) {
  for (const other of listed()) other.tabIndex = other === link ? 0 : -1;
}

/** Whether a key of one sign is a command: nobody writes there, and it is switched on. @param {Element} target */
function isMeant(target) {
  return !isWriting(target) && get(SWITCH) !== "off";
}

/** @param {Element} element */
function isWriting(element) {
  return element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]") || element.closest("dialog[open]") !== null;
}

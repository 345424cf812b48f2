/**
 * A letter does something to the open chat: it presses, or goes to, what stands there with it (`data-letter`).
 *
 * Whoever talks to their computer, or types where they did not mean to, can switch letters off.
 */

import { SWITCH } from "deskbell/keys.js";
import { openChatId } from "deskbell/open.js";
import { links } from "deskbell/rows.js";
import { get, remove, set } from "deskbell/storage.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";

/** By how much the list is gone through. @type {Record<string, number>} */
const STEPS = { j: 1, k: -1 };

const says = document.getElementById("shortcuts")?.dataset ?? {};
const box = /** @type {HTMLInputElement | null} */ (document.getElementById("letters"));
if (box) {
  box.checked = get(SWITCH) !== "off";
  box.addEventListener("change", () => void (box.checked ? remove(SWITCH) : set(SWITCH, "off")));
}

/** Another chat than the open one, and what is done to several: which of them is meant nobody knows. */
const OTHERS = "#found .found-link, #customer .other, #selection";

/** @param {string} letter @param {Element} target what has the focus @param {KeyboardEvent} event */
export async function press(letter, target, event) {
  if (letter in STEPS) return go(STEPS[letter]);
  if (document.querySelector("#chat-rows .row-check input:checked")) return;
  const found = letter === "r" || letter === "q" ? document.querySelector("#conversation .composer-text") : itemOf(letter);
  if (!found && !isKnown(letter)) return;
  const row = target.closest("#chat-rows .chat-row");
  const isOther = row instanceof HTMLElement ? Number(row.dataset.chatId) !== openChatId() : target.closest(OTHERS) !== null;
  const what = openChatId() === null || isOther ? says.openFirst : says.nothing;
  // Who only watches is not to be seen by a slip of a finger; the buttons are there for who means it.
  const isUnseen = "cm".includes(letter) && document.querySelector("#conversation [data-watches]");
  if (isOther || isUnseen || !(found instanceof HTMLElement)) return void toast({ title: what ?? "", key: "letter" });
  await use(found, letter, event);
}

/** @param {string} letter */
function itemOf(letter) {
  return document.querySelector(`:is(#conversation, #customer) [data-letter="${letter}"]:not([hidden])`);
}

/** As the list of keys has it; others need another key beside them. @param {string} letter */
function isKnown(letter) {
  return [...document.querySelectorAll("#shortcuts kbd:only-child")].some(({ textContent }) => textContent === letter.toUpperCase());
}

/** @param {HTMLElement} found @param {string} letter @param {KeyboardEvent} event */
async function use(found, letter, event) {
  if (found instanceof HTMLFormElement) {
    const values = { agent_id: viewer().id };
    return htmx.ajax("POST", found.action, { target: "#chat-header", swap: "outerHTML", values, event });
  }
  if (found instanceof HTMLTextAreaElement) return write(found, letter === "q");
  if (found.matches("input, select")) return show(found);
  const menu = found.closest("details.menu");
  const summary = menu?.querySelector("summary");
  if (found.dataset.handles) {
    if (document.activeElement === document.body) summary?.focus(); // which has it back once the dialog is closed
    return (await import("deskbell/handling.js")).handle(found.dataset.handles);
  }
  if (!(menu instanceof HTMLDetailsElement) || !summary) return found.click();
  summary.focus();
  menu.open = true;
  const field = menu.querySelector(".menu-search input");
  /** @type {HTMLElement | null} */ (found === summary ? (field ?? menu.querySelector(".menu-item")) : found)?.focus();
}

/** Where it is a sheet that the header opens, it is opened. @param {HTMLElement} field */
function show(field) {
  const panel = field.closest("[popover]");
  if (panel instanceof HTMLElement && !field.checkVisibility()) panel.showPopover();
  field.focus();
}

/** A reply is written, and in an empty field an answer looked for. @param {HTMLTextAreaElement} field @param {boolean} isCanned */
function write(field, isCanned) {
  const note = field.form?.querySelector('[data-note-switch][aria-pressed="true"]');
  if (note instanceof HTMLElement) note.click();
  field.focus();
  if (!isCanned || field.value !== "") return;
  field.value = "/";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** To the row of the next chat, or of the one before: opened it is by Enter, since one that waits is taken by that. @param {number} by */
function go(by) {
  const all = links();
  const here = all.find((link) => link === document.activeElement);
  const at = here ? all.indexOf(here) : all.findIndex((link) => Number(link.closest("li")?.dataset.chatId) === openChatId());
  (at < 0 ? all[0] : all[at + by])?.focus();
}

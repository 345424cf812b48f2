/**
 * What is done to chats from the list, without opening them: to one by a key, to many by choosing them.
 */

import { offer, TIMES } from "deskbell/handling.js";
import { mount } from "deskbell/mounts.js";
import { openChatId } from "deskbell/open.js";
import { links, nameOf } from "deskbell/rows.js";
import { styled } from "deskbell/styled.js";

/** A key on a row. @param {string} key @param {HTMLElement} row */
export function press(key, row) {
  if (key === "p") return toggle(row, "pin", "pinned" in row.dataset);
  const box = row.querySelector("input");
  if (key.toLowerCase() === "x" && box) {
    box.checked = !box.checked;
    return choose(box, key === "X");
  }
  const isMarked = "marked" in row.dataset;
  // Who has it open leaves it, as by its menu.
  if (!isMarked && Number(row.dataset.chatId) === openChatId()) document.getElementById("mark-unread")?.click();
  else toggle(row, "unread-mark", isMarked);
}

/** @param {HTMLElement} row @param {string} what @param {boolean} isSo */
function toggle(row, what, isSo) {
  const address = row.querySelector("a")?.getAttribute("href");
  const source = row.querySelector(".row-check") ?? row;
  void htmx.ajax(isSo ? "DELETE" : "POST", `${address}/${what}`, { source, swap: "none" });
}

/** Those that are chosen, and in which list: what takes its place has them, too. @type {{ids: Set<string>, list: string}} */
let chosen = { ids: new Set(), list: "" };

/** From which on a range goes. @type {string | undefined} */
let last;

/** Where there is no pointer to hover, boxes are shown by a button. */
let isChoosing = false;

/** A box was checked or not, or the button that shows them all was pressed. @param {HTMLElement} what @param {boolean} isRange @param {boolean} [isShown] */
export function choose(what, isRange, isShown = false) {
  if (!(what instanceof HTMLInputElement)) {
    // What is shown is ended by one press, however it was begun.
    isChoosing = !isShown;
    if (!isChoosing) check([]);
    return update();
  }
  const all = boxes();
  const from = all.findIndex((box) => idOf(box) === last);
  const to = all.indexOf(what);
  if (isRange && from >= 0) {
    for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = what.checked;
  }
  last = idOf(what);
  update();
}

/** @returns {HTMLInputElement[]} */
function boxes() {
  return [...document.querySelectorAll("#chat-rows .row-check input")].filter((box) => box instanceof HTMLInputElement);
}

/** @param {HTMLInputElement} box */
function idOf(box) {
  return box.closest("li")?.dataset.chatId ?? "";
}

/** @param {HTMLInputElement[]} wanted */
function check(wanted) {
  for (const box of boxes()) box.checked = wanted.includes(box);
}

/** What is chosen is what is seen to be: a row that has gone is chosen no more. */
function update() {
  const list = document.getElementById("chat-rows");
  if (!list) return;
  chosen = { ids: new Set(boxes().filter((box) => box.checked).map(idOf)), list: nameOf(list) };
  const isShown = isChoosing || chosen.ids.size > 0;
  list.classList.toggle("is-choosing", isShown);
  document.querySelector("[data-chooses]")?.setAttribute("aria-pressed", String(isShown));
  const bar = document.getElementById("selection");
  if (chosen.ids.size === 0) bar?.remove();
  else if (bar) count(bar);
  else void ask();
}

let isAsked = false;

async function ask() {
  if (isAsked) return;
  isAsked = true;
  try {
    // Each asks by itself: of one element the next request would wait, and the last one alone be made.
    const source = document.querySelector("[data-chooses]");
    if (!source) return;
    const address = source.getAttribute("data-chooses") ?? "";
    await Promise.all([styled(), htmx.ajax("GET", address, { source, target: "#chat-list", swap: "beforeend" })]);
  } finally {
    isAsked = false;
  }
  update(); // it may be another number by now, or none
}

/** @param {HTMLElement} bar */
function count(bar) {
  const place = bar.querySelector("#selection-count");
  const text = (place?.getAttribute("data-words") ?? "").replace("{count}", String(chosen.ids.size));
  if (place && place.textContent !== text) place.textContent = text;
}

mount("#chat-rows", (list) => {
  const { ids, list: name } = chosen;
  check(name === nameOf(list) ? boxes().filter((box) => ids.has(idOf(box))) : []);
  watch(list);
  update();
});

/** Rows come and go. @param {HTMLElement} list */
function watch(list) {
  new MutationObserver(update).observe(list, { childList: true });
}

const there = document.getElementById("chat-rows");
if (there) watch(there);

mount("#selection", (bar) => {
  count(bar);
  bar.addEventListener("toggle", () => {
    /** @type {NodeListOf<HTMLElement>} */
    const times = bar.querySelectorAll("[data-until]");
    for (const button of times) offer(button, button.dataset.until ?? "", new Date());
  }, { capture: true });
  bar.addEventListener("click", (event) => {
    const { target } = event;
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button) return;
    if (button.matches("[data-all]")) {
      check(boxes().slice(0, Number(bar.dataset.most)));
      update();
    } else if (button.matches("[data-none]")) end();
    else if (button.dataset.action) void act(bar, event, button.dataset.action, button.dataset);
  });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    void act(bar, event, form.dataset.action ?? "", { name: String(new FormData(form).get("name")) });
  });
});

document.addEventListener("keydown", (event) => {
  const isHere = event.target instanceof Element && event.target.closest("#chat-list");
  if (event.key !== "Escape" || event.defaultPrevented || !isHere || chosen.ids.size === 0) return;
  if (event.target instanceof Element && event.target.closest("details[open]")) return;
  event.preventDefault();
  end();
}, { capture: true });

/** Nothing is chosen any more, and who was in the bar goes on in the list. */
function end() {
  const isWithin = document.getElementById("selection")?.contains(document.activeElement);
  isChoosing = false;
  check([]);
  update();
  if (isWithin) links().find((link) => link.tabIndex === 0)?.focus();
}

/** To those that are seen to be chosen at this moment. @param {HTMLElement} bar @param {Event} event who asked is told where it fails @param {string} action @param {{to?: string, until?: string, name?: string}} how */
async function act(bar, event, action, { to = "", until = "", name = "" }) {
  const { ids, list } = chosen;
  if (ids.size === 0) return; // a second press, on what has gone
  const values = { action, to, name, chat_ids: [...ids].join(" "), until: until && TIMES[until](new Date()).getTime() };
  end();
  // Each asks by itself: of one element those between the first and the last would not be made.
  const source = Object.assign(document.createElement("div"), { hidden: true });
  (document.getElementById("chat-list") ?? document.body).append(source);
  let isDone = false;
  source.addEventListener("htmx:afterRequest", (answer) => {
    isDone = /** @type {CustomEvent} */ (answer).detail.successful;
  });
  try {
    await htmx.ajax("POST", bar.dataset.address ?? "", { source, event, swap: "none", values });
  } catch {
    // the line is gone, and it is said so
  }
  source.remove();
  const there = document.getElementById("chat-rows");
  if (isDone || !there || nameOf(there) !== list) return;
  check(boxes().filter((box) => box.checked || ids.has(idOf(box))));
  update();
}

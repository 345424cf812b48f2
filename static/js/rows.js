/**
 * The rows of the inbox, live: each in its place, with what is the viewer's own about it.
 */

import { belongs, isAbove } from "deskbell/filters.js";
import { dressed } from "deskbell/mounts.js";
import { openChatId } from "deskbell/open.js";
import { morph, parsed } from "deskbell/parts.js";
import { refresh } from "deskbell/refresh.js";
import { viewer } from "deskbell/viewer.js";

const RELOAD_PAUSE = 1_500;

/**
 * A chat of the inbox has changed.
 *
 * @param {{version: number, chat: any, snoozedUntil?: string, html?: string}} event
 */
export function rowChanged({ version, chat, snoozedUntil, html }) {
  const list = document.getElementById("chat-rows");
  if (!list) return;
  const there = rowOf(chat.id);
  if (there && Number(there.dataset.version) > version) return;
  if (list.dataset.q) {
    // Whether a search finds it, and how far above the others, is the server's to say.
    reload();
    if (!there) return;
  }
  // That it is marked as unread, or due, the row alone says.
  const isAsked = /^(unread|overdue)$/.test(list.dataset.filter ?? "");
  const beside = isAsked ? saidBy(parsed(html ?? "")) : {};
  const isListed = isOf(list, { ...chat, isSnoozed: Boolean(snoozedUntil), ...beside }) || Boolean(list.dataset.q);
  const fresh = isListed || there ? parsed(html ?? "") : null;
  if (fresh) nameSite(fresh);
  // The row of the open chat stays in sight until one leaves it, whatever the filter says.
  if (!isListed && chat.id !== openChatId()) remove(there);
  else if (fresh && (there || isListed)) place(list, there, fresh);
}

/** @param {HTMLElement} list @param {import("deskbell/filters.js").Listed} chat */
function isOf(list, chat) {
  return belongs(list.dataset.filter ?? "all", chat, viewer().id, Number(list.dataset.site));
}

/** The choice of sites is there, or has come anew. @param {Element} root */
export function nameSites(root) {
  if (root.id === "list-site") rows().forEach(nameSite);
}

/** News of a chat names its site by id; what that is called, the choice of sites knows. @param {HTMLElement} row */
function nameSite(row) {
  const place = row.querySelector(".row-site");
  const choice = document.querySelector(`#chat-site option[value="${row.dataset.siteId}"]`);
  if (!(place instanceof HTMLElement) || !choice) return;
  place.textContent = place.title = choice.textContent ?? "";
}

/** Rows that stayed only because they were open. */
export function sweepRows() {
  const list = document.getElementById("chat-rows");
  if (!list || list.dataset.q) return;
  for (const row of rows()) {
    const isStale = !isOf(list, listed(row));
    if (isStale && Number(row.dataset.chatId) !== openChatId()) remove(row);
  }
}

/** The row of the open chat, and the list it stood in, while that is being replaced. @type {{row: HTMLElement, list: string} | null} */
let open = null;

/** The same list comes again, and may lack the row of the open chat. */
export function keepOpenRow() {
  const list = document.getElementById("chat-rows");
  const row = rowOf(openChatId() ?? 0);
  open = list && row && { row, list: nameOf(list) };
}

/** @param {HTMLElement} list */
export function putOpenRowBack(list) {
  const isMissing = open && open.list === nameOf(list) && !list.dataset.q && !rowOf(openChatId() ?? 0);
  if (open && isMissing && Number(open.row.dataset.chatId) === openChatId()) place(list, null, open.row);
  open = null;
}

/** Which list it is. @param {HTMLElement} list */
export function nameOf({ dataset: { filter, q, site } }) {
  return JSON.stringify([filter, q, site]);
}

/** Somebody types in a chat, or has stopped. @param {number} chatId @param {boolean} isTyping */
export function rowTyping(chatId, isTyping) {
  rowOf(chatId)?.classList.toggle("is-typing", isTyping);
}

/** Which chat is open, and where the arrow keys stand. @param {Element} root */
export function markRows(root) {
  if (!root.querySelector(".chat-link") && !root.matches(".chat-link")) return;
  const chatId = openChatId();
  const all = links();
  const focused = all.find((link) => link === document.activeElement);
  const current = all.find((link) => Number(link.closest("li")?.dataset.chatId) === chatId);
  const entry = focused ?? current ?? all.find((link) => link.tabIndex === 0) ?? all[0];
  for (const link of all) {
    if (link === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.tabIndex = link === entry ? 0 : -1;
  }
}

/** @returns {HTMLAnchorElement[]} */
export function links() {
  return [...document.querySelectorAll("#chat-rows .chat-link")].filter((link) => link instanceof HTMLAnchorElement);
}

/** @param {number} chatId */
export function rowOf(chatId) {
  return document.getElementById(`chat-row-${chatId}`);
}

/** Asks for the list again from its top, as the search does. */
export function reload() {
  refresh("#chat-search", RELOAD_PAUSE, "search");
}

/** @param {HTMLElement} list @param {HTMLElement | null} there @param {HTMLElement} fresh */
export function place(list, there, fresh) {
  const row = there ?? fresh;
  if (there) {
    // Who types was not stopped by a tick.
    const isTyping = there.classList.contains("is-typing");
    keepName(there, fresh);
    morph(there, fresh);
    there.classList.toggle("is-typing", isTyping);
  }
  row.toggleAttribute("data-pinned", pinsOf(list).includes(row.dataset.chatId ?? ""));
  if (there && list.dataset.q) return dressed(row);
  settle(list, row, there);
}

/** @param {HTMLElement} list */
function pinsOf(list) {
  return list.dataset.pinned?.split(" ") ?? [];
}

/** What one keeps on top is another chat, or one less. @param {{chatId: number, pins: number[]}} event */
export function pinChanged({ chatId, pins }) {
  const list = document.getElementById("chat-rows");
  if (!list) return;
  list.dataset.pinned = pins.join(" ");
  const row = rowOf(chatId);
  if (!row) return reload();
  row.toggleAttribute("data-pinned", pins.includes(chatId));
  if (list.dataset.q) return;
  settle(list, row, row);
  // It belongs to a page that is not loaded yet.
  if (!pins.includes(chatId) && row.nextElementSibling?.matches(".rows-more")) remove(row);
}

/** @param {HTMLElement} list @param {HTMLElement} row @param {HTMLElement | null} there */
function settle(list, row, there) {
  const others = rows().filter((other) => other !== row);
  const after = others.find((other) => isAbove(keyOf(row), keyOf(other)));
  const more = list.querySelector(".rows-more");
  if (!after && more && !there) return; // its page is not loaded yet
  const next = after ?? more ?? list.querySelector(".rows-empty");
  if (!there || row.nextElementSibling !== next) keepingFocus(() => list.insertBefore(row, next));
  if (!there) htmx.process(row);
  dressed(row);
}

/** Not all news of a chat name who wrote last; the row does as long as that is the same. @param {HTMLElement} there @param {HTMLElement} fresh */
function keepName(there, fresh) {
  const known = there.querySelector(".row-by:not([data-unnamed])");
  if (!known || there.dataset.lastSenderId !== fresh.dataset.lastSenderId) return;
  fresh.querySelector(".row-by[data-unnamed]")?.replaceWith(known.cloneNode(true));
}

/** @param {HTMLElement | null} row */
function remove(row) {
  if (!row) return;
  const isFocused = row.contains(document.activeElement);
  const all = links();
  const index = all.findIndex((link) => row.contains(link));
  row.remove();
  markRows(document.body);
  if (isFocused) (all[index + 1] ?? all[index - 1])?.focus();
}

/** Moving an element takes its focus. @param {() => void} move */
function keepingFocus(move) {
  const focused = document.activeElement;
  move();
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** @returns {HTMLElement[]} */
export function rows() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#chat-rows > .chat-row")]);
}

/** @param {HTMLElement} row */
function keyOf(row) {
  return { activeAt: row.dataset.activeAt ?? "", id: Number(row.dataset.chatId), isPinned: "pinned" in row.dataset };
}

/** @param {Element | null} row */
function hasUnread(row) {
  return Number(row?.querySelector(".row-unread")?.getAttribute("data-count")) > 0;
}

/** What a row says of its chat. @param {HTMLElement} row @returns {import("deskbell/filters.js").Listed} */
function listed(row) {
  const { dataset } = row;
  const agentId = Number(dataset.agentId);
  return {
    status: dataset.status ?? "",
    agent: agentId ? { id: agentId } : null,
    provider: dataset.providerId ? { id: Number(dataset.providerId) } : null,
    needsReply: dataset.needsReply === "true",
    lastMessage: dataset.lastSenderId ? {} : null,
    siteId: Number(dataset.siteId) || null,
    activeAt: dataset.activeAt ?? null,
    isSnoozed: "snoozed" in dataset,
    ...saidBy(row),
  };
}

/** @param {HTMLElement | null} row */
function saidBy(row) {
  /** @type {HTMLTimeElement | null} */
  const due = row?.querySelector("time[data-open]") ?? null;
  return { isUnread: hasUnread(row), dueAt: due?.dateTime };
}

/**
 * What people are called: somebody may be given another name while pages that show it are open.
 */

import { morph, parsed } from "deskbell/parts.js";
import { requote } from "deskbell/quotes.js";
import { refresh } from "deskbell/refresh.js";
import { titleOf } from "deskbell/title.js";
import { viewer } from "deskbell/viewer.js";
import { viewerRenamed } from "deskbell/viewers.js";

/** The parts that hold a chat, and ask for what they would be now when they hear `renamed`. */
const CHATS = "#conversation, #widget-chat";
/** What beside its messages tells in a chat who its parties are. */
const TELLING = ["#block-title", ".chat-empty", ".composer label"];

/** What people have been called since the page came, by their id. @type {Map<string, string>} */
const called = new Map();

/** Chats that show the person learn all that is made of a name. @param {{userId: number, name: string}} event */
export function personChanged({ userId, name }) {
  if (userId === viewer().id) calledMyself(name);
  viewerRenamed(userId, name);
  called.set(String(userId), name);
  if (!shows(document.querySelector(CHATS), userId)) return;
  refresh(CHATS, 400, "renamed");
  for (const part of ["#chat-header", "#customer", "#widget-status"]) refresh(part);
}

// A chat keeps its place in the log, and whoever writes in it writes on: no more of it changes than what is made of names.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  if (detail.requestConfig?.triggeringEvent?.type !== "renamed") return;
  const fresh = detail.xhr.status < 400 ? parsed(detail.xhr.responseText) : null;
  // A customer's own chat may be another one by now.
  if (fresh && chatIn(fresh) !== chatIn(detail.target)) return;
  detail.shouldSwap = false;
  if (fresh) rename(detail.target, fresh);
});

/** @param {Element} there @param {Element} fresh */
function rename(there, fresh) {
  for (const name of ["aria-label", "data-title"]) copy(there, fresh, name);
  if (there.id === "conversation") titleOf(/** @type {HTMLElement} */ (there));
  const [field, now] = [there, fresh].map((part) => part.querySelector(".composer-text"));
  if (field && now) copy(field, now, "placeholder");
  for (const selector of TELLING) become(there, fresh, selector);
  for (const row of there.querySelectorAll(".message[data-sender-id]")) sign(row, fresh);
  for (const quote of there.querySelectorAll(".quote")) become(quote, fresh, `.quote[href="${quote.getAttribute("href")}"] bdi`);
  requote(there);
  for (const button of there.querySelectorAll(".reaction")) {
    const now = fresh.querySelector(`#${button.id}`);
    if (now) for (const name of ["aria-label", "title"]) copy(button, now, name);
  }
}

/** A message says who wrote it as others of theirs do now; an older one may be alone with that. @param {Element} row @param {Element} fresh */
function sign(row, fresh) {
  const id = row.getAttribute("data-sender-id") ?? "";
  const same = fresh.querySelector(`.message[data-sender-id="${id}"]`);
  if (same) for (const part of [".avatar", ".message-sender"]) become(row, same, part);
  const name = row.querySelector(".message-sender bdi");
  if (name && !same && called.has(id)) name.textContent = called.get(id) ?? "";
}

/** @param {Element} there @param {Element} fresh @param {string} selector of what turns into what it is now */
function become(there, fresh, selector) {
  const [old, now] = [there, fresh].map((each) => each.querySelector(selector));
  if (old && now) morph(old, now);
}

/** @param {Element} there @param {Element} fresh @param {string} name of an attribute */
function copy(there, fresh, name) {
  const value = fresh.getAttribute(name);
  if (value !== null) there.setAttribute(name, value);
}

/** @param {Element} part */
function chatIn(part) {
  return part.querySelector(".chat")?.getAttribute("data-chat-id");
}

/**
 * The chat says what its parties are called now: somebody had another name while the line was cut.
 *
 * @param {any} now
 * @param {any} before the chat as it was told before; empty the first time
 */
export function partiesChanged(now, before) {
  for (const role of ["customer", "agent", "provider"]) {
    const [party, old] = [now[role], before[role]];
    if (party && old?.id === party.id && old.name !== party.name) personChanged({ userId: party.id, name: party.name });
  }
}

/** @param {Element | null} part @param {number} userId */
function shows(part, userId) {
  return part?.querySelector(`[data-sender-id="${userId}"], [data-presence-of="${userId}"], [data-agent-id="${userId}"]`) != null;
}

/** @param {string} name */
function calledMyself(name) {
  document.body.dataset.userName = name;
  const own = document.querySelector(".account-menu .menu-who bdi");
  if (own) own.textContent = name;
  const greeting = document.querySelector("[data-greets] bdi");
  if (greeting) greeting.textContent = name;
}

/**
 * What can be done with a message stands beside it.
 */

import { conversationOf } from "deskbell/conversation.js";
import { cloned } from "deskbell/parts.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

const MESSAGES = ".message[data-seq]";
/** What its writer alone is offered, for a while. */
const OWN = "[data-edit], [data-take-back]";

/** What is clicked on beside a message, or in it. */
const TOOLS = "[data-edit], [data-take-back], [data-react], [data-reply], button.reaction, .quote";

export function followTools() {
  // Where nothing hovers, a touch of a message shows what can be done with it.
  document.addEventListener("click", ({ target }) => {
    const chosen = target instanceof Element ? target.closest(MESSAGES) : null;
    for (const message of document.querySelectorAll(".message.is-chosen")) message.classList.remove("is-chosen");
    chosen?.classList.add("is-chosen");
  });
  document.addEventListener("click", (event) => {
    const found = event.target instanceof Element ? event.target.closest(TOOLS) : null;
    const message = found?.closest(".message") ?? found?.closest(".chat");
    if (!(found instanceof HTMLElement) || !(message instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    if (!conversationOf(found.closest(".chat"))) return;
    if (!found.matches(".quote") && message.closest("[data-watches]")) return;
    event.preventDefault();
    // The press before the click has closed it already, which is known a moment later.
    const wasOpen = document.querySelector(".reaction-choice")?.getAttribute("data-of") === message.id;
    if (found.matches("[data-reply]")) reply(message);
    else void import("deskbell/acting.js").then(({ act }) => act(found, message, wasOpen), away);
  });
}

/** Where one looks through the chat that is open. */
export function followFinding() {
  document.addEventListener("click", ({ target }) => {
    const found = target instanceof Element ? target.closest("[data-finds], [data-transcript]") : null;
    const chat = found?.closest("#widget-chat, #conversation")?.querySelector(".chat");
    if (!found || !chat) return;
    if (found.matches("[data-finds]")) void import("deskbell/finding.js").then(({ find }) => find(chat), away);
    else void import("deskbell/transcripts.js").then(({ take }) => take(chat, found), away);
  });
}

/** @param {HTMLElement} message */
function reply(message) {
  conversationOf(message.closest(".chat"))?.reply(Number(message.id.replace("message-", "")));
}

/** The line is gone, and what is needed has not come before. */
function away() {
  toast({ title: words("went-wrong"), key: "edit", isError: true });
}

/** @param {Element} root */
export function offerTools(root) {
  const found = [...root.querySelectorAll(MESSAGES)];
  if (root.matches(MESSAGES)) found.push(root);
  for (const message of found) offer(message);
}

/** @param {Element} message */
function offer(message) {
  // The customer would see what who only watches does with it.
  if (message.closest("[data-watches]")) {
    for (const reaction of message.querySelectorAll("button.reaction")) reaction.setAttribute("disabled", "");
    return;
  }
  const there = message.querySelector(".message-tools");
  const bubble = message.querySelector(".bubble:not(.is-gone)");
  const isOwn = message.matches(".mine") && isInTime(message);
  if (bubble && there && isOwn === (there.querySelector(OWN) !== null)) return;
  there?.remove();
  const tools = bubble && cloned("message-tools");
  if (!tools) return;
  if (!isOwn) for (const tool of tools.querySelectorAll(OWN)) tool.remove();
  // Where nobody can write, nobody answers, and no customer reacts.
  const chat = message.closest(".chat");
  const refused = chat?.getAttribute("data-side") === "staff" ? "[data-reply]" : "[data-reply], [data-react]";
  if (!chat?.querySelector("form.composer")) for (const tool of tools.querySelectorAll(refused)) tool.remove();
  if (tools.firstElementChild) bubble.after(tools);
}

/** @param {Element} message */
function isInTime(message) {
  const seconds = Number(document.body.dataset.editSeconds);
  return Date.now() < Date.parse(message.getAttribute("data-at") ?? "") + seconds * 1_000;
}

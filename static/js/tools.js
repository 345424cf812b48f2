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
  document.addEventListener("click", (event) => {
    const found = event.target instanceof Element ? event.target.closest(TOOLS) : null;
    const message = found?.closest(".message") ?? found?.closest(".chat");
    if (!(found instanceof HTMLElement) || !(message instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    if (!conversationOf(found.closest(".chat"))) return;
    event.preventDefault();
    // The press before the click has closed it already, which is known a moment later.
    const wasOpen = document.querySelector(".reaction-choice")?.getAttribute("data-of") === message.id;
    if (found.matches("[data-reply]")) reply(message);
    else void import("deskbell/acting.js").then(({ act }) => act(found, message, wasOpen), away);
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

/**
 * What can be done with a message stands beside it.
 */

import { cloned } from "deskbell/parts.js";

const MESSAGES = ".message[data-seq]";
/** What its writer alone is offered, for a while. */
const OWN = "[data-edit], [data-take-back]";

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

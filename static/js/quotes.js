/**
 * What a reply shows of the message that it replies to: always what that says now.
 */

import { words } from "deskbell/words.js";

const LENGTH = 160;

/** A quote shows the message of this id, or that there is one further up. @param {Element} chat @param {HTMLElement} quote @param {number} id */
export function point(chat, quote, id) {
  quote.setAttribute("href", `#message-${id}`);
  const message = chat.querySelector(`#message-${id}`);
  const text = quote.querySelector(".quote-text");
  if (message) fill(quote, message);
  else if (text) text.textContent = words("earlier-message");
}

/** Quotes of this message, or of all that are here, show what it says by now. @param {Element} chat @param {Element} [message] */
export function requote(chat, message) {
  const of = message ? `[href="#${message.id}"]` : "";
  for (const quote of chat.querySelectorAll(`.quote${of}`)) {
    const there = message ?? chat.querySelector(quote.getAttribute("href") || "x");
    if (there) fill(quote, there);
  }
}

/** @param {Element} quote @param {Element} message */
function fill(quote, message) {
  const bubble = message.querySelector(".bubble");
  const [name, text] = [quote.querySelector("bdi"), quote.querySelector(".quote-text")];
  if (!bubble || !name || !text) return;
  name.textContent = message.querySelector(".message-sender bdi")?.textContent ?? "";
  const copy = /** @type {Element} */ (bubble.cloneNode(true));
  for (const host of copy.querySelectorAll(".link-host")) host.remove();
  for (const block of copy.querySelectorAll("p, li, pre, blockquote")) block.before(" ");
  const said = [...(copy.textContent ?? "").trim().replace(/\s+/g, " ")].slice(0, LENGTH).join("");
  text.textContent = said || bubble.getAttribute("data-wordless");
  text.classList.toggle("is-gone", bubble.matches(".is-gone"));
}

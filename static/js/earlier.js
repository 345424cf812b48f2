/**
 * What staff can do with anybody's message: read what it said before, or where it comes from, forward it, hide words in it.
 */

import { cloned } from "deskbell/parts.js";

const MESSAGE = ".message[data-seq]";

/** The word that a message was edited leads there. @param {Element} root */
export function offerEarlier(root) {
  for (const word of root.querySelectorAll("span.message-edited")) {
    const message = word.closest(".message");
    const button = cloned("earlier-button");
    const address = button?.dataset.address;
    if (!message || !button || !address) return;
    button.setAttribute("hx-get", address.replace(/0$/, idOf(message)));
    button.id = `earlier-${message.id}`;
    word.replaceWith(button);
    htmx.process(button);
  }
}

/** Beside each message, and in place of the word that it was forwarded. @param {Element} root */
export function offerHandling(root) {
  const found = [...root.querySelectorAll(MESSAGE)];
  if (root.matches(MESSAGE)) found.push(root);
  for (const message of found) {
    const button = cloned("origin-button");
    if (button) message.querySelector("span.message-forwarded")?.replaceWith(button);
    const bubble = message.querySelector(".bubble:not(.is-gone)");
    const tools = cloned("staff-tools");
    if (!bubble || !tools || message.querySelector(".staff-tools")) continue;
    const own = message.querySelector(".message-tools");
    if (own) own.append(tools);
    else bubble.after(tools);
  }
}

/** What handles a message comes when it is wanted. */
export function followHandling() {
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-handles]") : null;
    const message = button?.closest(MESSAGE);
    const address = button?.getAttribute("data-handles");
    if (message && address) (await import("deskbell/handling.js")).handle(address.replace("/0", `/${idOf(message)}`));
  });
}

/** @param {Element} message */
function idOf(message) {
  return message.id.replace("message-", "");
}

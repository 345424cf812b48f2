/**
 * What staff can do with anybody's message: read what it said before, or where it comes from, forward it, hide words in it.
 */

import { cloned } from "deskbell/parts.js";

const MESSAGE = ".message[data-seq]";

/** Beside each message, and in place of the words that it was edited or forwarded. @param {Element} root */
export function offerHandling(root) {
  const found = [...root.querySelectorAll(MESSAGE)];
  if (root.matches(MESSAGE)) found.push(root);
  for (const message of found) {
    for (const word of message.querySelectorAll("span:is(.message-edited, .message-forwarded)")) {
      const button = cloned(word.matches(".message-edited") ? "earlier-button" : "origin-button");
      if (button) word.replaceWith(button);
    }
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
    const id = button?.closest(MESSAGE)?.id.replace("message-", "");
    const address = button?.getAttribute("data-handles");
    if (address) (await import("deskbell/handling.js")).handle(id ? address.replace("/0", `/${id}`) : address);
  });
}

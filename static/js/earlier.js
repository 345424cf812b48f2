/**
 * Staff can read what an edited message said before.
 */

import { cloned } from "deskbell/parts.js";

/** The word that a message was edited leads there. @param {Element} root */
export function offerEarlier(root) {
  for (const word of root.querySelectorAll("span.message-edited")) {
    const message = word.closest(".message");
    const button = cloned("earlier-button");
    const address = button?.dataset.address;
    if (!message || !button || !address) return;
    button.setAttribute("hx-get", address.replace(/0$/, message.id.replace("message-", "")));
    button.id = `earlier-${message.id}`;
    word.replaceWith(button);
    htmx.process(button);
  }
}

/**
 * Pages are neutral to their viewer; this tells mine from theirs.
 */

import { viewer } from "deskbell/viewer.js";

/** @param {Element} root */
export function markMine(root) {
  mark(root, ".message, .note", "data-sender-id");
  mark(root, ".chat-row", "data-last-sender-id");
}

/** @param {Element} root @param {string} selector @param {string} attribute */
function mark(root, selector, attribute) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches(selector)) found.push(root);
  const mine = String(viewer().id);
  for (const element of found) element.classList.toggle("mine", element.getAttribute(attribute) === mine);
}

/** Which reactions are the viewer's own. @param {Element} root */
export function markReactions(root) {
  const own = String(viewer().id);
  for (const button of root.querySelectorAll("button.reaction")) {
    const isOwn = (button.getAttribute("data-user-ids") ?? "").split(" ").includes(own);
    button.setAttribute("aria-pressed", String(isOwn));
  }
}

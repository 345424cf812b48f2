/**
 * Looking for what was said in the chat that is open; and going to a message that was found.
 */

import { cloned } from "deskbell/parts.js";
import { goTo } from "deskbell/replies.js";
import { styled } from "deskbell/styled.js";

/** @param {Element} chat @param {string} id of a message that was found */
export function goToFound(chat, id) {
  return goTo(chat, id);
}

/** Above the log, until it is closed; asked for again it has the focus. @param {Element} chat */
export async function find(chat) {
  const there = chat.querySelector(".finding input");
  if (there instanceof HTMLInputElement) return there.select();
  const { chatId } = /** @type {HTMLElement} */ (chat).dataset;
  const bar = cloned("finding");
  const field = bar?.querySelector("input");
  if (!bar || !field || !chatId) return;
  await styled();
  const before = document.activeElement;
  field.setAttribute("hx-get", (bar.dataset.from ?? "").replace("/0/", `/${chatId}/`));
  chat.prepend(bar);
  htmx.process(bar);
  field.focus();
  const close = (/** @type {Element | null} */ to) => {
    bar.remove();
    if (!to) return;
    // An item of a menu is out of sight by now.
    const isThere = to instanceof HTMLElement && to.isConnected && to.offsetParent !== null;
    const back = isThere ? to : chat.querySelector("textarea");
    if (back instanceof HTMLElement) back.focus();
  };
  bar.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") close(before);
    else if (event.key === "Enter" && event.target === field) htmx.trigger(field, "search");
    else if (!step(event, bar, field)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  bar.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest("[data-closes-finding]")) close(before);
    const hit = target.closest("[data-goes-to]");
    if (!hit) return;
    close(null);
    void goTo(chat, hit.getAttribute("data-goes-to") ?? "");
  });
}

/** Arrows lead from the field into the list and back. @param {KeyboardEvent} event @param {Element} bar @param {HTMLElement} field */
function step(event, bar, field) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return false;
  const all = [field, .../** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll(".found-link"))];
  const next = all[all.indexOf(/** @type {HTMLElement} */ (event.target)) + by];
  next?.focus();
  return true;
}

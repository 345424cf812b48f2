/**
 * What people are called: somebody may be given another name while pages that show it are open.
 */

import { refresh } from "deskbell/refresh.js";
import { viewer } from "deskbell/viewer.js";

/** Chats that show the person are asked for anew, with all that is made of a name. @param {{userId: number, name: string}} event */
export function personChanged({ userId, name }) {
  if (userId === viewer().id) calledMyself(name);
  for (const part of ["#conversation", "#widget-chat"]) {
    if (shows(document.querySelector(part), userId)) refresh(part);
  }
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
  return part?.querySelector(`[data-sender-id="${userId}"], [data-presence-of="${userId}"]`) != null;
}

/** @param {string} name */
function calledMyself(name) {
  document.body.dataset.userName = name;
  const own = document.querySelector(".account-menu .menu-who bdi");
  if (own) own.textContent = name;
  const greeting = document.querySelector("[data-greets] bdi");
  if (greeting) greeting.textContent = name;
}

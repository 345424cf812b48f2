/**
 * Which colleagues have the open chat before them.
 */

import { write } from "deskbell/direction.js";
import { openChatId } from "deskbell/open.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @type {{chatId: number, others: {id: number, name: string}[]}} */
let known = { chatId: 0, others: [] };

/** @param {{chatId: number, viewers: {id: number, name: string}[]}} event */
export function viewersChanged({ chatId, viewers }) {
  known = { chatId, others: viewers.filter(({ id }) => id !== viewer().id) };
  show();
}

/** @param {number} userId @param {string} name */
export function viewerRenamed(userId, name) {
  const other = known.others.find(({ id }) => id === userId);
  if (!other) return;
  other.name = name;
  show();
}

function show() {
  const place = document.getElementById("viewers");
  if (place) showViewers(place);
}

/** The chat's header is asked for anew at times, and does not know. @param {HTMLElement} place `#viewers` */
export function showViewers(place) {
  const others = known.chatId === openChatId() ? known.others : [];
  const [name, ...rest] = others.map((other) => other.name);
  const text = !name ? "" : rest.length ? words("viewing-several", { name, count: rest.length }) : words("viewing", { name });
  write(place, text);
  place.title = text; // it may be cut off
}

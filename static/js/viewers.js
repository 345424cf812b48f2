/**
 * Which colleagues have the open chat before them.
 */

import { write } from "deskbell/direction.js";
import { openChatId } from "deskbell/open.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @type {{chatId: number, names: string[]}} */
let known = { chatId: 0, names: [] };

/** @param {{chatId: number, viewers: {id: number, name: string}[]}} event */
export function viewersChanged({ chatId, viewers }) {
  const others = viewers.filter(({ id }) => id !== viewer().id);
  known = { chatId, names: others.map(({ name }) => name) };
  const place = document.getElementById("viewers");
  if (place) showViewers(place);
}

/** The chat's header is asked for anew at times, and does not know. @param {HTMLElement} place `#viewers` */
export function showViewers(place) {
  const [name, ...rest] = known.chatId === openChatId() ? known.names : [];
  const text = !name ? "" : rest.length ? words("viewing-several", { name, count: rest.length }) : words("viewing", { name });
  write(place, text);
  place.title = text; // it may be cut off
}

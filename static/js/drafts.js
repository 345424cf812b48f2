/**
 * What was begun and not sent, kept for each person and chat through switching and reload.
 */

import * as storage from "deskbell/storage.js";
import { viewer } from "deskbell/viewer.js";

/** @param {number | null} chatId null: the customer's own chat, whichever it is */
export function draft(chatId) {
  return storage.get(key(chatId)) ?? "";
}

/** @param {number | null} chatId @param {string} text */
export function keepDraft(chatId, text) {
  if (text) storage.set(key(chatId), text);
  else storage.remove(key(chatId));
}

/** How many there are, of all chats. */
export function draftsBegun() {
  return storage.keys(prefix()).filter((each) => storage.get(each)?.trim()).length;
}

export function forgetDrafts() {
  for (const each of storage.keys(prefix())) storage.remove(each);
}

/** @param {number | null} chatId */
function key(chatId) {
  return `${prefix()}${chatId ?? "own"}`;
}

function prefix() {
  return `deskbell:draft:${viewer().id}:`;
}

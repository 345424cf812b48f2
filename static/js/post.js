/**
 * The page's outbox: one for all chats, since what was written in one chat must go out even when
 * its writer has moved on to another.
 */

import { alone } from "deskbell/alone.js";
import { first } from "deskbell/first.js";
import { Outbox } from "deskbell/outbox.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @type {Outbox | null} */
let outbox = null;

/** @returns {Outbox} */
export function post() {
  return (outbox ??= opened());
}

function opened() {
  const box = new Outbox({
    keeper: viewer().keeper,
    storage,
    alone,
    request: (event, payload) => (first.send ? first.send(payload) : sent(event, payload)),
    isOnline: () => first.send !== null || live.isOnline,
  });
  addEventListener("storage", (event) => box.heard(event));
  addEventListener("beforeunload", (event) => box.isUnkept && event.preventDefault());
  box.addEventListener("unkept", () => toast({ title: words("unkept"), key: "unkept", stays: true, isError: true }));
  const carry = (/** @type {import("deskbell/outbox.js").Item} */ item) => {
    if (item.files?.some(({ key }) => key)) void import("deskbell/uploads.js").then(({ carried }) => carried(item));
  };
  box.addEventListener("added", (event) => carry(/** @type {CustomEvent} */ (event).detail));
  for (const item of box.items()) carry(item);
  live.watch((state) => {
    if (state === "online" || state === "resting") void box.drain();
  });
  return box;
}

/**
 * What a visitor wrote before the site named them goes where their chat has gone.
 *
 * @param {string} event
 * @param {object} payload
 */
async function sent(event, payload) {
  try {
    return await live.request(event, payload);
  } catch (error) {
    const { code } = /** @type {{code: string}} */ (error);
    if (code !== "chat_not_found" || !("site" in document.body.dataset)) throw error;
    return live.request(event, { ...payload, chatId: null });
  }
}

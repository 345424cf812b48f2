/**
 * Tells staff of what a customer has written to them while they were not looking at that chat.
 */

import { addressOf } from "deskbell/address.js";
import { isLookedAt, openChatId } from "deskbell/open.js";
import { rowOf } from "deskbell/rows.js";
import { ring } from "deskbell/sound.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @param {{version: number, chat: any}} event */
export function alertOf({ version, chat }) {
  const { lastMessage, customer, provider } = chat;
  // A system line moves the chat, too, but its last message is an older one then.
  const isTheirs = lastMessage?.senderId === customer.id && lastMessage.seq === version;
  if (!isTheirs || provider || isLookedAt(chat.id)) return;
  const isWaiting = chat.status === "waiting";
  const title = words(isWaiting ? "new-chat" : "message-from", { name: customer.name });
  // What is on the screen needs no toast; the log itself speaks.
  const isInSight = chat.id === openChatId() && !document.hidden;
  if (!isInSight) toast({ title, text: lastMessage.text, href: addressOf(chat.id), key: `chat-${chat.id}` });
  // Everybody sees it; only who may be meant is disturbed.
  if (!chat.agent || chat.agent.id === viewer().id) ring();
}

/** A toast's link opens the chat as a click in the list would. */
export function followToasts() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a.toast-link[href]") : null;
    const chatId = Number(link?.closest(".toast")?.getAttribute("data-key")?.replace("chat-", ""));
    if (!link || !chatId || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = rowOf(chatId)?.querySelector(".chat-link");
    if (!(row instanceof HTMLElement)) return;
    event.preventDefault();
    row.click();
  });
}

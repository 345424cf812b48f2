/**
 * Tells staff of what a customer has written to them while they were not looking at that chat.
 */

import { addressOf } from "deskbell/address.js";
import { bell } from "deskbell/bell.js";
import { isLookedAt, openChatId } from "deskbell/open.js";
import { rowOf } from "deskbell/rows.js";
import { ringOnce } from "deskbell/sound.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @param {{version: number, chat: any}} event */
export function alertOf({ version, chat }) {
  const { lastMessage, customer, provider } = chat;
  // A system line moves the chat, too, but its last message is an older one then.
  const isTheirs = lastMessage?.senderId === customer.id && lastMessage.seq === version;
  if (!isTheirs || provider) return;
  const news = `${chat.id}:${version}`;
  const isSeen = () => isLookedAt(chat.id);
  void bell().once({ key: `toast:${news}`, isLookedAt: isSeen, tell: () => toastOf(chat) });
  // Everybody sees it; only who may be meant is disturbed.
  if (!chat.agent || chat.agent.id === viewer().id) ringOnce(news, isSeen);
}

/** What is on the screen needs no toast; the log itself speaks. @param {any} chat */
function toastOf(chat) {
  if (chat.id === openChatId() && !document.hidden) return;
  const isWaiting = chat.status === "waiting";
  const title = words(isWaiting ? "new-chat" : "message-from", { name: chat.customer.name });
  toast({ title, text: chat.lastMessage.text, href: addressOf(chat.id), key: `chat-${chat.id}` });
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

/**
 * Tells staff of what a customer has written to them while they were not looking at that chat.
 */

import { addressOf } from "deskbell/address.js";
import { bell } from "deskbell/bell.js";
import { isLookedAt, openChatId } from "deskbell/open.js";
import { parsed } from "deskbell/parts.js";
import { rowOf } from "deskbell/rows.js";
import { ringOnce } from "deskbell/sound.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @param {{version: number, chat: any, html?: string, isReleased?: boolean}} event */
export function alertOf({ version, chat, html = "", isReleased = false }) {
  const { lastMessage, customer, provider } = chat;
  // A system line moves the chat, too, but its last message is an older one then.
  const isTheirs = isReleased || (lastMessage?.senderId === customer.id && lastMessage.seq === version);
  if (!isTheirs || provider) return;
  const news = `${chat.id}:${version}`;
  const isSeen = () => isLookedAt(chat.id);
  void bell().once({ key: `toast:${news}`, isLookedAt: isSeen, tell: () => toastOf(chat, html) });
  // Everybody sees it; only who may be meant is disturbed.
  if (!chat.agent || chat.agent.id === viewer().id) ringOnce(news, isSeen);
}

/** What is on the screen needs no toast; the log itself speaks. @param {any} chat @param {string} html its row, which says it in words alone */
function toastOf(chat, html) {
  if (chat.id === openChatId() && !document.hidden) return;
  const isWaiting = chat.status === "waiting";
  const title = words(isWaiting ? "new-chat" : "message-from", { name: chat.customer.name });
  const said = parsed(html)?.querySelector(".row-text")?.textContent ?? chat.lastMessage.text;
  // Below what is released others may have written since, and their words are not the customer's.
  const text = chat.lastMessage.senderId === chat.customer.id ? said : "";
  toast({ title, text, href: addressOf(chat.id), key: `chat-${chat.id}` });
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

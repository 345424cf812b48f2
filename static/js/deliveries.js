/**
 * A message that has reached the inbox has been received by staff, whether or not its chat is open.
 */

import { openChatId } from "deskbell/open.js";
import { live } from "deskbell/socket.js";
import { viewer } from "deskbell/viewer.js";

const EARLIEST = 200;
/** Where several may confirm, they spread: the first counts, the others cost the server little. */
const SPREAD = 1_500;

/** The newest message of each chat that is to be confirmed. @type {Map<number, number>} */
const planned = new Map();

/** @param {{version: number, chat: any}} event */
export function confirmDelivery({ version, chat }) {
  const { lastMessage, customer, agent } = chat;
  const isTheirs = lastMessage?.senderId === customer.id && lastMessage.seq === version;
  const isMeant = !chat.provider && (!agent || agent.id === viewer().id);
  if (!isTheirs || !isMeant || chat.id === openChatId()) return;
  if (!planned.has(chat.id)) {
    setTimeout(() => void confirm(chat.id), EARLIEST + (agent ? 0 : Math.random() * SPREAD));
  }
  planned.set(chat.id, version);
}

/** If it fails, opening the chat says it again. @param {number} chatId */
async function confirm(chatId) {
  const upTo = planned.get(chatId);
  planned.delete(chatId);
  await live.request("mark_delivered", { chatId, upTo }).catch(() => {});
}

/**
 * Which chat is open in the inbox.
 */

/** @returns {number | null} */
export function openChatId() {
  return Number(document.getElementById("conversation")?.dataset.chatId) || null;
}

/** Whether somebody sits in front of that chat. @param {number} chatId */
export function isLookedAt(chatId) {
  return chatId === openChatId() && !document.hidden && document.hasFocus();
}

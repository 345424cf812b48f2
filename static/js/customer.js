/**
 * Entry of a customer's pages: the widget, or the chat as a page of its own.
 */

import { away } from "deskbell/away.js";
import { conversationOf } from "deskbell/conversation.js";
import { mailing } from "deskbell/mailing.js";
import { mount } from "deskbell/mounts.js";
import { personChanged } from "deskbell/names.js";
import { begin } from "deskbell/page.js";
import { post } from "deskbell/post.js";
import { refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";
import { muteButton, ringOnce } from "deskbell/sound.js";
import { countInTitle } from "deskbell/title.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { widget } from "deskbell/widget.js";

/** Places in the queue move, and staff come and go without a word to those who have no chat with them. */
const STATUS_PAUSE = { waiting: 10_000, else: 30_000 };

begin(() => {
  mount("#widget", widget);
  mount("#mute", muteButton);
  away();
  mailing();
  // Once the log shows it as refused, from where it is taken.
  post().addEventListener("failed", (event) => queueMicrotask(() => refused(/** @type {CustomEvent} */ (event).detail)));
  mount("#widget-status", (status) => ownChat(Number(status.dataset.chatId)));
  mount(".chat", () => ownChat(newest));
  // The line may come with what was missed, of which nobody tells.
  mount('[data-line="answered"]', () => refresh("#widget-bot"));
  document.addEventListener("deskbell:state", (event) => stateChanged(/** @type {CustomEvent} */ (event).detail.chat));
  live.on("chat_changed", ({ chat }) => {
    if (chat.customer.id === viewer().id && !chat.provider) ownChat(chat.id);
  });
  live.on("new_message", ({ chatId, version, message }) => {
    // A system line has no sender.
    const isTheirs = message.sender !== null && message.sender.id !== viewer().id;
    if (!isTheirs) refresh("#widget-bot");
    if (isTheirs) ringOnce(`${chatId}:${version}`, isInFront);
  });
  live.on("person_changed", personChanged);
  countWhileAway();
  live.on("queue_place", () => refresh("#widget-status"));
  live.on("presence", () => refresh("#widget-status", 1_000));
  // A chat may have begun, or ended, before this line was there to tell of it.
  live.watch((state) => state === "online" && refresh("#widget-status", 1_000));
  keepStatus();
});

/** Asks for the status from time to time, more often while one waits for somebody to come. */
function keepStatus() {
  const isWaiting = document.getElementById("widget-status")?.dataset.state === "waiting";
  setTimeout(
    () => {
      const isSeen = !document.hidden && !document.getElementById("widget")?.hidden;
      if (isSeen && live.isOnline) refresh("#widget-status");
      keepStatus();
    },
    isWaiting ? STATUS_PAUSE.waiting : STATUS_PAUSE.else,
  );
}

/** What is unread stands before the title while nobody is in front of the chat. */
function countWhileAway() {
  let unread = Number(document.getElementById("widget-unread")?.dataset.count ?? 0);
  const tell = () => countInTitle(isInFront() ? 0 : unread);
  document.addEventListener("deskbell:unread", (event) => {
    unread = /** @type {CustomEvent} */ (event).detail.count;
    tell();
  });
  for (const type of ["deskbell:shown", "visibilitychange"]) document.addEventListener(type, tell);
  for (const type of ["focus", "blur"]) addEventListener(type, tell);
  tell();
}

/** Whether somebody sits in front of the chat. */
function isInFront() {
  return !document.getElementById("widget")?.hidden && !document.hidden && document.hasFocus();
}

let newest = 0;

/**
 * A customer's own chat is the newest; staff may begin one while another, or none, is on the page.
 *
 * @param {number} chatId that the server told of
 */
function ownChat(chatId) {
  newest = Math.max(newest, chatId);
  const chat = conversationOf(document.querySelector(".chat"));
  if (!chat || (chat.chatId ?? 0) >= newest) return;
  if (chat.chatId === null) chat.adopt(newest);
  else refresh("#widget-chat");
}

/** Whether one can write is part of the chat's HTML, so a block or its end asks for all of it. @param {any} chat */
function stateChanged(chat) {
  const canWrite = document.querySelector(".chat form.composer") !== null;
  if (canWrite === (chat.status === "blocked")) refresh("#widget-chat");
  else refresh("#widget-status");
  refresh("#widget-rating");
  refresh("#widget-topics");
}

/** The topic that was chosen is not there any more: the words are back, for another one to be chosen. @param {import("deskbell/outbox.js").Item} item */
function refused({ clientId, text, topicId, files, code, reason }) {
  const field = /** @type {HTMLTextAreaElement | null} */ (document.querySelector(".composer-text"));
  if (!topicId || code !== "invalid" || files || !field || field.value) return;
  post().discard(clientId);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector(`.topics [value="${topicId}"]`)?.closest("label")?.remove();
  refresh("#widget-topics");
  toast({ title: reason ?? "", key: "topic", isError: true });
}

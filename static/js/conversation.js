/**
 * One chat on the page: its log, its composer, and the line that keeps both true.
 */

import { CatchUp } from "deskbell/catchup.js";
import { Composer } from "deskbell/composer.js";
import { Draft } from "deskbell/drafts.js";
import { Log } from "deskbell/log.js";
import { partiesChanged } from "deskbell/names.js";
import { post } from "deskbell/post.js";
import { point } from "deskbell/quotes.js";
import { Reading } from "deskbell/reading.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { Typists, showTyping } from "deskbell/typing.js";
import { viewer } from "deskbell/viewer.js";

/** @type {WeakMap<Element, Conversation>} */
const conversations = new WeakMap();

/**
 * Events that bubble from the chat: `deskbell:unread` (detail: `count`), and `deskbell:state` when status, agent or
 * topic are others than the page shows (detail: `chat`).
 *
 * @param {HTMLElement} root `.chat`
 */
export function conversation(root) {
  const body = root.querySelector(".log-body");
  if (!(body instanceof HTMLElement)) return undefined;
  const made = new Conversation(root, body);
  conversations.set(root, made);
  return () => made.stop();
}

/** @param {Element | null} root @returns {Conversation | undefined} */
export function conversationOf(root) {
  return root ? conversations.get(root) : undefined;
}

class Conversation {
  /** @type {CatchUp | null} */
  #catchUp = null;
  /** @type {Composer | null} */
  #composer = null;
  /** The chat's state as the server told it last. @type {any} */
  #chat = null;
  #ended = new AbortController();
  /** @type {(() => void)[]} */
  #ends = [];

  /** @param {HTMLElement} root @param {HTMLElement} body */
  constructor(root, body) {
    this.root = root;
    this.side = root.dataset.side === "staff" ? "staff" : "customer";
    this.log = new Log(root, body, () => this.#changed());
    this.reading = new Reading({
      log: this.log,
      mark: (event, upTo) => live.request(event, { chatId: this.chatId, upTo }),
      marked: (version) => this.#catchUp?.mention(version),
    });
    this.typists = new Typists((names) => showTyping(root.querySelector(".typing"), names));
    this.#followOutbox();
    this.#followLine();
    this.#write();
  }

  /** @returns {number | null} a customer may have no chat yet */
  get chatId() {
    return Number(this.root.dataset.chatId) || null;
  }

  get #isNoting() {
    return this.root.matches("[data-watches], [data-noting]");
  }

  get composer() {
    return this.#composer;
  }

  /** To where one writes, or where nobody can write to what is there to read. */
  focus() {
    if (this.#composer) this.#composer.focus();
    else this.log.element.focus({ preventScroll: true });
  }

  /** What is written next replies to this message. @param {number} messageId */
  reply(messageId) {
    this.#composer?.reply(messageId);
  }

  /** A customer's first chat has come to be: by their message, or because staff opened it. @param {number} chatId */
  adopt(chatId) {
    this.root.dataset.chatId = String(chatId);
    this.#follow(chatId);
    if (live.isOnline) void this.#catchUp?.join();
  }

  /** A change has been acknowledged whose event should be on its way. @param {number} version */
  mention(version) {
    this.#catchUp?.mention(version);
  }

  stop() {
    this.#ended.abort();
    for (const end of this.#ends) end();
    const { chatId } = this;
    if (chatId !== null && live.isOnline) live.request("leave_chat", { chatId }).catch(() => {});
    this.#catchUp?.stop();
    this.#composer?.stop();
    this.typists.stop();
    this.reading.stop();
    this.log.stop();
  }

  #followOutbox() {
    const box = post();
    const { signal } = this.#ended;
    const listen = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) =>
      box.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail), { signal });
    const show = (/** @type {any} */ item) => this.#isOurs(item) && this.log.pending(item);
    listen("added", (item) => {
      show(item);
      if (this.#isOurs(item) && this.#composer?.isNote === Boolean(item.isNote)) this.#composer.sentElsewhere(item.text);
    });
    listen("waiting", show);
    listen("failed", show);
    listen("gone", (item) => this.#isOurs(item) && this.log.gone(item));
    listen("sent", (message) => this.#sent(message));
    this.log.element.addEventListener("click", (event) => this.#decide(event), { signal });
    for (const clientId of this.log.arrived()) box.confirm(clientId);
    for (const item of box.items()) show(item);
  }

  #followLine() {
    const ours = (/** @type {(event: any) => void} */ take) => (/** @type {any} */ event) => {
      if (event.chatId === this.chatId) take(event);
    };
    this.#ends.push(
      live.on("new_message", ours((event) => this.#message(event))),
      live.on("message_changed", ours((event) => this.#message(event))),
      live.on("receipts", ours((event) => this.#receipts(event))),
      live.on("chat_changed", (event) => this.#chatChanged(event)),
      live.on("new_chat_message", ours((event) => this.#catchUp?.mention(event.version))),
      live.on("user_typing", ours((event) => this.typists.heard(event))),
    );
    if (this.chatId !== null) this.#follow(this.chatId);
    this.#ends.push(live.watch((state) => state === "online" && void this.#catchUp?.join()));
  }

  #write() {
    const form = this.root.querySelector("form.composer");
    const field = form?.querySelector("textarea");
    if (!(form instanceof HTMLFormElement) || !field) return;
    this.#composer = new Composer(form, field, {
      // A customer's own chat is the newest; what they have begun goes along to it.
      draft: new Draft(storage, viewer().keeper, this.side === "customer" ? null : this.chatId),
      chatId: () => this.chatId,
      quote: (quote, id) => point(this.root, quote, id),
      send: (text, clientId, replyTo, files, topicId) => {
        this.log.scroll.toEnd();
        // Who only watches writes to colleagues, whatever has come of the page.
        post().add(this.chatId, text, clientId, replyTo, files, this.#isNoting, topicId);
      },
      signal: (isTyping) => {
        if (this.chatId === null || !live.isOnline || this.#isNoting) return;
        live.request("typing", { chatId: this.chatId, isTyping }).catch(() => {});
      },
    });
  }

  /** @param {number} chatId */
  #follow(chatId) {
    this.#catchUp = new CatchUp({
      chatId,
      version: Number(this.root.dataset.version ?? 0),
      request: (event, payload) => live.request(event, this.root.hasAttribute("data-watches") ? { ...payload, watches: true } : payload),
      row: (row) => this.#row(row),
      chat: (chat) => this.#state(chat),
      isAhead: (chat) => this.log.newest() > (chat.lastMessage?.seq ?? 0),
      // What is on the page is no longer so, and numbers are given anew: drafts and the outbox outlive a reload.
      setBack: () => location.reload(),
    });
  }

  /** @param {any} message */
  #sent(message) {
    if (this.chatId === null && this.side === "customer") this.adopt(message.chatId);
    else if (message.chatId === this.chatId) this.#catchUp?.mention(message.version);
  }

  /** @param {any} event */
  #message(event) {
    this.#catchUp?.receive(event, () => this.#row({ ...event.message, html: event.html }));
  }

  /** @param {any} row a message with its `html` */
  #row(row) {
    if (row.sender) this.typists.gone(row.sender.id);
    if (typeof row.html === "string") this.log.put(row.html);
    if (row.clientId && row.sender?.id === viewer().id) post().confirm(row.clientId);
  }

  /** @param {any} event */
  #receipts(event) {
    this.#catchUp?.receive(event, () => {
      const side = event.userId === this.#chat?.customer.id ? "customer" : "staff";
      this.log.receipts(side, event, event.version);
      if (side === this.side) this.#come(event);
    });
  }

  /** How far our own side has come, here or in another tab. @param {{deliveredUpTo: number, readUpTo: number}} pointers */
  #come(pointers) {
    this.reading.known(pointers);
    if (this.#chat) this.#chat.unread[this.side] = this.reading.unread ?? 0;
    this.#changed();
  }

  /** @param {any} event */
  #chatChanged({ chatId, version, chat }) {
    if (chatId !== this.chatId) return;
    // Staff may hear of one version twice: with its receipts, and as a row of the inbox.
    this.#catchUp?.receive({ version }, () => {});
    this.#state(chat);
  }

  /** @param {any} chat */
  #state(chat) {
    if (this.#chat && chat.version < this.#chat.version) return;
    const before = this.#chat ?? (chat.version > Number(this.root.dataset.version) ? {} : chat);
    this.#chat = chat;
    partiesChanged(chat, before);
    this.root.dataset.status = chat.status;
    this.reading.known(chat.receipts[this.side]);
    this.log.receipts("customer", chat.receipts.customer);
    this.log.receipts("staff", chat.receipts.staff);
    if (before.status !== chat.status || before.agent?.id !== chat.agent?.id || before.topicId !== chat.topicId) this.#tell("deskbell:state", { chat });
    this.#changed();
  }

  /** Retry or discard of a message that failed. @param {Event} event */
  #decide(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-retry], [data-discard]") : null;
    const clientId = button?.closest("[data-client-id]")?.getAttribute("data-client-id");
    if (!button || !clientId) return;
    if (button.matches("[data-retry]")) post().retry(clientId);
    else post().discard(clientId);
    this.focus();
  }

  #changed() {
    if (!this.reading || this.#ended.signal.aborted) return;
    this.reading.look();
    const here = this.reading.unread;
    // Unread messages may stand above what is loaded; the server's count knows of them.
    if (here !== null) this.#tell("deskbell:unread", { count: Math.max(here, this.#chat?.unread[this.side] ?? 0) });
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.root.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** @param {{chatId: number | null}} item */
  #isOurs(item) {
    return item.chatId === this.chatId || (item.chatId === null && this.side === "customer");
  }
}

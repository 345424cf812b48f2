/**
 * What was begun and not sent, kept for each person and chat through switching and reload, and shared by
 * all tabs of a browser. A draft has the name under which it will be sent, a new one with each change: two
 * tabs that send the same draft send one message, however close together.
 */

import { uniqueId } from "deskbell/ids.js";
import { shows } from "deskbell/visible.js";

/** @typedef {{chatId: number, id: number}} Original a message that is replied to */
/** @typedef {{text: string, clientId?: string, replyTo?: Original, topicId?: number}} Kept */
/** @typedef {Pick<import("deskbell/outbox.js").Store, "get" | "set" | "remove">} Store */

export class Draft {
  #storage;
  /** What was kept when this tab looked last. @type {Kept} */
  #known;
  /** What this tab's field was given from the draft; whatever else it shows was written in here. */
  #given = "";

  /** @param {Store} storage @param {string} keeper @param {number | string | null} chatId null: the customer's own chat, whichever it is */
  constructor(storage, keeper, chatId) {
    this.key = `deskbell:draft:${keeper}:${chatId ?? "own"}`;
    this.#storage = storage;
    this.#known = this.#now();
  }

  /** @param {string} shown what the field holds already @returns {string} what it is to show */
  begun(shown) {
    return shown || this.#give();
  }

  /** What it replies to, if that is in this chat: a customer's draft goes along to their next one. @param {number | null} chatId */
  repliesTo(chatId) {
    const { replyTo } = this.#known;
    return replyTo?.chatId === chatId ? replyTo?.id : undefined;
  }

  /** What the chat that begins by it is about, where that was chosen. */
  get topicId() {
    return this.#known.topicId;
  }

  /** @param {string} shown @param {Original} [replyTo] nothing any more without it */
  reply(shown, replyTo) {
    this.#keep(shown, { replyTo });
  }

  /** @param {string} shown @param {number} topicId */
  choose(shown, topicId) {
    this.#keep(shown, { topicId });
  }

  /** @param {string} text */
  write(text) {
    this.#keep(text, {});
  }

  /** @param {string} text @param {{replyTo?: Original, topicId?: number}} others than there were */
  #keep(text, others) {
    this.#given = "";
    const { replyTo, topicId } = { ...this.#known, ...others };
    const isAny = Boolean(text || replyTo || topicId);
    this.#known = { text, ...(isAny && { clientId: uniqueId() }), ...(replyTo && { replyTo }), ...(topicId && { topicId }) };
    if (isAny) this.#storage.set(this.key, JSON.stringify(this.#known));
    else this.#storage.remove(this.key);
  }

  /**
   * The draft may have changed elsewhere. Text that was written here goes only where nobody types, and for a
   * draft that is gone only when it was that draft.
   *
   * @param {string} shown
   * @param {boolean} isTyping
   * @returns {string} what the field is to show
   */
  followed(shown, isTyping) {
    const before = this.#known;
    this.#known = this.#now();
    const { text, clientId } = this.#known;
    if (text === shown || (text === before.text && clientId === before.clientId)) return shown;
    const isKept = this.#isOwn(shown) && (text ? isTyping : shown !== before.text);
    if (!isKept) return this.#give();
    this.#known = { ...this.#known, replyTo: before.replyTo };
    return shown;
  }

  /**
   * The field's text is about to be sent, and the draft ends.
   *
   * @param {string} shown
   * @returns {{clientId?: string} | null} its name, if it has one; null when nobody wrote it here and it is gone
   */
  taken(shown) {
    const { text, clientId } = this.#known;
    const now = this.#now();
    const isGone = !this.#isOwn(shown) && !now.text;
    // What another tab has written since is not what is sent here.
    if (now.text.trim() === shown.trim()) this.#storage.remove(this.key);
    this.#known = this.#now();
    this.#given = "";
    if (isGone) return null;
    return text === shown ? { clientId } : {};
  }

  /**
   * A message of this chat was sent by another tab, which took the draft along.
   *
   * @param {string} shown
   * @param {string} text of the message
   * @returns {string} what the field is to show
   */
  sentElsewhere(shown, text) {
    if (shown.trim() === text) {
      this.#known = this.#now();
      this.#given = "";
      return "";
    }
    if (this.#isOwn(shown) && !this.#now().text) this.write(shown);
    return shown;
  }

  /** @param {string} shown */
  #isOwn(shown) {
    return shown !== "" && shown !== this.#given;
  }

  #give() {
    this.#given = this.#known.text;
    return this.#given;
  }

  #now() {
    return understood(this.#storage.get(this.key));
  }
}

/**
 * The keys of all drafts of a person, of whatever chat.
 *
 * @param {Pick<import("deskbell/outbox.js").Store, "get" | "keys">} storage
 * @param {string} keeper
 * @returns {string[]}
 */
export function draftsOf(storage, keeper) {
  return storage.keys(`deskbell:draft:${keeper}:`).filter((key) => {
    const { text, replyTo } = understood(storage.get(key));
    return shows(text) || replyTo !== undefined;
  });
}

/** @param {string | null} value @returns {Kept} */
function understood(value) {
  try {
    const kept = JSON.parse(value ?? "null");
    const { text, clientId, replyTo, topicId } = kept ?? {};
    if (typeof text === "string") return { text, clientId: String(clientId ?? "") || undefined, ...(replyTo?.id && { replyTo }), ...(topicId && { topicId }) };
  } catch {
    // Text alone, as drafts were kept before they had names.
  }
  return { text: value ?? "" };
}

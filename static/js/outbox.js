/**
 * What was written and is not known to have arrived. It lies in the browser's storage, one entry a
 * message, so that a reload, a lost line or a second tab loses and doubles nothing. Everything is
 * sent in order, one at a time, under the name it was given first; the server knows repeats by it.
 */

import { pause } from "deskbell/backoff.js";
import { uniqueId } from "deskbell/ids.js";
import { isLoggedOut } from "deskbell/refusals.js";

/**
 * A file or a place. What the browser keeps of a file is its `key`; it has an `id` once it is at the server, and says
 * `why` if it cannot go along.
 *
 * @typedef {{name: string, id?: number, key?: string, why?: string, place?: object}} Along
 */
/**
 * @typedef {object} Item
 * @property {string} clientId
 * @property {number | null} chatId null: the customer's own chat, which may not exist yet
 * @property {string} text
 * @property {string} at when it was written
 * @property {number} order
 * @property {number} [replyTo] the message that it replies to
 * @property {Along[]} [files] that go along
 * @property {boolean} [isNote] it is for staff alone
 * @property {number} [topicId] what a chat is about that begins by it
 * @property {"waiting" | "failed"} state
 * @property {string} [code] why it failed, for programs
 * @property {string} [reason] why it failed, for people
 */
/** @typedef {{code: string, message: string, retryAfter?: number}} Refusal */
/**
 * @typedef {object} Store
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string) => boolean} set
 * @property {(key: string) => void} remove
 * @property {(prefix: string) => string[]} keys
 */
/**
 * @typedef {object} Needs
 * @property {string} keeper whose it is
 * @property {Store} storage
 * @property {(event: string, payload: object) => Promise<any>} request
 * @property {() => boolean} isOnline
 * @property {(name: string, work: () => Promise<void>) => Promise<void>} alone
 * @property {(ms: number) => Promise<void>} [wait]
 */

/** These pass by themselves, so they are tried for ever. */
const PASSING = new Set(["no_answer", "unavailable", "too_fast"]);
/** An error of the server may be due to this very message, which must not hold up all others. */
const INTERNAL_TRIES = 5;

/**
 * Events: `added` and `failed` and `waiting` (detail: the item), `gone` (detail: the item, and `isSent`: the
 * real message is on its way), `sent` (detail: the message), `slow` (detail: the refusal), `unkept`.
 */
export class Outbox extends EventTarget {
  #needs;
  #prefix;
  #isDraining = false;
  #isAgain = false;
  #isUnkept = false;
  /** @type {Map<string, () => void>} */
  #inFlight = new Map();

  /** @param {Needs} needs */
  constructor(needs) {
    super();
    this.#needs = needs;
    this.#prefix = prefixOf(needs.keeper);
  }

  /** All items in the order in which they were written. @returns {Item[]} */
  items() {
    return itemsOf(this.#needs.storage, this.#needs.keeper);
  }

  /** Whether something has yet to be sent. */
  get isWaiting() {
    return this.#next() !== undefined;
  }

  /** Whether something lies only in this page's memory. */
  get isUnkept() {
    return this.#isUnkept && this.items().length > 0;
  }

  /**
   * @param {number | null} chatId
   * @param {string} text
   * @param {string} [clientId] its name, where it has one: it may be here already, by another tab
   * @param {number} [replyTo]
   * @param {Along[]} [files]
   * @param {boolean} [isNote]
   * @param {number} [topicId]
   * @returns {Item}
   */
  add(chatId, text, clientId = uniqueId(), replyTo = undefined, files = [], isNote = false, topicId = undefined) {
    const last = this.items().at(-1)?.order ?? 0;
    if (!last) this.#isUnkept = false; // what was unkept has gone
    /** @type {Item} */
    const item = {
      clientId,
      chatId,
      text,
      at: new Date().toISOString(),
      order: Math.max(Date.now(), last + 1),
      state: "waiting",
      ...(replyTo && { replyTo }),
      ...(files.length > 0 && { files }),
      ...(isNote && { isNote }),
      ...(topicId && { topicId }),
    };
    if (!this.#write(item)) {
      this.#isUnkept = true;
      this.#tell("unkept", item);
    }
    this.#tell("added", item);
    void this.drain();
    return item;
  }

  /** The message was seen in its chat: whatever became of the answer, it has arrived. @param {string} clientId */
  confirm(clientId) {
    const item = this.#read(this.#prefix + clientId);
    if (item) this.#drop(item, true);
    this.#inFlight.get(clientId)?.();
  }

  /** @param {string} clientId */
  retry(clientId) {
    const item = this.#read(this.#prefix + clientId);
    if (item?.state !== "failed") return;
    this.change(clientId, ({ code, reason: _reason, topicId, ...rest }) => ({
      ...rest,
      ...(topicId && code !== "invalid" && { topicId }), // which it may have been refused for
      state: "waiting",
    }));
  }

  /** Something else is known of it by now. @param {string} clientId @param {(item: Item) => Item} change */
  change(clientId, change) {
    const item = this.#read(this.#prefix + clientId);
    if (!item) return;
    const after = change(item);
    this.#write(after);
    this.#tell(after.state, after);
    void this.drain();
  }

  /** @param {string} clientId */
  discard(clientId) {
    const item = this.#read(this.#prefix + clientId);
    if (item?.state === "failed") this.#drop(item, false);
  }

  /**
   * What another tab did to the storage.
   *
   * @param {{key: string | null, oldValue: string | null, newValue: string | null}} event
   */
  heard({ key, oldValue, newValue }) {
    if (!key?.startsWith(this.#prefix)) return;
    const before = understood(oldValue);
    const after = understood(newValue);
    if (after && !before) this.#tell("added", after);
    else if (after) this.#tell(after.state, after);
    // Only what failed can be discarded, so what went while it waited has arrived.
    else if (before) this.#tell("gone", { ...before, isSent: before.state === "waiting" });
  }

  /** Sends what waits, as long as the line stands. */
  async drain() {
    this.#isAgain = true;
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      while (this.#isAgain && this.#next()) {
        this.#isAgain = false;
        await this.#needs.alone(`deskbell:outbox:${this.#needs.keeper}`, () => this.#sendAll());
      }
    } finally {
      this.#isDraining = false;
    }
  }

  async #sendAll() {
    let tries = 0;
    for (let item = this.#next(); item && this.#needs.isOnline(); item = this.#next()) {
      try {
        await this.#send(item);
        tries = 0;
      } catch (error) {
        const refusal = /** @type {Refusal} */ (error);
        // It waits for the line, or for the same person to be logged in again.
        if (refusal.code === "offline" || isLoggedOut(refusal.code)) return;
        if (!this.#mayRetry(refusal, tries)) {
          this.#fail(item, refusal);
          tries = 0;
          continue;
        }
        if (refusal.code === "too_fast") this.#tell("slow", refusal);
        const asked = (refusal.retryAfter ?? 0) * 1_000;
        await (this.#needs.wait ?? sleep)(asked || pause(tries));
        tries += 1;
      }
    }
  }

  /** Words go past files that are on their way. @returns {Item | undefined} */
  #next() {
    return this.items().find((item) => item.state === "waiting" && isWhole(item));
  }

  /** The answer or the message itself, whichever comes first. @param {Item} item */
  async #send(item) {
    const { chatId, clientId, text, replyTo, files, isNote, topicId } = item;
    /** @type {Promise<null>} */
    const seen = new Promise((resolve) => this.#inFlight.set(clientId, () => resolve(null)));
    const payload = { ...(chatId === null ? {} : { chatId }), clientId, message: text, ...(replyTo && { replyTo }), ...(topicId && { topicId }) };
    if (files) Object.assign(payload, { attachments: files.map(({ id, place }) => place ?? id) });
    try {
      const answer = await Promise.race([this.#needs.request(isNote ? "write_note" : "send_message", payload), seen]);
      const there = this.#read(this.#prefix + clientId);
      if (there) this.#drop(there, true);
      if (answer?.message) this.#tell("sent", answer.message);
    } finally {
      this.#inFlight.delete(clientId);
    }
  }

  /** @param {Refusal} refusal @param {number} tries */
  #mayRetry(refusal, tries) {
    return PASSING.has(refusal.code) || (refusal.code === "internal" && tries + 1 < INTERNAL_TRIES);
  }

  /** @param {Item} item @param {Refusal} refusal */
  #fail(item, refusal) {
    if (!this.#read(this.#prefix + item.clientId)) return; // given up meanwhile
    /** @type {Item} */
    const failed = { ...item, state: "failed", code: refusal.code, reason: refusal.message };
    this.#write(failed);
    this.#tell("failed", failed);
  }

  /** @param {Item} item @param {boolean} isSent */
  #drop(item, isSent) {
    this.#needs.storage.remove(this.#prefix + item.clientId);
    this.#tell("gone", { ...item, isSent });
  }

  /** @param {string} key */
  #read(key) {
    return understood(this.#needs.storage.get(key));
  }

  /** @param {Item} item */
  #write(item) {
    return this.#needs.storage.set(this.#prefix + item.clientId, JSON.stringify(item));
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * What of somebody's is not known to have been sent, in the order in which it was written.
 *
 * @param {Pick<Store, "get" | "keys">} storage
 * @param {string} keeper
 */
export function itemsOf(storage, keeper) {
  const found = storage.keys(prefixOf(keeper)).map((key) => understood(storage.get(key)));
  return found
    .filter((item) => item !== null)
    .sort((one, other) => one.order - other.order || (one.at < other.at ? -1 : 1));
}

/**
 * Gives up all of it: its writer leaves and will have none of it kept. What goes while it waits counts as sent in
 * other tabs, so it fails first.
 *
 * @param {Store} storage
 * @param {string} keeper
 */
export function giveUp(storage, keeper) {
  for (const item of itemsOf(storage, keeper)) {
    const key = prefixOf(keeper) + item.clientId;
    storage.set(key, JSON.stringify({ ...item, state: "failed" }));
    storage.remove(key);
  }
}

/** Whether all that goes along is there. @param {Item} item */
export function isWhole({ files = [] }) {
  return files.every(({ id, place }) => id || place);
}

/** @param {string} keeper */
function prefixOf(keeper) {
  return `deskbell:outbox:${keeper}:`;
}

/** @param {string | null} value @returns {Item | null} */
function understood(value) {
  try {
    const item = JSON.parse(value ?? "null");
    const isItem = typeof item?.clientId === "string" && typeof item.text === "string";
    return isItem ? { ...item, order: Number(item.order) || 0 } : null;
  } catch {
    return null;
  }
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Keeps a chat on the page whole: takes live events in order and asks for what is missing.
 */

import { pause } from "deskbell/backoff.js";
import { isLoggedOut } from "deskbell/refusals.js";
import { Versions } from "deskbell/versions.js";

/** @typedef {{version: number, seq: number, html?: string}} Row */
/** @typedef {{messages: Row[], chat: any, version: number, hasMore: boolean}} Page */
/**
 * @typedef {object} Needs
 * @property {number} chatId
 * @property {number} version of what the page shows
 * @property {(event: string, payload: object) => Promise<any>} request
 * @property {(row: Row) => void} row takes a message, new or changed
 * @property {(chat: any) => void} chat takes the chat's state
 * @property {(version: number) => void} [reached] everything up to here is shown
 * @property {(chat: any) => boolean} [isAhead] whether the page shows messages that this state does not know
 * @property {() => void} [setBack] the chat is further back than the page: an older backup was restored
 * @property {(ms: number) => Promise<void>} [wait]
 */

/** How long an event may be late before its absence counts as a gap. */
const GRACE = 600;
const FINAL = new Set(["chat_not_found", "not_found", "forbidden", "invalid", "malformed"]);

export class CatchUp {
  #needs;
  #isPulling = false;
  #isJoined = false;
  #isOver = false;
  /** Ends the pause before the next try. */
  #wake = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    this.versions = new Versions(needs.version);
  }

  /** The line is (back) up: enter the chat's room and fetch what changed meanwhile. */
  join() {
    this.#isJoined = false;
    this.#wake();
    return this.#pull();
  }

  /**
   * Hands a live event to `take` when it is the next one. What comes while a page is being fetched
   * is only noted: it is in that page, or in the next.
   *
   * @param {{version: number}} event
   * @param {() => void} take
   */
  receive(event, take) {
    if (this.#isPulling || !this.#isJoined) {
      this.versions.mention(event.version);
      return;
    }
    const verdict = this.versions.apply(event);
    if (verdict === "apply") {
      take();
      this.#needs.reached?.(this.versions.last);
    } else if (verdict === "gap") {
      void this.#pull();
    }
  }

  /**
   * An acknowledgement told a version whose event should be on its way.
   *
   * @param {number} version
   */
  mention(version) {
    this.versions.mention(version);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.versions.isBehind && this.#isJoined) void this.#pull();
    }, GRACE);
  }

  stop() {
    this.#isOver = true;
    this.#wake();
    clearTimeout(this.#timer);
  }

  async #pull() {
    if (this.#isPulling || this.#isOver) return;
    this.#isPulling = true;
    let tries = 0;
    try {
      while (!this.#isOver && (!this.#isJoined || this.versions.isBehind)) {
        try {
          const isDone = await this.#page();
          tries = 0;
          // The server's word is final: a version that it does not know of was a mistake.
          if (isDone) this.versions.heard = this.versions.last;
        } catch (refusal) {
          if (refusal instanceof Error) throw refusal;
          if (this.#isOver || !this.#mayRetry(/** @type {any} */ (refusal))) return;
          await this.#rest(pause(tries++));
        }
      }
    } finally {
      this.#isPulling = false;
    }
  }

  /**
   * One page of what changed. Whether it was the last, and nothing came meanwhile.
   */
  async #page() {
    const { chatId, request, row, chat, reached } = this.#needs;
    const heard = this.versions.heard;
    const event = this.#isJoined ? "sync" : "join_chat";
    /** @type {Page} */
    const page = await request(event, { chatId, after: this.versions.last });
    if (this.#isOver) return false;
    this.#isJoined = true;
    if (page.version < this.versions.last || this.#needs.isAhead?.(page.chat)) {
      this.stop();
      this.#needs.setBack?.();
      return true;
    }
    for (const message of page.messages) row(message);
    chat(page.chat);
    this.versions.reach(page.version);
    if (page.hasMore) this.versions.mention(page.version + 1);
    reached?.(this.versions.last);
    return !page.hasMore && this.versions.heard <= Math.max(heard, page.version);
  }

  /** Without a line nothing helps but `join`, which comes with the line. @param {{code: string}} refusal */
  #mayRetry(refusal) {
    if (refusal.code === "offline") {
      this.#isJoined = false;
      return false;
    }
    return !FINAL.has(refusal.code) && !isLoggedOut(refusal.code);
  }

  /** A pause that `join` ends: with a new line the next try need not wait. @param {number} ms */
  #rest(ms) {
    /** @type {Promise<void>} */
    const woken = new Promise((resolve) => (this.#wake = resolve));
    return Promise.race([(this.#needs.wait ?? sleep)(ms), woken]);
  }
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

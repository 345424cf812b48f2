/**
 * "… is typing": saying so while one types, and showing it of others until they stop.
 */

import { write } from "deskbell/direction.js";
import { words } from "deskbell/words.js";

const IDLE = 3_000;
/** Told again before those who listen forget. */
const AGAIN = 3_500;
const FORGOTTEN = 6_000;

/** What a composer tells. */
export class TypingSignal {
  #send;
  #toldAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(isTyping: boolean) => void} send */
  constructor(send) {
    this.#send = send;
  }

  typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), IDLE);
    if (Date.now() - this.#toldAt < AGAIN) return;
    this.#toldAt = Date.now();
    this.#send(true);
  }

  stop() {
    clearTimeout(this.#timer);
    if (this.#toldAt === 0) return;
    this.#toldAt = 0;
    this.#send(false);
  }
}

/** Who types in one chat. */
export class Typists {
  #changed;
  /** @type {Map<number, {name: string, timer: ReturnType<typeof setTimeout>}>} */
  #people = new Map();

  /** @param {(names: string[]) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  get isAnybody() {
    return this.#people.size > 0;
  }

  /** @param {{userId: number, name: string, isTyping: boolean}} event */
  heard({ userId, name, isTyping }) {
    this.#forget(userId);
    if (isTyping) {
      const timer = setTimeout(() => this.gone(userId), FORGOTTEN);
      this.#people.set(userId, { name, timer });
    }
    this.#tell();
  }

  /** Their message has come, or they have left. @param {number} userId */
  gone(userId) {
    if (this.#forget(userId)) this.#tell();
  }

  stop() {
    for (const { timer } of this.#people.values()) clearTimeout(timer);
    this.#people.clear();
  }

  /** @param {number} userId */
  #forget(userId) {
    clearTimeout(this.#people.get(userId)?.timer);
    return this.#people.delete(userId);
  }

  #tell() {
    this.#changed([...this.#people.values()].map(({ name }) => name));
  }
}

/** @param {HTMLElement | null} place @param {string[]} names */
export function showTyping(place, names) {
  if (!place) return;
  place.hidden = names.length === 0;
  const text = place.querySelector(".typing-name");
  if (!text || names.length === 0) return;
  write(text, words("typing", { names }, names.length));
}

/**
 * Where a log is scrolled to. The log is laid out from its end, so `scrollTop` is 0 at the newest
 * row, negative above it, and older rows coming in on top move nothing. What is left to do: keep
 * what one reads in place when something comes in below, and offer the way back.
 */

import { words } from "deskbell/words.js";

/** So near to the end counts as there; browsers round. */
const NEAR = 40;

export class Scroll {
  #log;
  #button;
  #count = 0;
  #ended = new AbortController();

  /** @param {HTMLElement} log @param {HTMLElement | null} button that leads to the newest */
  constructor(log, button) {
    this.#log = log;
    this.#button = button;
    // The browser's own anchoring would add to ours, and not every browser has it.
    log.style.overflowAnchor = "none";
    const signal = this.#ended.signal;
    log.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    button?.addEventListener("click", () => this.#back(), { signal });
  }

  get isAtEnd() {
    return this.#log.scrollTop > -NEAR;
  }

  toEnd() {
    this.#log.scrollTop = 0;
    this.#offer(0);
  }

  /**
   * Runs a change of the rows without moving what is read.
   *
   * @param {() => number} change gives how many new rows are worth a look
   */
  around(change) {
    const isAtEnd = this.isAtEnd;
    const anchor = isAtEnd ? null : this.#inView();
    const top = anchor?.getBoundingClientRect().top ?? 0;
    const news = change();
    if (isAtEnd) {
      this.toEnd();
      return;
    }
    if (anchor?.isConnected) this.#log.scrollTop += anchor.getBoundingClientRect().top - top;
    if (news > 0) this.#offer(this.#count + news);
  }

  stop() {
    this.#ended.abort();
  }

  /** The first row that can be seen. */
  #inView() {
    const { top } = this.#log.getBoundingClientRect();
    const rows = [...this.#log.querySelectorAll(".message, .system-line")];
    return rows.find((row) => row.getBoundingClientRect().bottom > top) ?? null;
  }

  #scrolled() {
    if (this.isAtEnd) this.#offer(0);
    else if (this.#button?.hidden && this.#log.scrollTop < -this.#log.clientHeight) this.#offer(0);
  }

  /** The button goes away with the click, so the focus moves on to the log. */
  #back() {
    this.toEnd();
    this.#log.focus({ preventScroll: true });
  }

  /** Far from the end the way back is offered even without news. @param {number} count */
  #offer(count) {
    this.#count = count;
    if (!this.#button) return;
    this.#button.hidden = count === 0 && this.#log.scrollTop >= -this.#log.clientHeight;
    this.#button.dataset.count = String(count);
    const text = this.#button.querySelector(".jump-text");
    if (text) text.textContent = said(count);
  }
}

/** @param {number} count */
function said(count) {
  if (count === 0) return words("to-newest");
  return count === 1 ? words("new-message") : words("new-messages", { count });
}

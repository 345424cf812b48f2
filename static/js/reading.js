/**
 * Tells the server how far this side has received and read a chat.
 */

const TOGETHER = 150;

/**
 * @typedef {object} Needs
 * @property {import("deskbell/log.js").Log} log
 * @property {(event: "mark_delivered" | "mark_read", upTo: number) => Promise<{version: number}>} mark
 * @property {(version: number) => void} marked
 */

export class Reading {
  #needs;
  #delivered = Infinity;
  #read = Infinity;
  #isAllowed = true;
  #ended = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    const look = () => this.look();
    const signal = this.#ended.signal;
    needs.log.element.addEventListener("scroll", look, { passive: true, signal });
    addEventListener("focus", look, { signal });
    document.addEventListener("visibilitychange", look, { signal });
    document.addEventListener("deskbell:shown", look, { signal });
    this.sizes = new ResizeObserver(look);
    this.sizes.observe(needs.log.element);
  }

  /**
   * How far the server says that we are; until it has said so nothing is told.
   *
   * @param {{deliveredUpTo: number, readUpTo: number}} pointers
   */
  known({ deliveredUpTo, readUpTo }) {
    this.#delivered = this.#delivered === Infinity ? deliveredUpTo : Math.max(this.#delivered, deliveredUpTo);
    this.#read = this.#read === Infinity ? readUpTo : Math.max(this.#read, readUpTo);
    this.look();
  }

  /** How many messages of the other side are here and not read; null while that is not known. */
  get unread() {
    if (this.#read === Infinity) return null;
    return this.#theirs().filter((row) => seqOf(row) > this.#read).length;
  }

  /** Something came, was scrolled to, or the page is looked at again. */
  look() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#report(), TOGETHER);
  }

  stop() {
    this.#ended.abort();
    this.sizes.disconnect();
    clearTimeout(this.#timer);
  }

  async #report() {
    const newest = this.#newest();
    const seen = this.#seen();
    if (!this.#isAllowed || this.#needs.log.element.closest("[data-watches]")) return;
    // What is read has been received, so one of the two is enough.
    if (seen > this.#read) await this.#mark("mark_read", seen);
    else if (newest > this.#delivered) await this.#mark("mark_delivered", newest);
    else return;
    if (this.#isAllowed && !this.#ended.signal.aborted) this.look();
  }

  /** @param {"mark_delivered" | "mark_read"} event @param {number} upTo */
  async #mark(event, upTo) {
    const before = [this.#delivered, this.#read];
    this.#delivered = Math.max(this.#delivered, upTo);
    if (event === "mark_read") this.#read = upTo;
    try {
      const { version } = await this.#needs.mark(event, upTo);
      this.#needs.marked(version);
    } catch (refusal) {
      const { code } = /** @type {{code?: string}} */ (refusal);
      // Without a line it is told again after coming back, when the server says how far we are.
      if (code === "offline" || code === "no_answer") [this.#delivered, this.#read] = [Infinity, Infinity];
      else if (code === "too_fast" || code === "unavailable" || code === "internal") {
        [this.#delivered, this.#read] = before;
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      } else this.#isAllowed = false;
    }
  }

  #newest() {
    return seqOf(this.#theirs().at(-1));
  }

  /** The last of their messages that somebody in front of this page can see. */
  #seen() {
    if (document.hidden || !document.hasFocus()) return 0;
    const { element } = this.#needs.log;
    const frame = element.getBoundingClientRect();
    if (frame.height === 0 || element.closest("[hidden]")) return 0;
    const isInView = (/** @type {HTMLElement} */ row) => row.getBoundingClientRect().top < frame.bottom - 8;
    return seqOf(this.#theirs().findLast(isInView));
  }

  #theirs() {
    return this.#needs.log.theirs();
  }
}

/** @param {HTMLElement | undefined} row */
function seqOf(row) {
  return Number(row?.dataset.seq ?? 0);
}

/**
 * Of all tabs that hear one piece of news, one tells its person, and none when it is being looked at in any.
 *
 * Nothing that tabs keep is seen by all of them at once, so they agree by a lock and by word of mouth: who
 * has the lock and was not told that it is done says that it is done, does it, and keeps the lock until
 * everybody has heard. The lock of a tab that dies goes to the next one, which has not been told.
 */

import { alone } from "deskbell/alone.js";
import { viewer } from "deskbell/viewer.js";

/**
 * @typedef {object} Needs
 * @property {string} name of the lock, the person's own
 * @property {Pick<BroadcastChannel, "postMessage" | "addEventListener">} channel to the person's other tabs
 * @property {(name: string, work: () => Promise<void>) => Promise<void>} alone
 * @property {() => "front" | "visible" | "hidden"} place where this tab is
 * @property {(ms: number) => Promise<void>} [wait]
 */
/**
 * @typedef {object} News
 * @property {string} key the same in all tabs
 * @property {() => boolean} isLookedAt
 * @property {() => void} tell
 * @property {boolean} [isAble] whether this tab can tell it, or only say that it is looked at
 */

/** A tab that looks at it speaks first; then the nearer one is to be asked before the others. */
const PAUSES = { front: 100, visible: 400, hidden: 800 };
/** How long a word is on its way to a tab that is busy. */
const ARRIVES_WITHIN = 250;
const REMEMBERED = 500;

export class Bell {
  #needs;
  #wait;
  /** Keys of what is done, the oldest first. @type {Set<string>} */
  #done = new Set();
  /** @type {Map<string, News>} */
  #due = new Map();

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#wait = needs.wait ?? sleep;
    needs.channel.addEventListener("message", ({ data }) => this.#remember(data));
  }

  /** @param {News} news */
  async once(news) {
    if (news.isLookedAt()) this.#say([news.key]);
    if (news.isAble === false) return;
    await this.#wait(PAUSES[this.#needs.place()]);
    if (this.#done.has(news.key)) return;
    this.#due.set(news.key, news);
    await this.#needs.alone(this.#needs.name, () => this.#turn());
  }

  /** All that has come together meanwhile, so that a burst waits once. */
  async #turn() {
    const due = [...this.#due.values()].filter(({ key }) => !this.#done.has(key));
    this.#due.clear();
    if (due.length === 0) return;
    this.#say(due.map(({ key }) => key));
    for (const news of due) if (!news.isLookedAt()) news.tell();
    await this.#wait(ARRIVES_WITHIN);
  }

  /** @param {string[]} keys */
  #say(keys) {
    this.#needs.channel.postMessage(keys);
    this.#remember(keys);
  }

  /** @param {string[]} keys */
  #remember(keys) {
    for (const key of keys) this.#done.add(key);
    for (const key of this.#done) {
      if (this.#done.size <= REMEMBERED) break;
      this.#done.delete(key);
    }
  }
}

/** @type {Bell | null} */
let own = null;

/** The page's bell, which hears other tabs from the first call on. @returns {Bell} */
export function bell() {
  return (own ??= opened());
}

function opened() {
  const name = `deskbell:bell:${viewer().keeper}`;
  return new Bell({ name, channel: new BroadcastChannel(name), alone, place });
}

function place() {
  if (document.hidden) return "hidden";
  return document.hasFocus() ? "front" : "visible";
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * The rows of a chat: each message once, in order of `seq`, pending ones last.
 */

import { marks } from "deskbell/grouping.js";
import { dressed } from "deskbell/mounts.js";
import { cloned, morph, parsed } from "deskbell/parts.js";
import { point, requote } from "deskbell/quotes.js";
import { Scroll } from "deskbell/scroll.js";
import { dayKey } from "deskbell/times.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @typedef {import("deskbell/outbox.js").Item} Item */

const ROWS = ".message, .system-line, .note";
const STATUSES = ["sent", "delivered", "read"];
/** A message that was sent elsewhere and does not come is not shown as pending for ever. */
const COMES_WITHIN = 10_000;

export class Log {
  /** Changed rows of a page that is being asked for, which may have been rendered before. @type {Map<string, string>} */
  #above = new Map();
  #chat;
  #changed;
  #side;
  #body;
  #watching;

  /**
   * @param {HTMLElement} chat
   * @param {HTMLElement} body what holds the rows
   * @param {() => void} changed
   */
  constructor(chat, body, changed) {
    this.#body = body;
    this.#chat = chat;
    this.#side = chat.dataset.side ?? "";
    this.#changed = changed;
    this.element = /** @type {HTMLElement} */ (body.closest(".log") ?? body);
    this.scroll = new Scroll(this.element, chat.querySelector(".jump"));
    this.#watching = new MutationObserver(() => this.#swapped());
    this.#watching.observe(body, { childList: true });
    this.#arrange();
  }

  /** @returns {HTMLElement[]} */
  rows() {
    return /** @type {HTMLElement[]} */ ([...this.#body.querySelectorAll(ROWS)]);
  }

  /** Messages of the other side, without pending ones. */
  theirs() {
    return this.rows().filter((row) => row.matches(".message[data-seq]") && row.dataset.side !== this.#side);
  }

  /** The `seq` of the newest message of staff that the server told of, 0 when there is none: a customer's may be held, and not the chat's last one. */
  newest() {
    return Number(this.rows().findLast((row) => row.matches('.message[data-seq][data-side="staff"]'))?.dataset.seq ?? 0);
  }

  /** The `clientId`s of the viewer's own messages that are here. */
  arrived() {
    const mine = this.rows().filter((row) => row.dataset.seq && this.#isMine(row));
    return mine.map((row) => row.dataset.clientId ?? "").filter(Boolean);
  }

  /**
   * A message as the server renders it: new, changed, or the one that a pending row stands for.
   *
   * @param {string} html
   */
  put(html) {
    const fresh = parsed(html);
    if (!fresh) return;
    const there = this.#known(fresh);
    if (there) this.#replace(there, fresh);
    else if (this.#isAbove(fresh)) this.#above.set(fresh.id, html);
    else this.#add(fresh);
    requote(this.#chat, there ?? fresh);
  }

  /** What the viewer has written and the server has not confirmed. @param {Item} item */
  pending(item) {
    const there = this.#byClientId(item.clientId);
    const row = there ?? cloned("pending-message");
    if (!row || row.dataset.seq) return;
    this.#change(() => {
      if (!there) {
        this.#fill(row, item);
        this.#placePending(row, item.order);
      }
      row.dataset.status = item.state === "failed" ? "failed" : "pending";
      const reason = row.querySelector(".message-reason span");
      if (reason) reason.textContent = item.reason || words("not-sent");
      return 0;
    });
  }

  /** Out of the outbox: sent, so that its message is about to come, or given up. @param {Item & {isSent: boolean}} item */
  gone({ clientId, isSent }) {
    const row = this.#byClientId(clientId);
    if (!row || row.dataset.seq) return;
    const away = () => {
      if (row.dataset.seq || !row.isConnected) return;
      this.#change(() => {
        row.remove();
        return 0;
      });
    };
    if (isSent) setTimeout(away, COMES_WITHIN);
    else away();
  }

  /**
   * How far a side has come; the other side's messages show it.
   *
   * @param {"customer" | "staff"} side
   * @param {{deliveredUpTo: number, readUpTo: number}} pointers
   * @param {number} [version]
   */
  receipts(side, { deliveredUpTo, readUpTo }, version = 0) {
    for (const row of this.rows()) {
      const seq = Number(row.dataset.seq);
      if (!seq || !row.matches(".message") || row.dataset.side === side) continue;
      const status = seq <= readUpTo ? "read" : seq <= deliveredUpTo ? "delivered" : "sent";
      if (STATUSES.indexOf(status) <= STATUSES.indexOf(row.dataset.status ?? "")) continue;
      row.dataset.status = status;
      row.dataset.version = String(Math.max(version, versionOf(row)));
    }
  }

  stop() {
    this.#watching.disconnect();
    this.scroll.stop();
  }

  /** @param {HTMLElement} there @param {HTMLElement} fresh */
  #replace(there, fresh) {
    if (versionOf(there) >= versionOf(fresh)) return;
    // It was pending, or its chat was merged with another one.
    const moves = there.dataset.seq !== fresh.dataset.seq;
    this.#change(() => {
      // What this page has put beside it stays, with the focus and whatever is being written.
      const own = there.querySelectorAll(":scope > :is(.message-edit, .message-tools)");
      fresh.querySelector(".bubble:not(.is-gone)")?.after(...[...own].map((each) => each.cloneNode(true)));
      morph(there, fresh);
      if (moves) this.#place(there);
      dressed(there);
      return 0;
    });
  }

  /** @param {HTMLElement} fresh */
  #add(fresh) {
    this.#change(() => {
      this.#place(fresh);
      dressed(fresh);
      return fresh.matches(".message") && !this.#isMine(fresh) ? 1 : 0;
    });
  }

  /** @param {HTMLElement} fresh @returns {HTMLElement | null} */
  #known(fresh) {
    const there = fresh.id && this.#body.querySelector(`#${CSS.escape(fresh.id)}`);
    if (there instanceof HTMLElement) return there;
    const { clientId } = fresh.dataset;
    return clientId && this.#isMine(fresh) ? this.#byClientId(clientId) : null;
  }

  /** @param {string} clientId @returns {HTMLElement | null} */
  #byClientId(clientId) {
    const named = this.rows().filter((row) => row.dataset.clientId === clientId);
    return named.find((row) => this.#isMine(row)) ?? null;
  }

  /** @param {HTMLElement} row */
  #isMine(row) {
    // Who has not sent anything yet may be nobody so far.
    return !row.dataset.seq || row.dataset.senderId === String(viewer().id);
  }

  /** Whether the row belongs to a part of the chat that is not loaded yet. @param {HTMLElement} row */
  #isAbove(row) {
    if (!this.#body.querySelector(".log-older")) return false;
    const oldest = this.rows().find((other) => other.dataset.seq);
    return oldest !== undefined && Number(row.dataset.seq) < Number(oldest.dataset.seq);
  }

  /** @param {HTMLElement} row with a `seq` */
  #place(row) {
    const others = this.rows().filter((other) => other !== row);
    const before = others.findLast((other) => other.dataset.seq && isBefore(other, row));
    const after = before ? others[others.indexOf(before) + 1] : others[0];
    // Moving an element that is where it belongs would take its focus.
    if (row.isConnected && (before ? isBetween(before, row, after) : isBetween(null, row, after))) return;
    if (before) before.after(row);
    else if (after) after.before(row);
    else this.#body.append(row);
  }

  /** @param {HTMLElement} row @param {Item} item */
  #fill(row, item) {
    row.dataset.clientId = item.clientId;
    row.dataset.senderId = String(viewer().id);
    row.dataset.side = this.#side;
    if (item.isNote) row.className = "note mine";
    row.dataset.at = item.at;
    row.dataset.order = String(item.order);
    const bubble = row.querySelector(".bubble");
    if (bubble) bubble.textContent = item.text || (item.files ?? []).map(({ name }) => name).join(", ");
    const quote = item.replyTo && cloned("replying")?.querySelector("a");
    if (quote && item.replyTo) {
      quote.removeAttribute("id");
      point(this.#chat, quote, item.replyTo);
      bubble?.before(quote);
    }
    for (const time of row.querySelectorAll("time")) time.dateTime = item.at;
    if (item.files?.some(({ key }) => key)) void import("deskbell/uploads.js").then(({ showIn }) => showIn(row, item));
  }

  /** @param {HTMLElement} row @param {number} order */
  #placePending(row, order) {
    const after = this.rows().find((other) => !other.dataset.seq && Number(other.dataset.order) > order);
    if (after) after.before(row);
    else this.#body.append(row);
    dressed(row);
  }

  /** A change of our own. @param {() => number} change */
  #change(change) {
    this.scroll.around(() => {
      const news = change();
      this.#arrange();
      return news;
    });
    this.#changed();
  }

  /** A change that somebody else made: an older page was swapped in. */
  #swapped() {
    this.#arrange();
    const changes = [...this.#above.values()];
    this.#above.clear();
    for (const html of changes) this.put(html);
    requote(this.#chat);
    this.#changed();
  }

  /** Days and groups, in the viewer's zone. Idempotent, and silent where nothing moved. */
  #arrange() {
    const rows = this.rows();
    const lines = rows.map((row) => {
      const at = new Date(row.dataset.at ?? "");
      const senderId = row.matches(".message") ? (row.dataset.senderId ?? "") : null;
      return { senderId, at: at.getTime(), day: dayKey(at) };
    });
    marks(lines).forEach((mark, index) => {
      const row = rows[index];
      if (row.matches(".message")) row.classList.toggle("is-followed", mark.isFollowed);
      this.#separate(row, mark.startsDay ? lines[index].day : null);
    });
    for (const day of this.#body.querySelectorAll(".day")) {
      if (!day.nextElementSibling?.matches(ROWS)) day.remove();
    }
    this.#watching.takeRecords();
  }

  /** @param {HTMLElement} row @param {string | null} day that begins with the row */
  #separate(row, day) {
    let before = row.previousElementSibling;
    while (before instanceof HTMLElement && before.matches(".day") && before.dataset.day !== day) {
      before.remove();
      before = row.previousElementSibling;
    }
    if (day === null || (before instanceof HTMLElement && before.matches(".day"))) return;
    const separator = cloned("day-separator");
    if (!separator) return;
    const time = document.createElement("time");
    time.dateTime = row.dataset.at ?? "";
    time.dataset.time = "day";
    separator.dataset.day = day;
    (separator.querySelector("span") ?? separator).append(time);
    row.before(separator);
    dressed(separator);
  }
}

/** @param {HTMLElement} row */
function versionOf(row) {
  return Number(row.dataset.version ?? 0);
}

/** A note stands behind what was said until it was written, and behind notes before it. @param {HTMLElement} one @param {HTMLElement} other */
function isBefore(one, other) {
  const apart = Number(one.dataset.seq) - Number(other.dataset.seq);
  return (apart || Number(one.dataset.note ?? 0) - Number(other.dataset.note ?? 0)) < 0;
}

/** Whether `row` stands after `one` and before `other`. @param {Element | null} one @param {Element} row @param {Element | undefined} other */
function isBetween(one, row, other) {
  const follows = Node.DOCUMENT_POSITION_FOLLOWING;
  const isAfter = !one || Boolean(one.compareDocumentPosition(row) & follows);
  return isAfter && (!other || Boolean(row.compareDocumentPosition(other) & follows));
}

/**
 * Where one writes.
 */

import { coming, trayKey, trays } from "deskbell/attaching.js";
import { cloned } from "deskbell/parts.js";
import { TypingSignal } from "deskbell/typing.js";
import { shows } from "deskbell/visible.js";
import { words } from "deskbell/words.js";

/** The counter shows from here on. */
const NEARLY_FULL = 0.9;
const LIMIT = 5_000;
/** A code of an emoji that is being typed; not the colon of an address or a time. */
const CODE = /(?:^|[\s([{])(:[a-z0-9_+-]{2,}:?)$/i;

/** What staff looks for among canned answers. */
const SLASH = /^\/([^\n/]{0,60})$/;

/**
 * @typedef {object} Needs
 * @property {import("deskbell/drafts.js").Draft} draft
 * @property {() => number | null} chatId
 * @property {(quote: HTMLElement, id: number) => void} quote shows in it the message of this id
 * @property {(text: string, clientId?: string, replyTo?: number, files?: import("deskbell/outbox.js").Along[], topicId?: number) => void} send
 * @property {(isTyping: boolean) => void} signal
 */
/**
 * What is written goes to staff alone, without files, and nobody is told that somebody types.
 *
 * @typedef {object} Aside
 * @property {(text: string, clientId?: string) => void} send
 * @property {(field: HTMLTextAreaElement) => boolean} complete whether it sees to what is being written
 */

export class Composer {
  #form;
  #field;
  #button;
  #needs;
  /** @type {Aside | undefined} */
  #aside;
  #typing;
  #ended = new AbortController();

  /** @param {HTMLFormElement} form @param {HTMLTextAreaElement} field @param {Needs} needs */
  constructor(form, field, needs) {
    this.#form = form;
    this.#field = field;
    this.#needs = needs;
    this.#button = form.querySelector("button.send");
    // What the browser would say of an empty field is known to whoever pressed Enter in it.
    form.noValidate = true;
    this.#typing = new TypingSignal((isTyping) => this.#aside || needs.signal(isTyping));
    const signal = this.#ended.signal;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    field.addEventListener("keydown", (event) => this.#key(event), { signal });
    form.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.#letGo(event), { signal });
    form.addEventListener("click", (event) => isOn(event, "[data-let-go]") && this.#letGo(event), { signal });
    field.addEventListener("input", () => this.#input(), { signal });
    field.addEventListener("focus", () => this.#fit(), { signal });
    this.#offer("[data-emoji]", async () => (await import("deskbell/emoji.js")).insert(field));
    if (isSecureContext) this.#offer("[data-place]", async () => (await import("deskbell/placing.js")).place(form, needs.send));
    field.addEventListener("blur", () => this.#typing.stop(), { signal });
    form.addEventListener("change", ({ target }) => this.#chosen(/** @type {HTMLInputElement} */ (target)), { signal });
    form.addEventListener("htmx:load", () => this.#showTopic(), { signal });
    // On a phone the button would take the focus, and with it the keyboard.
    this.#button?.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    field.value = needs.draft.begun(field.value);
    this.#fit();
    this.#showOriginal();
    this.#showTopic();
    this.#followDraft(signal);
    // Enter was pressed before all this was there (early.js).
    if ("entered" in form.dataset) queueMicrotask(() => form.requestSubmit());
    delete form.dataset.entered;
  }

  /** What is written replies to this message of the chat. @param {number} id */
  reply(id) {
    const chatId = this.#needs.chatId();
    if (chatId === null) return;
    this.#needs.draft.reply(this.#field.value, { chatId, id });
    this.#showOriginal();
    this.focus();
  }

  get isNote() {
    return this.#aside !== undefined;
  }

  /** From now on it is a note that is written, or a reply again: each has a draft of its own. @param {import("deskbell/drafts.js").Draft} draft @param {Aside} [aside] */
  turn(draft, aside) {
    this.#typing.stop();
    this.#aside = aside;
    this.#needs = { ...this.#needs, draft };
    this.#show(draft.begun(""));
    this.#showOriginal();
  }

  /** A button that is only there with scripts. @param {string} selector @param {() => Promise<void>} act */
  #offer(selector, act) {
    const button = this.#form.querySelector(selector);
    button?.removeAttribute("hidden");
    button?.addEventListener("click", act, { signal: this.#ended.signal });
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  /** Another tab has sent this to the chat. @param {string} text */
  sentElsewhere(text) {
    this.#show(this.#needs.draft.sentElsewhere(this.#field.value, text));
    this.#showOriginal();
  }

  stop() {
    this.#ended.abort();
    this.#typing.stop();
  }

  /** Other tabs write the same draft. What they did while this one slept is seen as it wakes. @param {AbortSignal} signal */
  #followDraft(signal) {
    const follow = (isTyping = false) => {
      this.#show(this.#needs.draft.followed(this.#field.value, isTyping));
      this.#showOriginal();
    };
    const isOfDraft = (/** @type {StorageEvent} */ event) => event.key === this.#needs.draft.key || event.key === null;
    addEventListener("storage", (event) => isOfDraft(event) && follow(this.#isTyping()), { signal });
    addEventListener("pageshow", (event) => event.persisted && follow(), { signal });
    document.addEventListener("resume", () => follow(), { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && follow(), { signal });
  }

  /** Above the field stands what is replied to. */
  #showOriginal() {
    const { draft, chatId, quote } = this.#needs;
    const id = draft.repliesTo(chatId());
    const there = this.#form.querySelector(".replying");
    if ((id ?? 0) === Number(there?.getAttribute("data-to") ?? 0)) return;
    there?.remove();
    this.#field.removeAttribute("aria-describedby");
    const replying = id && cloned("replying");
    const link = replying && replying.querySelector("a");
    if (!link || !id) return;
    replying.dataset.to = String(id);
    quote(link, id);
    this.#field.before(replying);
    this.#field.setAttribute("aria-describedby", link.id);
  }

  /** @param {HTMLInputElement} input */
  #chosen({ name, value }) {
    if (name === "topic_id") this.#needs.draft.choose(this.#field.value, Number(value));
  }

  /** Also where the topics have come anew, or all of the form has. */
  #showTopic() {
    const chosen = this.#form.querySelector(`.topics [value="${this.#needs.draft.topicId}"]`);
    if (chosen instanceof HTMLInputElement) chosen.checked = true;
  }

  /** @param {Event} event */
  #letGo(event) {
    if (!this.#form.querySelector(".replying")) return;
    event.preventDefault(); // the window around it would close
    this.#needs.draft.reply(this.#field.value);
    this.#showOriginal();
    this.focus();
  }

  get #isStaff() {
    return this.#form.closest(".chat")?.getAttribute("data-side") === "staff";
  }

  #isTyping() {
    return document.activeElement === this.#field && document.hasFocus();
  }

  /** The caret stays where it was, or at the end. @param {string} text */
  #show(text) {
    const field = this.#field;
    if (text === field.value) return;
    const { selectionStart, selectionEnd, value } = field;
    field.value = text;
    // Elsewhere a browser may take the focus along with the caret.
    if (document.activeElement === field && selectionEnd < value.length) {
      field.setSelectionRange(selectionStart, selectionEnd);
    }
    if (!text) this.#typing.stop();
    this.#fit();
  }

  /** The field is empty before anything else happens, so a second Enter or click finds nothing. @param {Event} event */
  #submit(event) {
    event.preventDefault();
    // What may be a search is not sent before it is known what is meant by it.
    const { value, dataset } = this.#field;
    const aside = this.#aside;
    if (this.#isStaff && !aside && SLASH.test(value) && dataset.looked !== value) return void this.#complete();
    const text = this.#field.value.trim();
    const chat = trayKey(this.#form);
    // A note has no files.
    const come = aside ? undefined : coming.get(chat);
    if (come) return void come.then(() => this.#form.isConnected && this.#form.requestSubmit());
    const tray = aside ? undefined : trays.get(chat);
    if ((!shows(text) && (tray?.isEmpty ?? true)) || this.#left() < 0) return;
    const topic = /** @type {HTMLInputElement | null} */ (this.#form.querySelector(".topics input"));
    const asks = topic?.offsetParent;
    if (asks && !topic.reportValidity()) return;
    const topicId = asks ? Number(new FormData(this.#form).get("topic_id")) : undefined;
    const { draft, chatId, send } = this.#needs;
    const replyTo = draft.repliesTo(chatId());
    const files = tray?.taken() ?? [];
    const taken = draft.taken(this.#field.value) ?? (files.length > 0 ? {} : null);
    this.#show("");
    this.#showOriginal();
    if (taken) (aside?.send ?? send)(text, taken.clientId, replyTo, files, topicId);
    this.focus();
  }

  /** Enter that ends the composition of a character belongs to the input method. @param {KeyboardEvent} event */
  #key(event) {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    if (!event.repeat) this.#form.requestSubmit();
  }

  #input() {
    this.#needs.draft.write(this.#field.value);
    if (shows(this.#field.value)) this.#typing.typed();
    else this.#typing.stop();
    this.#fit();
    void this.#complete();
  }

  async #complete() {
    const field = this.#field;
    if (this.#aside?.complete(field)) return;
    const isOffered = document.getElementById("offered-list") !== null;
    const [chatId, query] = [this.#needs.chatId(), SLASH.exec(field.value)?.[1]];
    const isLooking = this.#isStaff && !this.#aside && chatId !== null && query !== undefined;
    if (isLooking || (isOffered && this.#isStaff && !this.#aside && chatId !== null)) {
      // What was asked for first may come last, so it is what stands there by then that is looked for.
      const look = (/** @type {typeof import("deskbell/canned.js")} */ { lookFor }) => lookFor(field, chatId, SLASH.exec(field.value)?.[1]);
      await import("deskbell/canned.js").then(look, () => (field.dataset.looked = field.value));
      if (isLooking) return;
    }
    const code = CODE.exec(field.value.slice(0, field.selectionStart))?.[1];
    if (code || isOffered) (await import("deskbell/emoji.js")).complete(field, code);
  }

  /**
   * Most browsers let the field grow with its text by style alone. For the others the rows are counted;
   * a `style` would be copied by HTMX as an attribute, which the content security policy forbids.
   */
  #fit() {
    const field = this.#field;
    if (!CSS.supports("field-sizing", "content") && field.offsetParent) {
      const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(field);
      const padding = parseFloat(paddingTop) + parseFloat(paddingBottom);
      field.rows = 1;
      field.rows = Math.max(1, Math.round((field.scrollHeight - padding) / parseFloat(lineHeight)));
    }
    this.#count();
  }

  #count() {
    const left = this.#left();
    const isOver = left < 0;
    const counter = this.#form.querySelector(".composer-count");
    if (counter instanceof HTMLElement) {
      counter.hidden = left > this.#limit() * (1 - NEARLY_FULL);
      counter.dataset.over = String(isOver);
      if (!counter.hidden) counter.textContent = said(left);
    }
    this.#field.setAttribute("aria-invalid", String(isOver));
    if (this.#button instanceof HTMLButtonElement) this.#button.disabled = isOver;
  }

  /** Counted as the server counts: in characters, not in UTF-16 units. */
  #left() {
    return this.#limit() - [...this.#field.value.trim()].length;
  }

  #limit() {
    return Number(document.body.dataset.messageLength) || LIMIT;
  }
}

/** @param {Event} event @param {string} selector */
function isOn(event, selector) {
  return event.target instanceof Element && event.target.closest(selector) !== null;
}

/** @param {number} left characters, negative when there are too many */
function said(left) {
  if (left < 0) return words(left === -1 ? "one-over" : "over", { count: -left });
  return words(left === 1 ? "one-left" : "left", { count: left });
}

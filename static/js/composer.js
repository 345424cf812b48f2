/**
 * Where one writes.
 */

import { TypingSignal } from "deskbell/typing.js";
import { shows } from "deskbell/visible.js";
import { words } from "deskbell/words.js";

/** The counter shows from here on. */
const NEARLY_FULL = 0.9;
const LIMIT = 5_000;
/** A code of an emoji that is being typed; not the colon of an address or a time. */
const CODE = /(?:^|[\s([{])(:[a-z0-9_+-]{2,}:?)$/i;

/**
 * @typedef {object} Needs
 * @property {import("deskbell/drafts.js").Draft} draft
 * @property {(text: string, clientId?: string) => void} send
 * @property {(isTyping: boolean) => void} signal
 */

export class Composer {
  #form;
  #field;
  #button;
  #needs;
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
    this.#typing = new TypingSignal(needs.signal);
    const signal = this.#ended.signal;
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    field.addEventListener("keydown", (event) => this.#key(event), { signal });
    field.addEventListener("input", () => this.#input(), { signal });
    field.addEventListener("focus", () => this.#fit(), { signal });
    const button = form.querySelector("[data-emoji]");
    button?.removeAttribute("hidden");
    button?.addEventListener("click", async () => (await import("deskbell/emoji.js")).insert(field), { signal });
    field.addEventListener("blur", () => this.#typing.stop(), { signal });
    // On a phone the button would take the focus, and with it the keyboard.
    this.#button?.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    field.value = needs.draft.begun(field.value);
    this.#fit();
    this.#followDraft(signal);
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  /** Another tab has sent this to the chat. @param {string} text */
  sentElsewhere(text) {
    this.#show(this.#needs.draft.sentElsewhere(this.#field.value, text));
  }

  stop() {
    this.#ended.abort();
    this.#typing.stop();
  }

  /** Other tabs write the same draft. What they did while this one slept is seen as it wakes. @param {AbortSignal} signal */
  #followDraft(signal) {
    const { draft } = this.#needs;
    const follow = (isTyping = false) => this.#show(draft.followed(this.#field.value, isTyping));
    const isOfDraft = (/** @type {StorageEvent} */ event) => event.key === draft.key || event.key === null;
    addEventListener("storage", (event) => isOfDraft(event) && follow(this.#isTyping()), { signal });
    addEventListener("pageshow", (event) => event.persisted && follow(), { signal });
    document.addEventListener("resume", () => follow(), { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && follow(), { signal });
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
    const text = this.#field.value.trim();
    if (!shows(text) || this.#left() < 0) return;
    const taken = this.#needs.draft.taken(this.#field.value);
    this.#show("");
    if (taken) this.#needs.send(text, taken.clientId);
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
    const code = CODE.exec(this.#field.value.slice(0, this.#field.selectionStart))?.[1];
    if (code || document.getElementById("emoji-offered")) (await import("deskbell/emoji.js")).complete(this.#field, code);
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

/** @param {number} left characters, negative when there are too many */
function said(left) {
  if (left < 0) return words(left === -1 ? "one-over" : "over", { count: -left });
  return words(left === 1 ? "one-left" : "left", { count: left });
}

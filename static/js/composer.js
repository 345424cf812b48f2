/**
 * Where one writes.
 */

import { draft, keepDraft } from "deskbell/drafts.js";
import { TypingSignal } from "deskbell/typing.js";
import { words } from "deskbell/words.js";

/** The counter shows from here on. */
const NEARLY_FULL = 0.9;
const LIMIT = 5_000;

/**
 * @typedef {object} Needs
 * @property {() => number | null} draftOf the chat whose draft it keeps; null for a customer's own
 * @property {(text: string) => void} send
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
    field.addEventListener("blur", () => this.#typing.stop(), { signal });
    // On a phone the button would take the focus, and with it the keyboard.
    this.#button?.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    if (!field.value) field.value = draft(needs.draftOf());
    this.#fit();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  stop() {
    this.#ended.abort();
    this.#typing.stop();
  }

  /** The field is empty before anything else happens, so a second Enter or click finds nothing. @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text || this.#left() < 0) return;
    this.#field.value = "";
    keepDraft(this.#needs.draftOf(), "");
    this.#typing.stop();
    this.#fit();
    this.#needs.send(text);
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
    keepDraft(this.#needs.draftOf(), this.#field.value);
    if (this.#field.value.trim()) this.#typing.typed();
    else this.#typing.stop();
    this.#fit();
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

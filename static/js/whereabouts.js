/**
 * Where somebody is on a site: told when it changes, and from time to time while the page is looked at.
 */

import { viewer } from "deskbell/viewer.js";

const AGAIN = 30_000;
/** Who has no chat yet has no line either, by which to hear that somebody writes to them. */
const AGAIN_STRANGER = 10_000;
/** A router that goes through several pages at once is one change. */
const BREATH = 1_000;

export class Whereabouts {
  #tell;
  #page = { url: "", title: "", referrer: "" };
  /** @type {object} */
  #attributes = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(where: object) => Promise<void>} tell */
  constructor(tell) {
    this.#tell = tell;
    document.addEventListener("visibilitychange", () => document.hidden || this.#soon());
  }

  /** @param {{url: string, title: string, referrer: string}} page */
  moved({ url, title, referrer }) {
    this.#page = { url, title, referrer };
    this.#soon();
  }

  /** @param {object} attributes */
  described(attributes) {
    this.#attributes = attributes;
    this.#soon();
  }

  /**
   * Attributes that the server does not take are left out; all of them where it names none.
   *
   * @param {string[]} fields that it has refused
   * @returns {boolean} whether there was any
   */
  without(fields) {
    const before = Object.entries(this.#attributes);
    if (!before.length || !fields.some((field) => field.startsWith("attributes"))) return false;
    const left = before.filter(([name]) => !fields.some((field) => `${field}.`.startsWith(`attributes.${name}.`)));
    this.#attributes = left.length < before.length ? Object.fromEntries(left) : {};
    this.#soon();
    return true;
  }

  /** @param {number} [wait] */
  #soon(wait = BREATH) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#now(), wait);
  }

  async #now() {
    this.#timer = undefined;
    if (!document.hidden) {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      await this.#tell({ page: this.#page, timeZone, attributes: this.#attributes });
    }
    // What has changed while it was told is told sooner.
    if (!this.#timer) this.#soon(viewer().id ? AGAIN : AGAIN_STRANGER);
  }
}

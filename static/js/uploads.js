/**
 * Files on their way. Each goes in parts and goes on where it was: after a cut line by itself, after a reload from what
 * the browser has kept of it. A message takes along those that are here.
 */

import { markOfUploads, trayKey, trays } from "deskbell/attaching.js";
import { first } from "deskbell/first.js";
import { uniqueId } from "deskbell/ids.js";
import { cloned } from "deskbell/parts.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";
import * as kept from "deskbell/shelf.js";

/** @typedef {import("deskbell/shelf.js").Kept} Kept */

const PART = 512 * 1024;
/** Pauses between tries while nothing arrives (ms); a part that arrives begins them anew. */
const PAUSES = [0, 1_000, 2_000, 4_000, ...Array(60).fill(8_000)];
const MEGABYTE = 1_000_000;
/** What a server says that no second try would change. */
const FINAL = [400, 401, 403, 404, 410, 412, 413, 415];

/** @param {HTMLFormElement} form @param {File[]} files */
export async function add(form, files) {
  await styled();
  const tray = trayOf(form);
  for (const file of files) {
    const what = { key: uniqueId(), chat: trayKey(form), name: file.name, blob: file };
    tray.add(what, (await claimed(what.key)) ?? (() => {}));
  }
}

/**
 * What was recorded is heard before it is sent: until then it waits here.
 *
 * @param {HTMLFormElement} form
 * @param {string} chat for which it was recorded
 * @param {File} file
 * @param {import("deskbell/shelf.js").Voice} voice
 * @returns {Promise<HTMLElement | null>} where it stands
 */
export async function keep(form, chat, file, voice) {
  const what = { key: uniqueId(), chat, name: file.name, blob: file, voice };
  storage.set(markOfUploads(), "1");
  await Promise.all([kept.put(what), import("deskbell/voice.js")]);
  const tray = form.isConnected ? trayOf(form) : trayIn(chat);
  return tray.add(what, (await claimed(what.key)) ?? (() => {}));
}

/** What was on its way when the page was left. @param {HTMLFormElement} form */
export async function goOn(form) {
  const chat = trayKey(form);
  const ours = await kept.all();
  if (ours.length === 0) storage.remove(markOfUploads());
  if (!ours.some((each) => each.chat === chat)) return;
  await styled();
  const tray = trayOf(form);
  for (const each of ours) {
    const letGo = each.chat === chat ? await claimed(each.key) : null;
    if (letGo) tray.add(each, letGo);
  }
}

/** @param {HTMLFormElement} form @returns {Tray} */
function trayOf(form) {
  const tray = trayIn(trayKey(form));
  tray.showIn(form);
  return tray;
}

/** @param {string} key @returns {Tray} */
function trayIn(key) {
  const tray = /** @type {Tray | undefined} */ (trays.get(key)) ?? new Tray();
  trays.set(key, tray);
  return tray;
}

/**
 * A file is in the tray of one tab. A browser that denies its locks keeps no files for another tab, either.
 *
 * @param {string} key
 * @returns {Promise<(() => void) | null>} what lets it go; null when another tab has it
 */
function claimed(key) {
  const held = () => {};
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve(held);
    const take = (/** @type {Lock | null} */ lock) =>
      lock ? new Promise((end) => resolve(() => end(undefined))) : resolve(null);
    navigator.locks.request(`deskbell:upload:${key}`, { ifAvailable: true }, take).catch(() => resolve(held));
  });
}

/** There is nothing to go on with. */
async function unmark() {
  if ((await kept.all()).length === 0) storage.remove(markOfUploads());
}

class Tray {
  /** @type {Upload[]} */
  #uploads = [];
  #list = /** @type {HTMLElement} */ (cloned("uploads"));
  /** @type {HTMLFormElement | null} */
  #form = null;
  #sendsWhenReady = false;

  /** @param {HTMLFormElement} form */
  showIn(form) {
    this.#form = form;
    form.querySelector(".composer-bar")?.before(this.#list);
  }

  get isEmpty() {
    return this.#uploads.length === 0;
  }

  get isReady() {
    return this.#uploads.every((each) => each.state === "here");
  }

  /** Whoever has pressed Send need not press it again. */
  sendWhenReady() {
    const failed = this.#uploads.find((each) => each.state === "failed");
    if (failed) return failed.focus();
    this.#sendsWhenReady = true;
    const held = this.#uploads.filter((each) => each.state === "held");
    for (const each of held) each.begin();
    if (held.length === 0) toast({ title: words("sends-when-here"), key: "uploads" });
  }

  taken() {
    const going = this.#uploads.map(({ id, name }) => ({ id, name }));
    for (const each of this.#uploads) each.forget();
    this.#uploads = [];
    this.#sendsWhenReady = false;
    this.#list.replaceChildren();
    return going;
  }

  /**
   * @param {Kept} what
   * @param {() => void} letGo of its name, by which other tabs leave it alone
   * @returns {HTMLElement | null}
   */
  add(what, letGo) {
    const reason = this.#refusal(what);
    if (reason) toast({ title: reason, key: `upload-${what.key}`, isError: true });
    if (reason || this.#uploads.some(({ key }) => key === what.key)) {
      letGo();
      return null;
    }
    const upload = new Upload(what, letGo, () => this.#changed(upload));
    this.#uploads.push(upload);
    this.#list.append(upload.row);
    if (what.voice && !what.file) upload.hold();
    else upload.begin();
    return upload.row;
  }

  /** Told before anything is sent. @param {Kept} what */
  #refusal({ name, blob }) {
    const { fileBytes = "0", filesAMessage = "0" } = document.body.dataset;
    const most = Number(fileBytes);
    if (blob.size > most) return words("file-too-large", { name, limit: String(most / MEGABYTE) });
    if (blob.size === 0) return words("file-empty", { name });
    if (this.#uploads.length >= Number(filesAMessage)) return words("files-too-many", { count: filesAMessage });
    return "";
  }

  /** @param {Upload} upload */
  #changed(upload) {
    if (upload.state === "gone") {
      this.#uploads = this.#uploads.filter((each) => each !== upload);
      this.#form?.querySelector("textarea")?.focus();
    }
    if (upload.state === "failed" && !upload.mayPass) this.#sendsWhenReady = false;
    if (this.#sendsWhenReady && this.isReady && this.#form) this.#form.requestSubmit();
  }
}

class Upload {
  /** @type {"held" | "arriving" | "here" | "failed" | "gone"} */
  state = "arriving";
  #what;
  #letGo;
  #changed;
  #unwatch;
  #progress;
  #said;
  /** @type {any} */
  #way = null;
  #preview = "";

  /** @param {Kept} what @param {() => void} letGo @param {() => void} changed */
  constructor(what, letGo, changed) {
    this.#what = what;
    this.#letGo = letGo;
    this.#changed = changed;
    this.row = /** @type {HTMLElement} */ (cloned(what.voice ? "upload-voice" : "upload"));
    this.#progress = /** @type {HTMLProgressElement} */ (this.row.querySelector("progress"));
    this.#said = /** @type {HTMLElement} */ (this.row.querySelector(".upload-said"));
    const name = /** @type {HTMLElement} */ (this.row.querySelector(".upload-name"));
    name.textContent = what.name;
    this.#progress.setAttribute("aria-label", what.name);
    this.#show();
    this.row.querySelector("[data-remove]")?.addEventListener("click", () => this.#remove());
    this.row.querySelector("[data-retry-upload]")?.addEventListener("click", () => this.begin());
    this.row.querySelector("input")?.addEventListener("change", ({ target }) => this.#describe(/** @type {HTMLInputElement} */ (target).value));
    // Enter would send the message that is not finished.
    this.row.querySelector("input")?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.row.closest("form")?.querySelector("textarea")?.focus();
    });
    this.#unwatch = live.watch((state) => state === "online" && this.state === "failed" && this.mayPass && this.begin());
  }

  /** Whether it failed for the line's sake, and is tried again when that is back. */
  mayPass = false;

  get key() {
    return this.#what.key;
  }

  get id() {
    return this.#what.file?.id ?? 0;
  }

  get name() {
    return this.#what.name;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.row.querySelector("[data-retry-upload]"))?.focus();
  }

  /** It waits until it is to be sent. */
  hold() {
    this.state = "held";
  }

  begin() {
    this.#become("arriving");
    void this.#arrive();
  }

  forget() {
    this.#letGo();
    this.#unwatch();
    URL.revokeObjectURL(this.#preview);
    if (this.#what.voice) void import("deskbell/voice.js").then(({ forgetOwn }) => forgetOwn(this.#player));
    void kept.remove(this.#what.key).then(unmark);
  }

  get #player() {
    return /** @type {HTMLElement} */ (this.row.querySelector(".voice"));
  }

  #show() {
    const { blob, voice } = this.#what;
    if (voice) void import("deskbell/voice.js").then(({ showOwn }) => showOwn(this.#player, blob, voice));
    const picture = this.row.querySelector("img");
    const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(this.#what.blob.type);
    for (const each of this.row.querySelectorAll(".upload-picture")) each.toggleAttribute("hidden", !isPicture);
    if (!isPicture || !picture) return;
    this.#preview = URL.createObjectURL(this.#what.blob);
    picture.src = this.#preview;
  }

  async #arrive() {
    try {
      storage.set(markOfUploads(), "1");
      await kept.put(this.#what);
      if (!this.#what.file) {
        const { name, blob, voice } = this.#what;
        const announce = first.announce ?? ((/** @type {object} */ file) => live.request("announce_file", file));
        this.#what.file = (await announce({ name, size: blob.size, ...(voice && { voice }) })).file;
        if (!this.#isGone) await kept.put(this.#what);
      }
      await import("tus-js-client");
      // It may have been removed while any of that was waited for.
      if (this.#isGone) return this.#giveUp();
      await this.#send(this.#what.file?.uploadUrl ?? "");
      if (this.state === "arriving") this.#become("here");
    } catch (error) {
      if (this.#isGone) return;
      const { code, message, isFinal } = /** @type {{code?: string, message?: string, isFinal?: boolean}} */ (error);
      this.mayPass = code === "offline" || code === "no_answer" || isFinal === false;
      if (isFinal) delete this.#what.file; // it is announced anew
      this.#become("failed", code ? message : words("went-wrong"));
    }
  }

  /** @param {string} uploadUrl @returns {Promise<void>} */
  #send(uploadUrl) {
    const { tus } = /** @type {any} */ (globalThis);
    return new Promise((resolve, reject) => {
      this.#way = new tus.Upload(this.#what.blob, {
        uploadUrl,
        chunkSize: PART,
        retryDelays: PAUSES,
        storeFingerprintForResuming: false,
        onProgress: (/** @type {number} */ sent, /** @type {number} */ all) => (this.#progress.value = sent / all),
        onShouldRetry: (/** @type {any} */ error) => !FINAL.includes(error.originalResponse?.getStatus()),
        onSuccess: () => resolve(),
        onError: (/** @type {any} */ error) => reject({ isFinal: FINAL.includes(error.originalResponse?.getStatus()) }),
      });
      this.#way.start();
    });
  }

  /** @param {Upload["state"]} state @param {string} [why] */
  #become(state, why = "") {
    this.state = state;
    this.row.dataset.state = state;
    this.#said.textContent = state === "here" ? words("file-here") : why;
    this.#changed();
  }

  #remove() {
    void this.#way?.abort();
    this.row.remove();
    this.#become("gone");
    this.#giveUp();
  }

  /** Here and there; what cannot be told now is forgotten there in a day. */
  #giveUp() {
    if (this.id && live.isOnline) live.request("give_up_file", { fileId: this.id }).catch(() => {});
    this.forget();
  }

  get #isGone() {
    return this.state === "gone";
  }

  /** @param {string} alt */
  #describe(alt) {
    if (this.id) live.request("describe_file", { fileId: this.id, alt }).catch(() => {});
  }
}

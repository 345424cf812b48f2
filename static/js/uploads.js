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
  for (const file of files) tray.add({ key: uniqueId(), chat: trayKey(form), name: file.name, blob: file });
}

/** What was on its way when the page was left. @param {HTMLFormElement} form */
export async function goOn(form) {
  const chat = trayKey(form);
  const ours = await kept.all();
  if (ours.length === 0) storage.remove(markOfUploads());
  if (!ours.some((each) => each.chat === chat)) return;
  await styled();
  const tray = trayOf(form);
  for (const each of ours) if (each.chat === chat) void inThisTab(each.key, () => tray.add(each));
}

/** @param {HTMLFormElement} form @returns {Tray} */
function trayOf(form) {
  const key = trayKey(form);
  const tray = /** @type {Tray | undefined} */ (trays.get(key)) ?? new Tray();
  trays.set(key, tray);
  tray.showIn(form);
  return tray;
}

/**
 * Another tab may have it in its tray already; a browser that denies its locks keeps no files for another tab, either.
 *
 * @param {string} key
 * @param {() => unknown} take what lets it go with its promise
 */
async function inThisTab(key, take) {
  let isTaken = false;
  const begin = (/** @type {Lock | null} */ lock) => {
    isTaken = true;
    return lock && take();
  };
  try {
    if (navigator.locks) return await navigator.locks.request(`deskbell:upload:${key}`, { ifAvailable: true }, begin);
  } catch (error) {
    if (isTaken) throw error;
  }
  await take();
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
    toast({ title: words("sends-when-here"), key: "uploads" });
  }

  taken() {
    const going = this.#uploads.map(({ id, name }) => ({ id, name }));
    for (const each of this.#uploads) each.forget();
    this.#uploads = [];
    this.#sendsWhenReady = false;
    this.#list.replaceChildren();
    return going;
  }

  /** @param {Kept} what */
  add(what) {
    const reason = this.#refusal(what);
    if (reason) return void toast({ title: reason, key: `upload-${what.key}`, isError: true });
    const upload = new Upload(what, () => this.#changed(upload));
    this.#uploads.push(upload);
    this.#list.append(upload.row);
    upload.begin();
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
    if (upload.state === "failed") this.#sendsWhenReady = false;
    if (this.#sendsWhenReady && this.isReady && this.#form) this.#form.requestSubmit();
  }
}

class Upload {
  /** @type {"arriving" | "here" | "failed" | "gone"} */
  state = "arriving";
  #what;
  #changed;
  #progress;
  #said;
  /** @type {any} */
  #way = null;
  #preview = "";

  /** @param {Kept} what @param {() => void} changed */
  constructor(what, changed) {
    this.#what = what;
    this.#changed = changed;
    this.row = /** @type {HTMLElement} */ (cloned("upload"));
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
    live.watch((state) => state === "online" && this.state === "failed" && this.#mayPass && this.begin());
  }

  #mayPass = false;

  get id() {
    return this.#what.file?.id ?? 0;
  }

  get name() {
    return this.#what.name;
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.row.querySelector("[data-retry-upload]"))?.focus();
  }

  begin() {
    this.#become("arriving");
    void inThisTab(this.#what.key, () => new Promise((end) => (this.#end = () => end(undefined))));
    void this.#arrive();
  }

  /** Lets go of the name by which other tabs leave it alone. */
  #end = () => {};

  forget() {
    this.#end();
    URL.revokeObjectURL(this.#preview);
    void kept.remove(this.#what.key).then(unmark);
  }

  #show() {
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
        const { name, blob } = this.#what;
        const announce = first.announce ?? ((/** @type {object} */ file) => live.request("announce_file", file));
        this.#what.file = (await announce({ name, size: blob.size })).file;
        await kept.put(this.#what);
      }
      await this.#send(this.#what.file?.uploadUrl ?? "");
      if (this.state === "arriving") this.#become("here");
    } catch (error) {
      if (this.state === "gone") return;
      const { code, message, isFinal } = /** @type {{code?: string, message?: string, isFinal?: boolean}} */ (error);
      this.#mayPass = code === "offline" || code === "no_answer" || isFinal === false;
      if (isFinal) delete this.#what.file; // it is announced anew
      this.#become("failed", code ? message : words("went-wrong"));
    }
  }

  /** @param {string} uploadUrl @returns {Promise<void>} */
  async #send(uploadUrl) {
    await import("tus-js-client");
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
    const { file } = this.#what;
    if (file && live.isOnline) live.request("give_up_file", { fileId: file.id }).catch(() => {});
    this.forget();
    this.row.remove();
    this.#become("gone");
  }

  /** @param {string} alt */
  #describe(alt) {
    if (this.id) live.request("describe_file", { fileId: this.id, alt }).catch(() => {});
  }
}

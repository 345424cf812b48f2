/**
 * One file on its way. It goes in parts and goes on where it was: after a cut line by itself, after a reload from what the
 * browser has kept of it. Once it is here it is looked at, and what is found is known before the message goes, unless
 * that takes long.
 */

import { markOfUploads } from "deskbell/attaching.js";
import { first } from "deskbell/first.js";
import { uniqueId } from "deskbell/ids.js";
import { cloned } from "deskbell/parts.js";
import { isLoggedOut } from "deskbell/refusals.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { words } from "deskbell/words.js";
import * as kept from "deskbell/shelf.js";

/** @typedef {import("deskbell/shelf.js").Kept} Kept */
/** Gone: its person does without it, or it has been sent. @typedef {"held" | "arriving" | "checking" | "here" | "failed" | "refused" | "gone"} State */

const PART = 512 * 1024;
/** Pauses between tries while nothing arrives (ms); a part that arrives begins them anew. */
const PAUSES = [0, 1_000, 2_000, 4_000, ...Array(60).fill(8_000)];
/** What a server says that no second try would change. */
const FINAL = [400, 401, 403, 404, 410, 412, 413, 415];
/** What passes by itself. */
const PASSING = ["offline", "no_answer", "unavailable", "too_fast", "internal"];
const AGAIN = 8_000;
/** What takes longer goes along, and its message tells (ms). A scanner, or the store, may be away for hours. */
const LOOKED_AT_WITHIN = 8_000;
const LOOKS = [200, 300, 500, 1_000, 2_000];
const SELDOM = 8_000;
const PLAYED = ["aac", "mp4", "mpeg", "ogg", "wav", "webm"].map((kind) => `audio/${kind}`).concat("video/mp4", "video/webm");
const OTHER = ["application/zip", "application/octet-stream"];

/** There is something to go on with in some tray; another value each time, so that other tabs hear of it. */
export function mark() {
  storage.set(markOfUploads(), uniqueId());
}

/** There is nothing to go on with. */
async function unmark() {
  if (!(await kept.all()).some(({ message }) => !message)) storage.remove(markOfUploads());
}

/** @param {string} key @returns {Promise<void>} */
export function forget(key) {
  return kept.remove(key).then(unmark);
}

/**
 * A file is for one tab. A browser that denies its locks keeps no files for another tab, either.
 *
 * @param {string} key
 * @param {boolean} [isPatient] it is waited for, for as long as another tab has it
 * @returns {Promise<(() => void) | null>} what lets it go; null when another tab has it
 */
export function claimed(key, isPatient = false) {
  const held = () => {};
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve(held);
    const take = (/** @type {Lock | null} */ lock) =>
      lock ? new Promise((end) => resolve(() => end(undefined))) : resolve(null);
    navigator.locks.request(`deskbell:upload:${key}`, { ifAvailable: !isPatient }, take).catch(() => resolve(held));
  });
}

export class Upload {
  /** @type {State} */
  state = "held";
  /** Whether it failed for the line's sake, and goes on by itself. */
  mayPass = false;
  /** Of what was refused. */
  why = "";
  #what;
  #letGo;
  /** @type {() => void} */
  #changed = () => {};
  #unwatch;
  #progress;
  #said;
  /** @type {any} */
  #way = null;
  #preview = "";
  #isAnew = false;
  #turn = 0;
  #again = 0;

  /** @param {Kept} what @param {() => void} letGo of its name, by which other tabs leave it alone */
  constructor(what, letGo) {
    this.#what = what;
    this.#letGo = letGo;
    this.row = /** @type {HTMLElement} */ (cloned(what.voice ? "upload-voice" : "upload"));
    this.#progress = /** @type {HTMLProgressElement} */ (this.row.querySelector("progress"));
    this.#said = /** @type {HTMLElement} */ (this.row.querySelector(".upload-said"));
    const name = /** @type {HTMLElement} */ (this.row.querySelector(".upload-name"));
    name.textContent = what.name;
    this.#progress.setAttribute("aria-label", what.name);
    this.row.dataset.state = this.state;
    this.#show();
    this.row.querySelector("[data-remove]")?.addEventListener("click", () => this.remove());
    this.row.querySelector("[data-retry-upload]")?.addEventListener("click", () => this.begin());
    const input = this.row.querySelector("input");
    if (input) input.value = what.alt ?? "";
    input?.addEventListener("change", () => void this.#describe(input.value));
    // Enter would send the message that is not finished.
    input?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.row.closest("form")?.querySelector("textarea")?.focus();
    });
    this.#unwatch = live.watch((state) => state === "online" && this.#goOn());
  }

  /** Who is told of what becomes of it from now on. @param {() => void} changed */
  follow(changed) {
    this.#changed = changed;
  }

  get key() {
    return this.#what.key;
  }

  get id() {
    return this.#what.file?.id ?? 0;
  }

  get name() {
    return this.#what.name;
  }

  get isVoice() {
    return this.#what.voice !== undefined;
  }

  /** Whether it was announced already, so that it has begun. */
  get isBegun() {
    return this.#what.file !== undefined;
  }

  /** What stands beside it. */
  get said() {
    return this.#said.textContent ?? "";
  }

  /** It waits. */
  hold() {
    this.#become("held");
  }

  /** It is here, as the browser knows from before. */
  settle() {
    this.#become("here");
  }

  begin() {
    if (this.state === "arriving") return;
    this.#become("arriving");
    void this.#arrive(++this.#turn);
  }

  /** Another tab had it, and has come so far. @param {Kept} what */
  takeOver(what) {
    this.#what = what;
  }

  /** It goes along with this message, and lies in no tray any more. @param {string} clientId */
  belongTo(clientId) {
    this.#what.message = clientId;
    return kept.put(this.#what);
  }

  /** Its person does without it. */
  remove() {
    this.#end();
    this.row.remove();
    this.#become("gone");
    this.#giveUp();
  }

  /** It has been sent, or is nobody's any more. */
  forget() {
    this.#end();
    this.state = "gone";
    this.#letGo();
    this.#unwatch();
    URL.revokeObjectURL(this.#preview);
    if (this.#what.voice) void import("deskbell/voice.js").then(({ forgetOwn }) => forgetOwn(this.#player));
    void forget(this.key);
  }

  /** It does not go along as it is. @param {string} why */
  refuse(why) {
    this.#end();
    this.why = why;
    this.#become("refused", why);
  }

  /** In words. @param {string | undefined} refusal as the server calls it; nothing of what it does not have any more */
  whyNot(refusal) {
    return refusal ? (this.#said.dataset[refusal] ?? words("went-wrong")) : words("file-gone");
  }

  /** Back to where nothing of it was sent: what the server has of it is forgotten there. */
  renew() {
    this.#end();
    if (this.id && live.isOnline) live.request("give_up_file", { fileId: this.id }).catch(() => {});
    delete this.#what.file;
    this.#isAnew = false;
    this.begin();
  }

  #end() {
    this.#turn += 1;
    clearTimeout(this.#again);
    void this.#way?.abort();
  }

  #goOn() {
    if (this.state === "failed" && this.mayPass) this.begin();
  }

  get #player() {
    return /** @type {HTMLElement} */ (this.row.querySelector(".voice"));
  }

  #show() {
    const { blob, voice } = this.#what;
    if (voice) void import("deskbell/voice.js").then(({ showOwn }) => showOwn(this.#player, blob, voice));
    const isPicture = /^image\/(png|jpeg|gif|webp|avif)$/.test(blob.type);
    this.#draw(isPicture ? (this.#preview = URL.createObjectURL(blob)) : "");
  }

  /** @param {string} source nothing of what is no picture */
  #draw(source) {
    const picture = this.row.querySelector("img");
    for (const each of this.row.querySelectorAll(".upload-picture")) each.toggleAttribute("hidden", !source);
    if (!source || !picture || picture.getAttribute("src") === source) return;
    picture.src = source;
    // What the browser cannot draw has the sign of a file.
    picture.addEventListener("error", () => (picture.hidden = true));
  }

  /** @param {number} turn what has ended meanwhile says nothing any more */
  async #arrive(turn) {
    const isOver = () => turn !== this.#turn;
    try {
      await kept.put(this.#what);
      if (this.#what.isGiven) {
        await this.#tell();
        return isOver() ? undefined : await this.#look(turn);
      }
      if (!this.#what.file) {
        const { alt = "" } = this.#what;
        const file = await this.#announced();
        if (isOver() && (this.state !== "refused" || this.#what.file)) return tellGivenUp(file.id);
        this.#what.file = file; // of what is removed, too: it is given up once that is certain
        this.#what.told = alt;
        if (isOver()) return;
        await kept.put(this.#what);
      }
      await import("tus-js-client");
      if (isOver()) return;
      await this.#send(this.#what.file.uploadUrl);
      if (isOver()) return;
      await this.#tell();
      if (isOver()) return;
      this.#become("checking", words("file-checked"));
      void this.#look(turn);
    } catch (error) {
      if (!isOver()) this.#failed(/** @type {any} */ (error));
    }
  }

  /** @returns {Promise<{id: number, uploadUrl: string}>} */
  async #announced() {
    const { name, blob, voice, alt } = this.#what;
    const announce = first.announce ?? ((/** @type {object} */ file) => live.request("announce_file", file));
    return (await announce({ name, size: blob.size, ...(voice && { voice }), ...(alt && { alt }) })).file;
  }

  /** @param {{code?: string, message?: string, retryAfter?: number, isFinal?: boolean}} error */
  #failed({ code, message, retryAfter = 0, isFinal }) {
    if (isFinal && this.#what.isGiven) return this.refuse(this.whyNot(undefined));
    if (isFinal) {
      delete this.#what.file; // it is announced anew, by itself the first time
      if (!this.#isAnew) {
        this.#isAnew = true;
        return void this.#arrive(++this.#turn);
      }
    }
    this.mayPass = code === undefined ? !isFinal : mayPass(code);
    this.#become("failed", this.mayPass ? words("file-goes-on") : message || words("went-wrong"));
    if (!this.mayPass) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => (live.isOnline || first.announce) && this.#goOn(), Math.max(AGAIN, retryAfter * 1_000));
  }

  /** @param {string} uploadUrl @returns {Promise<void>} */
  #send(uploadUrl) {
    const { tus } = /** @type {any} */ (globalThis);
    return new Promise((resolve, reject) => {
      const isFinal = (/** @type {any} */ error) => FINAL.includes(error.originalResponse?.getStatus());
      this.#way = new tus.Upload(this.#what.blob, {
        uploadUrl,
        chunkSize: PART,
        retryDelays: PAUSES,
        storeFingerprintForResuming: false,
        onProgress: (/** @type {number} */ sent, /** @type {number} */ all) => (this.#progress.value = sent / all),
        onShouldRetry: (/** @type {any} */ error) => !isFinal(error),
        onSuccess: () => resolve(),
        onError: (/** @type {any} */ error) => reject({ isFinal: isFinal(error) }),
      });
      this.#way.start();
    });
  }

  /** What is found in it. @param {number} turn */
  async #look(turn) {
    const isOver = () => turn !== this.#turn;
    const end = performance.now() + LOOKED_AT_WITHIN;
    for (let tries = 0; ; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, LOOKS[tries] ?? (this.state === "here" ? SELDOM : LOOKS.at(-1))));
      if (isOver()) return;
      const file = await live.request("link_files", { fileIds: [this.id] }).then(
        ({ files }) => files[0] ?? { status: "gone" },
        () => ({ status: "unknown" }),
      );
      if (isOver()) return;
      if (file.status === "refused") return this.refuse(this.whyNot(file.refusal));
      if (file.status === "gone") return this.#failed({ isFinal: true });
      const isKnown = file.status === "ready";
      if (this.#what.isGiven && file.thumbnailUrl) this.#draw(file.thumbnailUrl);
      if (isKnown || performance.now() > end) this.#become("here");
      if (isKnown) return;
    }
  }

  /** @param {State} state @param {string} [said] */
  #become(state, said = "") {
    if (state === this.state && said === this.#said.textContent) return;
    this.state = state;
    this.row.dataset.state = state;
    this.#said.textContent = state === "here" ? words("file-here") : said;
    this.#changed();
  }

  /** Here and there; what cannot be told now is forgotten there in a day. */
  #giveUp() {
    if (this.id) tellGivenUp(this.id);
    this.forget();
  }

  /** What is on its way tells of it once it has arrived. @param {string} alt */
  async #describe(alt) {
    this.#what.alt = alt;
    void kept.put(this.#what);
    if (this.state !== "checking" && this.state !== "here") return;
    try {
      await this.#tell();
    } catch (error) {
      if (this.state !== "checking" && this.state !== "here") return;
      this.#end();
      this.#failed(/** @type {any} */ (error));
    }
  }

  /** The desk knows what it shows before its message goes: what passes by itself is thrown, and tried again. */
  async #tell() {
    for (let alt = this.#what.alt ?? ""; alt !== (this.#what.told ?? ""); alt = this.#what.alt ?? "") {
      await live.request("describe_file", { fileId: this.id, alt }).catch((error) => {
        if (mayPass(error.code)) throw error;
      });
      this.#what.told = alt;
      void kept.put(this.#what);
    }
  }
}

/**
 * Whether the desk surely takes nothing that is called so. What it holds counts there, and is looked at once it is here.
 *
 * @param {string} type as the browser tells from its name; nothing, or bytes, where it knows none
 */
export function isNotTaken(type) {
  const taken = document.body.dataset.fileTypes?.split(" ");
  if (!taken || !type || type === "application/octet-stream") return false;
  const takes = (/** @type {string} */ kind) => taken.some((each) => each === kind || (each.endsWith("/*") && kind.startsWith(each.slice(0, -1))));
  return !foundIn(type).some(takes);
}

/** What may be found in it there (`files/kinds.py`). @param {string} type */
function foundIn(type) {
  if (/^image\/(png|jpeg|gif|webp)$|^application\/pdf$/.test(type)) return [type];
  if (/^image\/(hei[cf]|avif)/.test(type)) return ["image/jpeg", "image/webp"];
  return /^(audio|video)\//.test(type) ? [...PLAYED, ...OTHER] : OTHER;
}

/** @param {string} code of a refusal */
function mayPass(code) {
  return PASSING.includes(code) || isLoggedOut(code);
}

/** @param {number} fileId */
export function tellGivenUp(fileId) {
  if (live.isOnline) live.request("give_up_file", { fileId }).catch(() => {});
}

/**
 * Messages whose files are on their way. Each is a row of the log from the moment of Send, as text is, and lies in the
 * outbox; its files go on whichever chat is open, after a reload, and when another tab with them is closed. It is sent
 * once all of them are here, in its turn among what waits then.
 */

import { alone } from "deskbell/alone.js";
import { isWhole } from "deskbell/outbox.js";
import { cloned } from "deskbell/parts.js";
import { post } from "deskbell/post.js";
import { live } from "deskbell/socket.js";
import { Upload, claimed } from "deskbell/upload.js";
import { words } from "deskbell/words.js";
import * as kept from "deskbell/shelf.js";

/** @typedef {import("deskbell/outbox.js").Along} Along */
/** @typedef {import("deskbell/outbox.js").Item} Item */

/** By the name of its message. @type {Map<string, Parcel>} */
const parcels = new Map();
/** Out of a tray, and about to belong to a message. @type {Map<string, Upload>} */
const taken = new Map();
/** What had the focus last: a row that turns into its message takes it along. @type {EventTarget | null} */
let focused = null;
document.addEventListener("focusin", ({ target }) => (focused = target));

/** What a message names of it. @param {Upload} upload @returns {Along} */
export function take(upload) {
  upload.row.remove();
  taken.set(upload.key, upload);
  return along(upload);
}

/** @param {Upload} upload @returns {Along} */
function along({ key, name, state, id, why }) {
  return { key, name, ...(state === "here" && { id }), ...(state === "refused" && { why }) };
}

/** Whether it goes along with a message that waits. @param {string} key */
export function isCarried(key) {
  return taken.has(key) || post().items().some(({ files = [] }) => files.some((each) => each.key === key));
}

/** @param {string} clientId @returns {Parcel | undefined} nothing of what has been sent */
export function parcelOf(clientId) {
  const there = parcels.get(clientId);
  if (there || !itemOf(clientId)) return there;
  const made = new Parcel(clientId);
  parcels.set(clientId, made);
  return made;
}

/** @param {string} clientId */
function itemOf(clientId) {
  return post().items().find((item) => item.clientId === clientId);
}

class Parcel {
  #clientId;
  #element = /** @type {HTMLElement} */ (cloned("parcel"));
  #ended = new AbortController();
  /** @type {Map<string, Upload>} */
  #uploads = new Map();
  /** What came from this tab's tray. @type {Set<string>} */
  #inHand = new Set();
  #filled;
  #isCarrier = false;
  /** @type {() => void} */
  #done = () => {};
  /** @type {Promise<void>} */
  #isDone = new Promise((resolve) => (this.#done = resolve));
  /** @type {HTMLDialogElement | null} */
  #question = null;

  /** @param {string} clientId */
  constructor(clientId) {
    this.#clientId = clientId;
    const { signal } = this.#ended;
    const ours = (/** @type {(item: any) => void} */ act) => (/** @type {Event} */ event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.clientId === clientId) act(detail);
    };
    for (const type of ["waiting", "failed"]) post().addEventListener(type, ours((item) => this.#changed(item)), { signal });
    post().addEventListener("gone", ours((item) => this.#gone(item)), { signal });
    // Before its files hear of it, and the log.
    this.#element.addEventListener("click", (event) => this.#decide(event), { capture: true });
    const isOurs = this.#item?.files?.some(({ key = "" }) => taken.has(key));
    this.#filled = this.#fill();
    // Whoever pressed Send has its files; another tab may hear of them sooner than it gets the lock.
    if (isOurs) void this.#carry();
    void alone(`deskbell:parcel:${clientId}`, () => (isOurs ? this.#isDone : this.#carry()));
  }

  /** @param {HTMLElement} row */
  showIn(row) {
    if (this.#ended.signal.aborted || row.dataset.seq) return;
    const bubble = row.querySelector(".bubble");
    if (bubble instanceof HTMLElement) bubble.hidden = !this.#item?.text;
    bubble?.after(this.#element);
  }

  get #item() {
    return itemOf(this.#clientId);
  }

  /** Each file of it has a line, also in a tab that does not send it. */
  async #fill() {
    const item = this.#item;
    const list = this.#element.querySelector("ul");
    for (const { key = "", name } of item?.files ?? []) {
      const inHand = taken.get(key);
      if (taken.delete(key)) this.#inHand.add(key);
      const what = inHand ? undefined : await kept.one(key);
      const upload = inHand ?? new Upload(what ?? { key, name, chat: "", blob: new Blob() }, () => {});
      this.#uploads.set(key, upload);
      list?.append(upload.row);
    }
    const now = this.#item;
    if (now) this.#changed(now);
  }

  /** One tab does, until all is done. */
  async #carry() {
    await this.#filled;
    for (const { key = "" } of this.#item?.files ?? []) {
      const letGo = this.#inHand.has(key) ? null : await claimed(key, true);
      if (letGo) void this.#isDone.then(letGo);
    }
    if (this.#ended.signal.aborted || !this.#item) return;
    this.#isCarrier = true;
    for (const upload of this.#uploads.values()) upload.follow(() => this.#arrived(upload));
    const { files = [], state: was } = this.#item;
    for (const { key = "", id, why } of files) {
      const upload = this.#uploads.get(key);
      if (!upload) continue;
      // Whoever carried it before has come further than this tab knows.
      const what = this.#inHand.has(key) ? undefined : await kept.one(key);
      if (what) upload.takeOver(what);
      const isThere = what || this.#inHand.has(key);
      if (isThere) await upload.belongTo(this.#clientId);
      else if (!id) this.#stop(key, words("file-lost"));
      if (why && was === "waiting") this.#stop(key, why, "file_refused"); // which was known before Send
      if (id || why || !isThere) continue;
      if (upload.state === "held") upload.begin();
      else this.#arrived(upload);
    }
    await this.#isDone;
  }

  /** @param {Upload} upload */
  #arrived(upload) {
    const { key, state, mayPass, id, why, said } = upload;
    const there = this.#item?.files?.find((each) => each.key === key);
    if (!there || there.why) return;
    if (state === "here") this.#name(key, { id });
    else if (state === "refused") this.#stop(key, why, "file_refused");
    else if (state === "failed" && !mayPass) this.#stop(key, said);
  }

  /** @param {string} key @param {Partial<Along>} known @param {Partial<Item>} [state] */
  #name(key, known, state = {}) {
    post().change(this.#clientId, (item) => {
      const files = (item.files ?? []).map((each) => (each.key === key ? { key, name: each.name, ...known } : each));
      return { ...item, files, ...state };
    });
  }

  /** It cannot go along, so the message waits for a word. @param {string} key @param {string} why @param {string} [code] */
  #stop(key, why, code = "file_failed") {
    const { name = "" } = this.#item?.files?.find((each) => each.key === key) ?? {};
    this.#name(key, { why }, { state: "failed", code, reason: words("file-not-along", { name }) });
  }

  /** @param {Item} item */
  #changed(item) {
    const { state, code, files = [], text, reason } = item;
    const isStopped = state === "failed";
    const stopped = files.filter(({ why }) => why).map(({ name }) => name);
    const said = /** @type {HTMLElement} */ (this.#element.querySelector(".parcel-said"));
    this.#element.dataset.state = state;
    if (stopped.length > 0) said.textContent = words("file-not-along", { name: stopped });
    else if (isStopped) said.textContent = reason || words("not-sent");
    else said.textContent = isWhole(item) ? "" : words("sends-when-here");
    const isLeft = text !== "" || stopped.length < files.length;
    this.#offer("[data-without]", isStopped && stopped.length > 0 && isLeft);
    this.#offer("[data-again]", isStopped && code !== "file_refused");
    this.#offer("[data-give-up]", isStopped || !isWhole(item));
    if (!isStopped && isWhole(item)) this.#question?.close();
    for (const [key, upload] of this.#uploads) this.#follow(upload, files.find((each) => each.key === key));
    if (code === "invalid" && stopped.length === 0) void this.#ask(files);
  }

  /** Another tab may have decided. @param {Upload} upload @param {Along | undefined} there */
  #follow(upload, there) {
    if (!there) {
      this.#uploads.delete(upload.key);
      upload.remove();
    } else if (there.why) {
      if (upload.state !== "refused") upload.refuse(there.why);
    } else if (upload.state === "refused") {
      if (this.#isCarrier) upload.renew();
      else upload.hold();
    } else if (there.id && upload.state === "held") upload.settle();
  }

  /** The server does not take it: which of its files is it? @param {Along[]} files */
  async #ask(files) {
    const fileIds = files.flatMap(({ id }) => id ?? []);
    const answer = await live.request("link_files", { fileIds }).catch(() => null);
    for (const { key = "", id } of answer ? files : []) {
      const there = answer.files.find((/** @type {{id: number}} */ each) => each.id === id);
      if (id && (!there || there.status === "refused")) this.#stop(key, this.#uploads.get(key)?.whyNot(there?.refusal) ?? "", there ? "file_refused" : undefined);
    }
  }

  /** @param {Event} event */
  #decide(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const act = [...this.#ways].find(([selector]) => button?.matches(selector))?.[1];
    if (!act || !button) return;
    event.stopPropagation();
    act(button);
  }

  /** @type {Map<string, (button: Element) => void>} */
  #ways = new Map(
    Object.entries({
      "[data-remove]": (/** @type {Element} */ button) => {
        const found = [...this.#uploads.values()].find(({ row }) => row.contains(button));
        if (found) this.#stop(found.key, words("file-removed"));
      },
      "[data-without]": () => this.#goOn((files) => files.filter(({ why }) => !why)),
      "[data-again]": () => this.#goOn((files) => files.map(({ why, ...rest }) => (why ? { ...rest, id: undefined } : rest))),
      "[data-give-up]": () => this.#askToGiveUp(),
    }),
  );

  /** @param {(files: Along[]) => Along[]} change */
  #goOn(change) {
    this.#focusField();
    post().change(this.#clientId, ({ code: _code, reason: _reason, ...item }) => ({ ...item, files: change(item.files ?? []), state: "waiting" }));
  }

  #askToGiveUp() {
    const dialog = cloned("give-up");
    if (!(dialog instanceof HTMLDialogElement)) return;
    this.#question = dialog;
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.querySelector("[data-give-up-anyway]")?.addEventListener("click", () => {
      post().change(this.#clientId, (item) => ({ ...item, state: "failed" }));
      post().discard(this.#clientId);
      setTimeout(() => this.#focusField()); // the dialog gives it back to what is no more
    });
    dialog.showModal();
  }

  /** @param {Item & {isSent: boolean}} item */
  #gone({ isSent }) {
    this.#ended.abort();
    parcels.delete(this.#clientId);
    this.#question?.close();
    for (const upload of this.#uploads.values()) {
      if (isSent) upload.forget();
      else upload.remove();
    }
    this.#done();
    if (document.activeElement === document.body && focused instanceof Node && this.#element.contains(focused)) this.#focusField();
  }

  /** @param {string} selector @param {boolean} is */
  #offer(selector, is) {
    const button = /** @type {HTMLElement} */ (this.#element.querySelector(selector));
    const hadFocus = button === document.activeElement;
    button.hidden = !is;
    if (hadFocus && !is) this.#focusField();
  }

  #focusField() {
    /** @type {HTMLElement | null} */ (document.querySelector(".composer-text"))?.focus({ preventScroll: true });
  }
}

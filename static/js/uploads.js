/**
 * Files that are to be sent: in the tray of a chat until somebody presses Send, with their message from then on.
 */

import { trayKey, trays } from "deskbell/attaching.js";
import { uniqueId } from "deskbell/ids.js";
import { isCarried, parcelOf, take } from "deskbell/parcels.js";
import { cloned } from "deskbell/parts.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { Upload, claimed, forget, isNotTaken, mark, tellGivenUp } from "deskbell/upload.js";
import { words } from "deskbell/words.js";
import * as kept from "deskbell/shelf.js";

/** @typedef {import("deskbell/outbox.js").Item} Item */
/** @typedef {import("deskbell/shelf.js").Kept} Kept */

const MEGABYTE = 1_000_000;

/** A message with files waits for them, wherever one is. @param {Item} item */
export function carried({ clientId }) {
  parcelOf(clientId);
}

/** They stand in its row. @param {HTMLElement} row @param {Item} item */
export function showIn(row, { clientId }) {
  void styled();
  parcelOf(clientId)?.showIn(row);
}

/** @param {HTMLFormElement} form @param {File[]} files */
export async function add(form, files) {
  await styled();
  const tray = trayOf(form);
  for (const file of files) {
    const what = { key: uniqueId(), chat: trayKey(form), name: file.name, blob: file };
    if (tray.refuses(what)) continue;
    await kept.put(what);
    tray.add(what, (await claimed(what.key)) ?? (() => {}));
    mark();
  }
}

/**
 * A canned answer brings them: they are at the desk already, and this browser sends nothing of them.
 *
 * @param {HTMLFormElement} form
 * @param {string} chat in which it was chosen
 * @param {{id: number, name: string, alt: string}[]} files
 */
export async function give(form, chat, files) {
  await styled();
  const tray = form.isConnected && trayKey(form) === chat ? trayOf(form) : trayIn(chat);
  for (const { id, name, alt } of files) {
    const what = { key: uniqueId(), chat, name, alt, told: alt, blob: new Blob(), isGiven: true, file: { id, uploadUrl: "" } };
    if (tray.refuses(what)) {
      tellGivenUp(id);
      continue;
    }
    await kept.put(what);
    tray.add(what, (await claimed(what.key)) ?? (() => {}));
    mark();
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
  const tray = form.isConnected ? trayOf(form) : trayIn(chat);
  if (tray.refuses(what)) return null;
  await Promise.all([kept.put(what), import("deskbell/voice.js")]);
  const row = tray.add(what, (await claimed(what.key)) ?? (() => {}));
  // Whoever went to another chat may have come back before it was kept.
  const there = composersThere().find((each) => each !== form && trayKey(each) === chat);
  if (there) tray.showIn(there);
  mark();
  return row;
}

/** @returns {HTMLFormElement[]} */
function composersThere() {
  return [...document.querySelectorAll("form.composer")].filter((each) => each instanceof HTMLFormElement);
}

/** What was on its way when the page was left, and what another tab has. @param {HTMLFormElement} form */
export async function goOn(form) {
  const chat = trayKey(form);
  const ours = (await kept.all()).filter((each) => each.chat === chat && !isCarried(each.key));
  // Their message is not in the outbox any more: it has been sent.
  for (const each of ours) if (each.message) await forget(each.key);
  const left = ours.filter((each) => !each.message);
  if (left.length === 0) return;
  await styled();
  const tray = trayOf(form);
  for (const each of left) {
    if (tray.has(each.key)) continue;
    const letGo = await claimed(each.key);
    if (letGo) tray.add(each, letGo);
    else tray.waitFor(each);
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

class Tray {
  /** @type {Upload[]} */
  #uploads = [];
  #list = /** @type {HTMLElement} */ (cloned("uploads"));
  #elsewhere = /** @type {HTMLElement} */ (cloned("uploads-elsewhere"));
  /** What another tab has, by key. @type {Map<string, string>} */
  #others = new Map();
  /** @type {HTMLFormElement | null} */
  #form = null;

  /** @param {HTMLFormElement} form */
  showIn(form) {
    this.#form = form;
    form.querySelector(".composer-bar")?.before(this.#elsewhere, this.#list);
  }

  get isEmpty() {
    return this.#uploads.length === 0;
  }

  /** @param {string} key */
  has(key) {
    return this.#others.has(key) || this.#uploads.some((each) => each.key === key);
  }

  /** Another tab has it, whose draft this one shows: it does not go along from here. @param {Kept} what */
  waitFor({ key, name, voice }) {
    this.#others.set(key, voice ? words("voice") : name);
    this.#sayElsewhere();
    void claimed(key, true).then(async (letGo) => {
      this.#others.delete(key);
      this.#sayElsewhere();
      const left = isCarried(key) ? undefined : await kept.one(key);
      if (!left || left.message || !letGo) letGo?.();
      else this.add(left, letGo);
    });
  }

  #sayElsewhere() {
    const names = [...this.#others.values()];
    this.#elsewhere.textContent = names.length > 0 ? words("files-elsewhere", { names }) : "";
  }

  taken() {
    const going = this.#uploads.map((upload) => take(upload));
    this.#uploads = [];
    this.#list.replaceChildren();
    return going;
  }

  /**
   * @param {Kept} what
   * @param {() => void} letGo of its name, by which other tabs leave it alone
   * @returns {HTMLElement | null}
   */
  add(what, letGo) {
    if (this.has(what.key)) {
      letGo();
      return null;
    }
    const upload = new Upload(what, letGo);
    upload.follow(() => this.#changed(upload));
    this.#uploads.push(upload);
    this.#list.append(upload.row);
    if (!upload.isVoice || upload.isBegun) upload.begin();
    return upload.row;
  }

  /** Told before anything is sent. @param {Kept} what */
  refuses(what) {
    const title = this.#refusal(what);
    if (title) toast({ title, key: `upload-${what.key}`, isError: true });
    return title !== "";
  }

  /** @param {Kept} what */
  #refusal({ name, blob, isGiven }) {
    const { fileBytes = "0", filesAMessage = "0" } = document.body.dataset;
    const most = Number(fileBytes);
    if (blob.size > most) return words("file-too-large", { name, limit: String(most / MEGABYTE) });
    if (blob.size === 0 && !isGiven) return words("file-empty", { name });
    if (isNotTaken(blob.type)) return words("file-not-taken", { name });
    if (this.#uploads.length >= Number(filesAMessage)) return words("files-too-many", { name, count: filesAMessage });
    return "";
  }

  /** @param {Upload} upload */
  #changed(upload) {
    if (upload.state !== "gone") return;
    this.#uploads = this.#uploads.filter((each) => each !== upload);
    this.#form?.querySelector("textarea")?.focus();
  }
}

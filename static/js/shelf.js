/**
 * What this browser keeps of files that are on their way: the files themselves, which a page does not have any more once
 * it is loaded anew. Where nothing can be kept they last as long as the page.
 */

import { viewer } from "deskbell/viewer.js";

/** Of what was recorded. @typedef {{seconds: number, peaks: number[]}} Voice */
/**
 * @typedef {object} Kept
 * @property {string} key
 * @property {string} chat in whose tray it lies
 * @property {string} name
 * @property {Blob} blob
 * @property {Voice} [voice] which waits until it is to be sent
 * @property {string} [alt] what it shows
 * @property {string} [told] which the desk knows already
 * @property {string} [message] that takes it along, by its `clientId`: it lies in no tray any more
 * @property {{id: number, uploadUrl: string}} [file] once it was announced
 * @property {boolean} [isGiven] a canned answer brought it: it is at the desk, and not here
 */

const STORE = "files";
/** Of each person their own, which goes as a whole when they log out. @param {string} keeper */
const nameOf = (keeper) => `deskbell:files:${keeper}`;

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** @returns {Promise<Kept[]>} */
export async function all() {
  return (await asked("readonly", (store) => store.getAll())) ?? [];
}

/** @param {string} key @returns {Promise<Kept | undefined>} */
export function one(key) {
  return asked("readonly", (store) => store.get(key));
}

/** @param {Kept} what */
export async function put(what) {
  await asked("readwrite", (store) => store.put(what));
}

/** @param {string} key */
export async function remove(key) {
  await asked("readwrite", (store) => store.delete(key));
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
async function asked(mode, ask) {
  try {
    opening ??= opened();
    const shelf = await opening;
    return await answer(ask(shelf.transaction(STORE, mode).objectStore(STORE)));
  } catch {
    return undefined;
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(nameOf(viewer().keeper), 1);
  // Another tab logs out: what is held open would stay.
  request.addEventListener("success", () => {
    request.result.addEventListener("versionchange", () => request.result.close());
  });
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE, { keyPath: "key" }));
  return answer(request);
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

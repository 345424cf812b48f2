/**
 * Files that are chosen, dropped or pasted. What becomes of them is for `uploads.js`, which comes with the first one.
 */

import { mount } from "deskbell/mounts.js";
import * as storage from "deskbell/storage.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/**
 * What is about to be sent with the next message of a chat.
 *
 * @typedef {object} Tray
 * @property {(form: HTMLFormElement) => void} showIn
 * @property {boolean} isEmpty
 * @property {() => import("deskbell/outbox.js").Along[]} taken what goes along now; the tray is empty then
 */

/** By chat: they outlive the composer that they stand in. @type {Map<string, Tray>} */
export const trays = new Map();

/** Chosen, and about to stand in a tray, by chat. @type {Map<string, Promise<void>>} */
export const coming = new Map();

export function attachFiles() {
  mount(".composer", (form) => {
    if (form instanceof HTMLFormElement) offer(form);
  });
  for (const type of ["dragover", "drop"]) document.addEventListener(type, (event) => dragged(/** @type {DragEvent} */ (event)));
  // Another tab has files of a draft that this one shows.
  addEventListener("storage", ({ key, newValue }) => {
    const forms = /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.composer"));
    if (key === markOfUploads() && newValue) forms.forEach(goOn);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget === null && mark(null));
}

/** The chat's own: that of a customer is whichever is the newest. @param {Element} form */
export function trayKey(form) {
  const { side, chatId } = /** @type {HTMLElement | null} */ (form.closest(".chat"))?.dataset ?? {};
  return side === "staff" ? String(chatId) : "own";
}

/** That there is something to go on with, also after a reload. @returns {string} */
export function markOfUploads() {
  return `deskbell:uploads:${viewer().keeper}`;
}

/** @param {HTMLFormElement} form */
function offer(form) {
  const button = form.querySelector("[data-attach]");
  const input = form.querySelector("input[type=file]");
  if (!(button instanceof HTMLElement) || !(input instanceof HTMLInputElement)) return;
  button.hidden = false;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    give(form, input.files);
    input.value = "";
    form.querySelector("textarea")?.focus();
  });
  form.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length && !event.clipboardData.types.includes("text/plain")) {
      event.preventDefault();
      give(form, event.clipboardData.files);
    }
  });
  offerVoice(form);
  const tray = trays.get(trayKey(form));
  if (tray) tray.showIn(form);
  else if (storage.get(markOfUploads())) goOn(form);
}

/** @param {HTMLFormElement} form */
function goOn(form) {
  void import("deskbell/uploads.js").then(({ goOn }) => goOn(form));
}

/** Where the browser lacks what it takes to record, there is no button for it. @param {HTMLFormElement} form */
function offerVoice(form) {
  /** @type {HTMLElement | null} */
  const button = form.querySelector("[data-record]");
  const type = recordedAs(button);
  if (!button || !type) return;
  button.hidden = false;
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const name of ["pointerdown", "pointerup", "pointercancel", "click"]) {
    button.addEventListener(name, (event) => {
      // What is held is let go of here, wherever that happens.
      if (name === "pointerdown") button.setPointerCapture(/** @type {PointerEvent} */ (event).pointerId);
      void import("deskbell/recording.js").then(({ pressed }) => pressed(form, button, event));
    });
  }
}

/** @param {HTMLElement | null} button whose types are the best first */
export function recordedAs(button) {
  if (!button || !("MediaRecorder" in window) || !navigator.mediaDevices?.getUserMedia) return "";
  const { featurePolicy } = /** @type {any} */ (document);
  if (featurePolicy?.allowsFeature("microphone") === false) return "";
  return button.dataset.record?.split(" ").find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

/** @param {HTMLFormElement} form @param {FileList | null | undefined} files */
function give(form, files) {
  const given = [...(files ?? [])];
  if (given.length === 0) return;
  const chat = trayKey(form);
  const title = words("went-wrong");
  const come = import("deskbell/uploads.js").then(
    ({ add }) => add(form, given),
    () => toast({ title, key: "uploads", isError: true }),
  );
  coming.set(chat, come);
  void come.finally(() => coming.get(chat) === come && coming.delete(chat));
}

/** @param {DragEvent} event */
function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault(); // the browser would leave the page for the file
  const chat = event.target instanceof Element ? event.target.closest(".chat") : null;
  const form = chat?.querySelector(".composer:has([data-attach])") ?? null;
  mark(event.type === "drop" ? null : form);
  if (event.type === "drop" && form instanceof HTMLFormElement) give(form, event.dataTransfer.files);
}

/** @param {Element | null} form that would take what is dropped */
function mark(form) {
  for (const each of document.querySelectorAll(".composer")) each.classList.toggle("is-dropped-on", each === form);
}

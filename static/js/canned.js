/**
 * Canned answers: `/` at the beginning of what one writes looks for them, and one is written in its place.
 */

import { coming, trayKey } from "deskbell/attaching.js";
import { leave, offer } from "deskbell/offering.js";
import { cloned } from "deskbell/parts.js";
import { live } from "deskbell/socket.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

const PAUSE = 120;

/** Whether there are any could not be asked. @type {any[]} */
const NONE = [];
/** What of a text is not known, by its field: it is marked once before it is sent. @type {WeakMap<HTMLTextAreaElement, string[]>} */
const gaps = new WeakMap();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {HTMLTextAreaElement} field @param {number} chatId @param {string} [query] none is being looked for any more without it */
export function lookFor(field, chatId, query) {
  clearTimeout(timer);
  if (query === undefined) return leave();
  const written = field.value;
  timer = setTimeout(() => void find(field, chatId, query, written), PAUSE);
}

/** What has taken the place of what was written is no search. @param {HTMLTextAreaElement} field @param {number} chatId @param {string} query @param {string} written */
async function find(field, chatId, query, written) {
  if (field.value !== written) return;
  const [{ answers }] = await Promise.all([live.request("find_canned_answers", { query }), styled()]).catch(() => [{ answers: NONE }]);
  if (field.value !== written) return;
  field.dataset.looked = written;
  const items = answers.map((/** @type {{id: number, name: string, text: string}} */ { id, name, text }) => {
    const item = /** @type {HTMLElement} */ (cloned("canned-option"));
    const [called, said] = item.children;
    item.dataset.id = String(id);
    called.textContent = name;
    said.textContent = text;
    return item;
  });
  const none = answers !== NONE && items.length === 0 && query === "" ? cloned("canned-none") : null;
  offer(field, "canned-found", none ? [none] : items, (item) => {
    const { id, leads } = /** @type {HTMLElement} */ (item).dataset;
    if (leads) location.assign(leads);
    else void write(field, chatId, Number(id));
  });
}

/** @param {HTMLTextAreaElement} field @param {number} chatId @param {number} answerId */
async function write(field, chatId, answerId) {
  const written = field.value;
  delete field.dataset.looked; // until it is here, what was looked for is not sent
  try {
    const { text, missing, attachments, leftOut } = await live.request("use_canned_answer", { chatId, answerId });
    if (!field.value.startsWith(written)) {
      // They have thought better of it, and of its files.
      for (const { id } of attachments) live.request("give_up_file", { fileId: id }).catch(() => {});
      return;
    }
    if (leftOut.length > 0) toast({ title: words("file-not-along", { name: leftOut }), key: "canned-files", isError: true });
    if (attachments.length > 0) bring(field, attachments);
    field.value = text + field.value.slice(written.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    watch(field);
    gaps.set(field, missing);
    select(field);
  } catch (refusal) {
    toast({ title: /** @type {{message?: string}} */ (refusal).message || words("went-wrong"), key: "canned", isError: true });
  }
}

/** Its files, which Send waits for as for others. @param {HTMLTextAreaElement} field @param {any[]} files */
function bring(field, files) {
  const form = /** @type {HTMLFormElement} */ (field.form);
  const chat = trayKey(form);
  const come = import("deskbell/uploads.js").then(({ give }) => give(form, chat, files));
  coming.set(chat, come);
  void come.finally(() => coming.get(chat) === come && coming.delete(chat));
}

/** The first place where something is to be written instead, if there is one. @param {HTMLTextAreaElement} field */
function select(field) {
  const gap = gapIn(field);
  if (gap === undefined) return false;
  const at = field.value.indexOf(gap);
  field.setSelectionRange(at, at + gap.length);
  toast({ title: words("not-known", { what: gap }), key: "canned" });
  return true;
}

/** @param {HTMLTextAreaElement} field */
function gapIn(field) {
  return gaps.get(field)?.find((each) => field.value.includes(each));
}

/** Sent as it stands by whoever presses Enter once more. @param {HTMLTextAreaElement} field */
function watch(field) {
  if (gaps.has(field)) return;
  field.form?.addEventListener(
    "submit",
    (event) => {
      const isStopped = select(field);
      gaps.set(field, []);
      if (!isStopped) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

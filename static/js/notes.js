/**
 * Notes beside a chat, which staff alone sees: written in the place of a reply, changed where they stand, kept whole as
 * messages are, and whom they name.
 */

import { addressOf } from "deskbell/address.js";
import { bell } from "deskbell/bell.js";
import { conversationOf } from "deskbell/conversation.js";
import { Draft } from "deskbell/drafts.js";
import { leave, offer } from "deskbell/offering.js";
import { isLookedAt } from "deskbell/open.js";
import { cloned } from "deskbell/parts.js";
import { post } from "deskbell/post.js";
import { refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";
import { ringOnce } from "deskbell/sound.js";
import * as storage from "deskbell/storage.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { shows } from "deskbell/visible.js";
import { words } from "deskbell/words.js";

/** @typedef {{id: number, chatId: number, version: number, clientId: string | null, author: {id: number, name: string}, message: string}} Note */

/** A colleague's name that is being written. */
const NAMED = /(?:^|[\s([{])@([^\n@]{0,40})$/;
const PAUSE = 120;
/** How long what was acknowledged may take to be told. */
const GRACE = 600;

/** Chats in which a note is being written: that stays so when the chat comes anew. @type {Set<number>} */
const noting = new Set();
/** Chats whose notes are being asked for. @type {WeakSet<HTMLElement>} */
const asking = new WeakSet();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

live.watch((state) => {
  if (state !== "online") return;
  refresh("#mention-count");
  for (const chat of shown()) void join(chat);
});
for (const end of ["focus", "visibilitychange"]) addEventListener(end, () => shown().forEach(see));
post().addEventListener("gone", (event) => {
  const { isNote, isSent, chatId } = /** @type {CustomEvent} */ (event).detail;
  if (isNote && isSent) setTimeout(() => shown().forEach((chat) => chatOf(chat) === chatId && void join(chat)), GRACE);
});
document.addEventListener("click", (event) => handled(event));
// A reply is none to be written as a note, nor a note to be sent as a reply.
document.addEventListener("click", ({ target }) => target instanceof Element && target.closest("[data-reply]") && shown().forEach((chat) => turn(chat, false)), true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "F2" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector("dialog[open]")) return;
  const button = document.querySelector("[data-note-switch]:not([hidden])");
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.click();
});
for (const type of ["drop", "paste"]) document.addEventListener(type, refuseFiles, true);

/** A chat of the inbox has come. @param {HTMLElement} chat */
export function follow(chat) {
  const button = chat.querySelector("[data-note-switch]");
  if (button instanceof HTMLElement) {
    button.hidden = false;
    button.classList.toggle("has-draft", shows(draftIn(chat, true).begun("")));
    if (noting.has(chatOf(chat)) || isNotesOnly(chat)) turn(chat, true);
  }
  if (live.isOnline) void join(chat);
}

/** @param {string} name @param {any} event */
export function heard(name, event) {
  if (name === "note_changed") changed(event);
  else if (name === "mentioned") mentioned(event.chatId, event.note);
  else refresh("#mention-count", 0);
}

/** @returns {HTMLElement[]} */
function shown() {
  return [...document.querySelectorAll(".chat[data-notes-version]")].filter((chat) => chat instanceof HTMLElement);
}

/** @param {HTMLElement} chat */
function chatOf(chat) {
  return Number(chat.dataset.chatId);
}

// What is there

/** Into the room of its notes, and what changed meanwhile. @param {HTMLElement} chat */
async function join(chat) {
  if (asking.has(chat)) return;
  asking.add(chat);
  try {
    for (let hasMore = true; hasMore && chat.isConnected; ) {
      const after = Number(chat.dataset.notesVersion);
      const page = await live.request("join_notes", { chatId: chatOf(chat), after });
      for (const note of page.notes) put(chat, note, note.html);
      reach(chat, page.notesVersion);
      hasMore = page.hasMore;
    }
  } catch {
    // Without a line it is asked again with the line; what is refused the chat itself is told, too.
  } finally {
    asking.delete(chat);
    see(chat);
  }
}

/** @param {{chatId: number, notesVersion: number, note: Note, html: string}} event */
function changed({ chatId, notesVersion, note, html }) {
  for (const chat of shown()) {
    if (chatOf(chat) !== chatId) continue;
    const isNext = notesVersion <= Number(chat.dataset.notesVersion) + 1;
    put(chat, note, html);
    if (isNext) reach(chat, notesVersion);
    else void join(chat);
  }
}

/** @param {HTMLElement} chat @param {number} version */
function reach(chat, version) {
  chat.dataset.notesVersion = String(Math.max(version, Number(chat.dataset.notesVersion)));
}

/** @param {HTMLElement} chat @param {Note} note @param {string} html */
function put(chat, note, html) {
  conversationOf(chat)?.log.put(html);
  if (note.clientId && note.author.id === viewer().id) post().confirm(note.clientId);
}

// Whom they name

/** @param {number} chatId @param {Note} note */
function mentioned(chatId, note) {
  refresh("#mention-count", 0);
  const key = `mention:${note.id}:${note.version}`;
  const isSeen = () => isLookedAt(chatId);
  const title = words("mentioned", { name: note.author.name });
  const tell = () => toast({ title, text: note.message, href: addressOf(chatId), key: `chat-${chatId}` });
  void bell().once({ key: `toast:${key}`, isLookedAt: isSeen, tell });
  ringOnce(key, isSeen);
  shown().forEach(see);
}

/** Whoever looks at the chat has seen where they are named in it. @param {HTMLElement} chat */
function see(chat) {
  const chatId = chatOf(chat);
  const isNamed = document.getElementById("mention-count")?.dataset.count !== "0";
  if (isNamed && live.isOnline && isLookedAt(chatId)) live.request("see_mentions", { chatId }).catch(() => {});
}

/** @param {HTMLTextAreaElement} field @returns {boolean} whether it is a name that is being written */
function complete(field) {
  clearTimeout(timer);
  const query = NAMED.exec(field.value.slice(0, field.selectionStart))?.[1];
  if (query === undefined) return false;
  timer = setTimeout(() => void find(field, query), PAUSE);
  return true;
}

/** @param {HTMLTextAreaElement} field @param {string} query */
async function find(field, query) {
  const before = field.value.slice(0, field.selectionStart);
  const [{ colleagues }] = await Promise.all([live.request("find_colleagues", { query }), styled()]).catch(() => [{ colleagues: [] }]);
  if (field.value.slice(0, field.selectionStart) !== before) return;
  /** @type {HTMLElement[]} */
  const items = colleagues.map((/** @type {{id: number, name: string}} */ { name }) => {
    const item = /** @type {HTMLElement} */ (cloned("colleague-option"));
    (item.firstElementChild ?? item).textContent = name;
    item.dataset.name = name;
    return item;
  });
  // A name that stands there in full is written, and Enter saves.
  const isWhole = items.some(({ dataset }) => dataset.name?.toLowerCase() === query.trim().toLowerCase());
  if (items.length === 0 || (isWhole && (items.length === 1 || query.endsWith(" ")))) return leave();
  offer(field, "colleagues-found", items, (item) => {
    const at = before.length - query.length;
    field.setRangeText(`${/** @type {HTMLElement} */ (item).dataset.name} `, at, before.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Writing one

/** @param {HTMLElement} chat @param {boolean} isNote */
function draftIn(chat, isNote) {
  return new Draft(storage, viewer().keeper, isNote ? `${chatOf(chat)}-note` : chatOf(chat));
}

/** @param {HTMLElement} chat @param {boolean} isNote */
function turn(chat, isNote) {
  const conversation = conversationOf(chat);
  const form = chat.querySelector("form.composer");
  const field = form?.querySelector("textarea");
  const { composer } = conversation ?? {};
  if (!conversation || !composer || !form || !field || composer.isNote === isNote) return;
  if (!isNote && isNotesOnly(chat)) return;
  const chatId = chatOf(chat);
  if (isNote && !isNotesOnly(chat)) noting.add(chatId);
  else noting.delete(chatId);
  leave();
  form.classList.toggle("is-note", isNote);
  composer.turn(draftIn(chat, isNote), isNote ? { complete, send: (text, clientId) => save(chat, text, clientId) } : undefined);
  const button = form.querySelector("[data-note-switch]");
  button?.setAttribute("aria-pressed", String(isNote));
  button?.classList.toggle("has-draft", !isNote && shows(draftIn(chat, true).begun("")));
  for (const part of form.querySelectorAll("[data-noted]")) swap(part);
}

/** Who only watches writes to colleagues and nothing else, and so does everybody in a blocked chat. @param {HTMLElement} chat */
function isNotesOnly(chat) {
  return chat.matches("[data-watches], [data-noting]");
}

/** A note to who has the chat. @param {HTMLElement} button */
export function whisper(button) {
  const chat = button.closest(".chat");
  const field = chat?.querySelector("form.composer textarea");
  const name = button.dataset.whispers ?? "";
  if (!(chat instanceof HTMLElement && field instanceof HTMLTextAreaElement)) return;
  follow(chat);
  turn(chat, true);
  if (!field.value.includes(`@${name}`)) field.setRangeText(`@${name} `, 0, 0, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  conversationOf(chat)?.focus();
}

/** What it says while one replies and while one writes a note take turns. @param {Element} part */
function swap(part) {
  const other = part.getAttribute("data-noted") ?? "";
  if (part instanceof HTMLTextAreaElement) {
    part.dataset.noted = part.placeholder;
    part.placeholder = other;
  } else {
    part.setAttribute("data-noted", part.textContent ?? "");
    part.textContent = other;
  }
}

/** By the outbox, so that it waits for the line as a message does. @param {HTMLElement} chat @param {string} text @param {string} [clientId] */
function save(chat, text, clientId) {
  conversationOf(chat)?.log.scroll.toEnd();
  post().add(chatOf(chat), text, clientId, undefined, [], true);
}

/** A note takes no files, and they are not to land in the reply. @param {Event} event */
function refuseFiles(event) {
  const form = event.target instanceof Element ? event.target.closest(".chat")?.querySelector(".composer.is-note") : null;
  const { dataTransfer, clipboardData } = /** @type {{dataTransfer?: DataTransfer, clipboardData?: DataTransfer}} */ (event);
  const types = (dataTransfer ?? clipboardData)?.types ?? [];
  if (!form || !types.includes("Files") || types.includes("text/plain")) return;
  event.preventDefault();
  event.stopPropagation();
  toast({ title: words("note-takes-no-files"), key: "note" });
}

// Changing one

/** @param {MouseEvent} event */
function handled({ target }) {
  const found = target instanceof Element ? target.closest("[data-note-switch], [data-edit-note], [data-remove-note]") : null;
  const chat = found?.closest(".chat");
  if (!found || !(chat instanceof HTMLElement)) return;
  const note = found.closest(".note");
  if (found.matches("[data-note-switch]")) {
    turn(chat, !noting.has(chatOf(chat)));
    conversationOf(chat)?.focus();
  } else if (note instanceof HTMLElement && found.matches("[data-edit-note]")) edit(note);
  else if (note instanceof HTMLElement) askToRemove(note);
}

/** The words give way to a field until they are saved or left. @param {HTMLElement} note */
function edit(note) {
  const form = cloned("message-edit");
  const field = form?.querySelector("textarea");
  const bubble = note.querySelector(".bubble");
  if (!(form instanceof HTMLFormElement) || !field || !bubble || note.querySelector(".message-edit")) return;
  const before = bubble.getAttribute("data-text") ?? "";
  const done = () => {
    leave();
    form.remove();
    /** @type {HTMLElement | null} */ (note.querySelector("[data-edit-note]"))?.focus();
  };
  field.value = before;
  field.maxLength = Number(document.body.dataset.messageLength);
  field.setAttribute("aria-label", note.querySelector("[data-edit-note]")?.getAttribute("aria-label") ?? "");
  bubble.after(form);
  field.focus();
  form.querySelector("[data-leave]")?.addEventListener("click", done);
  field.addEventListener("input", () => complete(field) || leave());
  field.addEventListener("keydown", (event) => {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (isComposing || !["Enter", "Escape"].includes(event.key) || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") done();
    else form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const message = field.value.trim();
    if (message === before) done();
    else if (shows(message)) void change(note, "edit_note", { message }).then((isDone) => isDone && done());
  });
}

/** @param {HTMLElement} note */
function askToRemove(note) {
  const dialog = cloned("remove-note");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const chat = conversationOf(note.closest(".chat"));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-remove-anyway]")?.addEventListener("click", () => {
    void change(note, "delete_note", {}).then((isDone) => isDone && chat?.focus());
  });
  dialog.showModal();
}

/** @param {HTMLElement} note @param {string} event @param {object} payload @returns {Promise<boolean>} whether it was done */
async function change(note, event, payload) {
  const chat = note.closest(".chat");
  try {
    await live.request(event, { noteId: Number(note.dataset.note), ...payload });
    // It is shown when it is told, as to everybody.
    if (chat instanceof HTMLElement) setTimeout(() => void join(chat), GRACE);
    return true;
  } catch (refusal) {
    const said = /** @type {{message?: string}} */ (refusal).message;
    toast({ title: said || words("went-wrong"), key: "note", isError: true });
    return false;
  }
}

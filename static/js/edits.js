/**
 * One's own messages can be edited and taken back for a while.
 */

import { conversationOf } from "deskbell/conversation.js";
import { cloned } from "deskbell/parts.js";
import { live } from "deskbell/socket.js";
import { toast } from "deskbell/toast.js";
import { shows } from "deskbell/visible.js";
import { words } from "deskbell/words.js";

const OWN = ".message.mine[data-seq]";

/** Puts what offers it beside each of the viewer's messages that it is not too late for. @param {Element} root */
export function offerEdits(root) {
  const found = [...root.querySelectorAll(OWN)];
  if (root.matches(OWN)) found.push(root);
  for (const message of found) {
    const tools = message.querySelector(".message-tools");
    const bubble = message.querySelector(".bubble:not(.is-gone)");
    if (!bubble || !isInTime(message)) tools?.remove();
    else if (!tools) bubble.after(cloned("message-tools") ?? "");
  }
}

/** Does what is offered. */
export function followEdits() {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-edit], [data-take-back]") : null;
    const message = button?.closest(OWN);
    if (!(message instanceof HTMLElement)) return;
    if (button?.matches("[data-edit]")) edit(message);
    else askToTakeBack(message);
  });
}

/** @param {Element} message */
function isInTime(message) {
  const seconds = Number(document.body.dataset.editSeconds);
  return Date.now() < Date.parse(message.getAttribute("data-at") ?? "") + seconds * 1_000;
}

/** The bubble gives way to a field until it is saved or left. @param {HTMLElement} message */
function edit(message) {
  const form = cloned("message-edit");
  const field = form?.querySelector("textarea");
  const bubble = message.querySelector(".bubble");
  if (!form || !field || !bubble || message.querySelector(".message-edit")) return;
  const before = bubble.getAttribute("data-text") ?? bubble.textContent ?? "";
  const leave = () => {
    form.remove();
    message.querySelector("[data-edit]")?.focus();
  };
  field.value = before;
  field.maxLength = Number(document.body.dataset.messageLength);
  bubble.after(form);
  field.focus();
  field.setSelectionRange(before.length, before.length);
  form.querySelector("[data-leave]")?.addEventListener("click", leave);
  field.addEventListener("keydown", (event) => {
    const isComposing = event.isComposing || event.keyCode === 229;
    if (isComposing || !["Enter", "Escape"].includes(event.key) || event.shiftKey) return;
    event.preventDefault(); // the window around it would close
    if (event.key === "Escape") leave();
    else /** @type {HTMLFormElement} */ (form).requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === before) leave();
    else if (shows(text)) void change(message, "edit_message", { message: text }).then((isDone) => isDone && form.remove());
  });
}

/** @param {HTMLElement} message */
function askToTakeBack(message) {
  const dialog = cloned("take-back");
  if (!(dialog instanceof HTMLDialogElement)) return;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-take-back-anyway]")?.addEventListener("click", () => void change(message, "delete_message"));
  dialog.showModal();
}

/**
 * The page shows it when it is told of it, as everybody's does.
 *
 * @param {HTMLElement} message
 * @param {string} event
 * @param {object} [payload]
 * @returns {Promise<boolean>} whether it was done
 */
async function change(message, event, payload = {}) {
  const messageId = Number(message.id.replace("message-", ""));
  const chat = conversationOf(message.closest(".chat"));
  try {
    const answer = await live.request(event, { messageId, ...payload });
    chat?.mention(answer.message.version);
    chat?.focus();
    return true;
  } catch (refusal) {
    const said = /** @type {{message?: string}} */ (refusal).message;
    toast({ title: said || words("went-wrong"), key: "edit", isError: true });
    offerEdits(message);
    return false;
  }
}

/**
 * One's own messages can be edited and taken back for a while.
 */

import { change } from "deskbell/changes.js";
import { conversationOf } from "deskbell/conversation.js";
import { cloned } from "deskbell/parts.js";
import { shows } from "deskbell/visible.js";

/** The bubble gives way to a field until it is saved or left. @param {HTMLElement} message */
export function edit(message) {
  const form = cloned("message-edit");
  const field = form?.querySelector("textarea");
  const bubble = message.querySelector(".bubble");
  if (!form || !field || !bubble || message.querySelector(".message-edit")) return;
  const before = bubble.getAttribute("data-text") ?? bubble.textContent ?? "";
  const leave = () => {
    form.remove();
    message.querySelector("[data-edit]")?.focus();
  };
  const done = () => {
    form.remove();
    conversationOf(message.closest(".chat"))?.focus();
  };
  field.value = before;
  field.maxLength = Number(document.body.dataset.messageLength);
  bubble.after(form);
  field.focus();
  field.setSelectionRange(before.length, before.length);
  // It is not as high as what was there, which may reach beyond what is seen.
  form.scrollIntoView({ block: "nearest" });
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
    else if (shows(text)) void change(message, "edit_message", { message: text }).then((isDone) => isDone && done());
  });
}

/** @param {HTMLElement} message */
export function askToTakeBack(message) {
  const dialog = cloned("take-back");
  if (!(dialog instanceof HTMLDialogElement)) return;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-take-back-anyway]")?.addEventListener("click", () => {
    const chat = conversationOf(message.closest(".chat"));
    void change(message, "delete_message").then((isDone) => isDone && chat?.focus());
  });
  dialog.showModal();
}

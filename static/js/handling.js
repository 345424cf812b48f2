/**
 * A message is forwarded, or words of it are hidden, as a dialog asks.
 */

import { uniqueId } from "deskbell/ids.js";
import { live } from "deskbell/socket.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

/** @param {string} address of the dialog */
export async function handle(address) {
  if (document.getElementById("handling")) return;
  await Promise.all([styled(), htmx.ajax("GET", address, { target: "body", swap: "beforeend" })]);
  const dialog = document.getElementById("handling");
  if (!(dialog instanceof HTMLDialogElement)) return; // refused, and said so
  dialog.addEventListener("close", () => dialog.remove());
  forwards(dialog);
  redacts(dialog);
  dialog.showModal();
}

/** @param {HTMLDialogElement} dialog */
function forwards(dialog) {
  const clientId = uniqueId();
  dialog.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("[data-forward-to]") : null;
    const chatId = Number(choice?.getAttribute("data-forward-to"));
    if (choice) void ask(dialog, "forward_message", { chatId, clientId });
  });
}

/** What is marked in the message stands in the field. @param {HTMLDialogElement} dialog */
function redacts(dialog) {
  const form = dialog.querySelector("form");
  const field = /** @type {HTMLTextAreaElement | null} */ (dialog.querySelector("[name=words]"));
  if (!form || !field) return;
  /** @type {NodeListOf<HTMLTextAreaElement>} */
  const texts = dialog.querySelectorAll("[data-marks]");
  for (const text of texts) {
    // Where nothing can be written by `readonly`, nothing can be marked by keyboard either.
    text.addEventListener("beforeinput", (event) => event.preventDefault());
    for (const end of ["select", "keyup", "pointerup"]) {
      text.addEventListener(end, () => {
        const marked = text.value.slice(text.selectionStart, text.selectionEnd);
        if (marked.trim()) field.value = marked;
      });
    }
  }
  mark(texts, field.value);
  for (const button of dialog.querySelectorAll("[data-words]")) {
    button.addEventListener("click", () => {
      field.value = button.getAttribute("data-words") ?? "";
      mark(texts, field.value);
      field.focus();
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(dialog, "redact_message", { words: field.value });
  });
}

/** @param {NodeListOf<HTMLTextAreaElement>} texts @param {string} words */
function mark(texts, words) {
  const text = [...texts].find(({ value }) => words && value.includes(words));
  const start = text?.value.indexOf(words) ?? 0;
  text?.setSelectionRange(start, start + words.length);
}

/** @param {HTMLDialogElement} dialog @param {string} event @param {object} payload */
async function ask(dialog, event, payload) {
  try {
    await live.request(event, { messageId: Number(dialog.dataset.messageId), ...payload });
    dialog.close();
    toast({ title: dialog.dataset.done ?? "", key: "handling" });
  } catch (refusal) {
    const { message, fields } = /** @type {{message?: string, fields?: Record<string, string>}} */ (refusal);
    const place = dialog.querySelector(".field-error"); // what is beside the dialog nobody reaches
    if (!(place instanceof HTMLElement)) return;
    place.hidden = false;
    place.textContent = Object.values(fields ?? {})[0] ?? message ?? words("went-wrong");
  }
}

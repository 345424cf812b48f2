/**
 * A message is forwarded, words of it are hidden, or a chat goes to somebody else, is blocked, put aside or merged, as a dialog asks.
 */

import { addressOf } from "deskbell/address.js";
import { isolated } from "deskbell/direction.js";
import { uniqueId } from "deskbell/ids.js";
import { live } from "deskbell/socket.js";
import { styled } from "deskbell/styled.js";
import { due } from "deskbell/times.js";
import { toast } from "deskbell/toast.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** @param {string} address of the dialog */
export async function handle(address) {
  if (document.getElementById("handling")) return;
  const from = document.activeElement;
  const { id } = from?.closest("details.menu")?.querySelector("summary") ?? from ?? document.body;
  await Promise.all([styled(), htmx.ajax("GET", address, { target: "body", swap: "beforeend" })]);
  const dialog = document.getElementById("handling");
  if (!(dialog instanceof HTMLDialogElement)) return; // refused, and said so
  dialog.addEventListener("close", () => {
    dialog.remove();
    // What had the focus may have come anew meanwhile, as the header of a chat does: it is another element by now.
    if (document.activeElement === document.body && id) document.getElementById(id)?.focus();
  });
  forwards(dialog);
  redacts(dialog);
  snoozes(dialog);
  blocks(dialog);
  transfers(dialog);
  keepsViews(dialog);
  reports(dialog);
  decides(dialog);
  merges(dialog);
  dialog.showModal();
}

/** A name is chosen, and another click or Enter sends. @param {HTMLDialogElement} dialog */
function forwards(dialog) {
  const clientId = uniqueId();
  /** @type {HTMLElement | null} */
  const button = dialog.querySelector("[data-forward]");
  if (!button) return;
  const choose = (/** @type {HTMLElement | null} */ choice) => {
    for (const each of dialog.querySelectorAll("[data-forward-to]")) each.setAttribute("aria-pressed", String(each === choice));
    button.closest("div")?.toggleAttribute("hidden", !choice);
    button.dataset.chatId = choice?.dataset.forwardTo ?? "";
    button.textContent = (button.dataset.words ?? "").replace("{name}", () => isolated(choice?.dataset.name ?? ""));
    const waits = /** @type {HTMLElement} */ (dialog.querySelector(".forward-waits"));
    waits.textContent = choice?.hasAttribute("data-waits") ? (waits.dataset.waits ?? "") : "";
    if (choice) button.focus();
  };
  dialog.addEventListener("htmx:afterSwap", () => choose(null));
  dialog.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("[data-forward-to]") : null;
    if (choice instanceof HTMLElement) choose(choice);
  });
  button.addEventListener("click", () => void ask(dialog, ["forward_message", { chatId: Number(button.dataset.chatId), clientId }]));
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
  const files = () => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=file]:checked"));
  form.addEventListener("change", () => (field.required = files().length === 0));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = [...files()].map((file) => /** @type {Asked} */ (["redact_file", { fileId: Number(file.value) }, file]));
    if (field.value.trim()) asked.push(["redact_message", { words: field.value }]);
    void ask(dialog, ...asked);
  });
}

/** The hours at which a day begins and ends for who puts something aside. */
const MORNING = 9;
const EVENING = 18;

/** @type {Record<string, (now: Date) => Date>} */
export const TIMES = {
  hour: (now) => new Date(now.getTime() + 3_600_000),
  evening: (now) => at(now, 0, EVENING),
  tomorrow: (now) => at(now, 1, MORNING),
  week: (now) => at(now, (8 - now.getDay()) % 7 || 7, MORNING),
};

/** So many days on, where the page is read. @param {Date} now @param {number} days @param {number} hour */
function at(now, days, hour) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** What is over, or all but, is no choice. @param {HTMLElement} button @param {string} name @param {Date} now */
export function offer(button, name, now) {
  const time = TIMES[name](now);
  button.hidden = time.getTime() - now.getTime() < 3_600_000;
  return time;
}

/** @param {HTMLDialogElement} dialog */
function snoozes(dialog) {
  const form = dialog.querySelector("form[data-snoozes]");
  const field = form?.querySelector("input");
  if (!(form instanceof HTMLFormElement) || !field) return;
  const now = new Date();
  const until = async (/** @type {Date} */ time) => {
    dialog.close();
    await htmx.ajax("POST", form.action, { target: "#chat-header", swap: "outerHTML", values: { until: time.getTime() } });
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-snooze]"))) {
    const time = offer(button, button.dataset.snooze ?? "", now);
    button.append(element("span", due(time, now)));
    button.addEventListener("click", () => void until(time));
  }
  field.min = local(now);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void until(new Date(field.value));
  });
}

/** For how long, and why. @param {HTMLDialogElement} dialog */
function blocks(dialog) {
  const form = dialog.querySelector("form[data-blocks]");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    dialog.close();
    void htmx.ajax("POST", form.action, { target: "#chat-header", swap: "outerHTML", values });
  });
}

/** As a field has it. @param {Date} time */
function local(time) {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string} name @param {string} text */
function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

/** The time has come that was chosen for a chat: who has it is told, wherever they are. @param {{chat: any}} event */
export function isBack({ chat }) {
  if (chat.agent && chat.agent.id !== viewer().id) return;
  const title = words("is-back", { name: chat.customer.name });
  toast({ title, text: words("is-back-text"), href: addressOf(chat.id), key: `chat-${chat.id}`, stays: true });
}

/** The managers are told. @param {HTMLDialogElement} dialog */
function reports(dialog) {
  const form = dialog.querySelector("form[data-reports]");
  if (!(form instanceof HTMLFormElement)) return;
  const clientId = uniqueId();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = new FormData(form).get("reason");
    try {
      const { to } = await live.request("report_chat", { chatId: Number(dialog.dataset.chatId), reason, clientId });
      const names = to.map((/** @type {{name: string}} */ { name }) => isolated(name)).join(", ");
      dialog.close();
      toast({ title: (names ? dialog.dataset.done : dialog.dataset.nobody)?.replace("{names}", () => names) ?? "", key: "handling" });
    } catch (refusal) {
      refused(dialog, refusal);
    }
  });
}

/** A held message is let through, or rejected. @param {HTMLDialogElement} dialog */
function decides(dialog) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-decides]"))) {
    button.addEventListener("click", () => void ask(dialog, [button.dataset.decides ?? "", {}]));
  }
}

/** Two chats are one; a page that shows the one that is empty then is led to the other. @param {HTMLDialogElement} dialog */
function merges(dialog) {
  const form = dialog.querySelector("form[data-merges]");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const otherId = Number(new FormData(form).get("other_id"));
    void ask(dialog, ["merge_chats", { chatId: Number(dialog.dataset.chatId), otherId }]);
  });
}

/** A manager has a chat now that was one's own. @param {{chat: any, by: {name: string}}} event */
export function isTaken({ chat, by }) {
  const title = words("taken-over", { by: by.name, name: chat.customer.name });
  toast({ title, text: "", href: addressOf(chat.id), key: `chat-${chat.id}`, stays: true });
}

/** To a colleague or a team, whichever was chosen. @param {HTMLDialogElement} dialog */
function transfers(dialog) {
  const form = dialog.querySelector("form");
  const { chatId, version } = dialog.dataset;
  if (!form || !chatId || !version) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const [kind, id] = String(said.get("to")).split("-");
    void ask(dialog, ["transfer_chat", { chatId: Number(chatId), version: Number(version), [kind ?? ""]: Number(id), note: said.get("note") }]);
  });
}

/** What the list shows stands under a name, or a name is removed. @param {HTMLDialogElement} dialog */
function keepsViews(dialog) {
  const form = dialog.querySelector("form[data-saves-view]");
  if (!(form instanceof HTMLFormElement)) return;
  const { filter, q, site } = document.getElementById("chat-rows")?.dataset ?? {};
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const list = { filter, search: q, siteId: site ? Number(site) : null };
    void ask(dialog, ["save_view", { name: said.get("name"), isShared: said.has("shared"), ...list }]);
  });
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-removes-view]"))) {
    button.addEventListener("click", async () => {
      if (button.dataset.question) return question(button);
      try {
        await live.request("remove_view", { viewId: Number(button.dataset.removesView) });
      } catch (refusal) {
        return refused(dialog, refusal);
      }
      button.closest("li")?.remove();
      form.querySelector("input")?.focus();
    });
  }
}

/** What others would miss is removed by another press, on what the button says now. @param {HTMLElement} button */
function question(button) {
  button.textContent = button.dataset.question ?? "";
  button.className = "button button-danger";
  for (const name of ["aria-label", "title", "data-question"]) button.removeAttribute(name);
}

/** @param {NodeListOf<HTMLTextAreaElement>} texts @param {string} words */
function mark(texts, words) {
  const text = [...texts].find(({ value }) => words && value.includes(words));
  const start = text?.value.indexOf(words) ?? 0;
  text?.setSelectionRange(start, start + words.length);
}

/** An event, what goes with it, and the box that asks for it. @typedef {[string, object, HTMLInputElement?]} Asked */

/** One after the other; what is done is not asked for again. @param {HTMLDialogElement} dialog @param {Asked[]} asked */
async function ask(dialog, ...asked) {
  let answer;
  try {
    for (const [event, payload, box] of asked) {
      const { messageId } = dialog.dataset;
      answer = await live.request(event, messageId ? { messageId: Number(messageId), ...payload } : payload);
      box?.closest("label")?.remove();
    }
    dialog.close();
    const done = toast({ title: dialog.dataset.done ?? "", key: "handling" });
    if (done && answer?.undo) offerUndo(dialog, done, answer.undo);
  } catch (refusal) {
    refused(dialog, refusal);
  }
}

/** The way back, as the server puts it among the toasts. @param {HTMLDialogElement} dialog @param {HTMLElement} done @param {string} undo */
function offerUndo(dialog, done, undo) {
  const way = dialog.querySelector("template")?.content.cloneNode(true);
  if (!(way instanceof DocumentFragment)) return;
  way.querySelector("[name=undo]")?.setAttribute("value", undo);
  done.dataset.seconds = "10";
  done.querySelector("[data-dismiss]")?.before(way);
}

/** What is beside the dialog nobody reaches. @param {HTMLDialogElement} dialog @param {unknown} refusal */
function refused(dialog, refusal) {
  const { message, fields } = /** @type {{message?: string, fields?: Record<string, string>}} */ (refusal);
  const place = dialog.querySelector(".field-error");
  if (!(place instanceof HTMLElement)) return;
  place.hidden = false;
  place.textContent = Object.values(fields ?? {})[0] ?? message ?? words("went-wrong");
}

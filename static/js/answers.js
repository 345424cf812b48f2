/**
 * Files of a canned answer, on its page: each arrives as in a composer, and is named in the form once it is here.
 */

import { uniqueId } from "deskbell/ids.js";
import { mount } from "deskbell/mounts.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { Upload, forget, isNotTaken } from "deskbell/upload.js";
import { words } from "deskbell/words.js";
import * as kept from "deskbell/shelf.js";

const MEGABYTE = 1_000_000;
/** In whose tray they lie: in none of a chat. */
const PLACE = "answer";

mount(".answer-files", (fieldset) => {
  const form = fieldset.closest("form");
  if (form) offer(form, /** @type {HTMLElement} */ (fieldset));
});

/** @param {HTMLFormElement} form @param {HTMLElement} fieldset */
function offer(form, fieldset) {
  const button = /** @type {HTMLElement} */ (fieldset.querySelector("[data-attach-answer]"));
  const input = /** @type {HTMLInputElement} */ (fieldset.querySelector("input[type=file]"));
  const list = /** @type {HTMLElement} */ (fieldset.querySelector(".uploads"));
  /** @type {Upload[]} */
  let uploads = [];
  const count = () => fieldset.querySelectorAll("[name=files]:checked").length + uploads.filter(({ state }) => state !== "here" && state !== "checking").length;
  button.hidden = false;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    await styled();
    for (const file of files) await add(file);
    button.focus();
  });

  /** @param {File} file */
  async function add(file) {
    const why = refusal(file, count());
    if (why) return toast({ title: why, key: "answer-files", isError: true });
    const upload = new Upload({ key: uniqueId(), chat: PLACE, name: file.name, blob: file }, () => {});
    upload.follow(() => {
      if (upload.state === "gone") uploads = uploads.filter((each) => each !== upload);
      name(upload);
    });
    uploads.push(upload);
    list.append(upload.row);
    upload.begin();
  }

  form.addEventListener("submit", (event) => {
    const waits = uploads.filter(({ id, state }) => !id || (state !== "here" && state !== "checking"));
    if (waits.length === 0) return;
    event.preventDefault();
    toast({ title: words("file-not-along", { name: waits.map(({ name }) => name) }), key: "answer-files", isError: true });
  });
}

/** Once it is here. @param {Upload} upload */
function name(upload) {
  const { row, id, state } = upload;
  const said = row.querySelector("[name=files]");
  const isHere = state === "here" || state === "checking";
  if (!isHere) return said?.remove();
  if (said) return;
  const input = document.createElement("input");
  Object.assign(input, { type: "checkbox", name: "files", value: String(id), checked: true, hidden: true });
  row.append(input);
  void forget(upload.key); // the form has it from now on
}

/** Told before anything is sent. @param {File} file @param {number} count of those there are */
function refusal({ name, size, type }, count) {
  const { fileBytes = "0", filesAMessage = "0" } = document.body.dataset;
  const most = Number(fileBytes);
  if (size > most) return words("file-too-large", { name, limit: String(most / MEGABYTE) });
  if (size === 0) return words("file-empty", { name });
  if (isNotTaken(type)) return words("file-not-taken", { name });
  return count >= Number(filesAMessage) ? words("files-too-many", { name, count: filesAMessage }) : "";
}

// What was left here when the page was left is nobody's.
void kept.all().then((all) => all.filter(({ chat }) => chat === PLACE).forEach(({ key }) => void forget(key)));

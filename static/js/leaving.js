/**
 * Logging out on purpose, from whatever page: it says what has not been sent, and leaves nothing of it to whoever
 * comes next. A login that ends by itself discards nothing; what was written waits for the same person.
 */

import { draftsOf } from "deskbell/drafts.js";
import { giveUp, itemsOf } from "deskbell/outbox.js";
import * as storage from "deskbell/storage.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

const dialog = document.getElementById("log-out");
/** @type {HTMLFormElement | null} */
let asked = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-log-out]")) return;
  const said = unsent();
  if (!said || form === asked || !(dialog instanceof HTMLDialogElement)) return forget();
  event.preventDefault();
  asked = form;
  const text = dialog.querySelector("#log-out-text");
  if (text) text.textContent = said;
  dialog.showModal();
});
dialog?.addEventListener("close", () => (asked = null));
dialog?.querySelector("[data-log-out-anyway]")?.addEventListener("click", () => asked?.requestSubmit());

/** In words, nothing when all is sent. */
function unsent() {
  const { keeper } = viewer();
  const begun = draftsOf(storage, keeper).length + (storage.get(`deskbell:uploads:${keeper}`) ? 1 : 0);
  const counts = /** @type {const} */ ([["unsent", itemsOf(storage, keeper).length], ["begun", begun]]);
  const there = counts.filter(([, count]) => count > 0);
  return there.map(([key, count]) => words(key, { count }, count)).join(" ");
}

function forget() {
  document.dispatchEvent(new CustomEvent("deskbell:leaving"));
  const { keeper } = viewer();
  giveUp(storage, keeper);
  for (const key of draftsOf(storage, keeper)) storage.remove(key);
  storage.forgetFiles(keeper);
}

/**
 * A chat to take along: as a page, as text, as a PDF, or by mail, to its customer or to who asks.
 */

import { live } from "deskbell/socket.js";
import { toast, untoast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

/** @param {Element} chat @param {HTMLElement} chosen `data-transcript` says in which form */
export async function take(chat, chosen) {
  const chatId = Number(/** @type {HTMLElement} */ (chat).dataset.chatId);
  if (!chatId) return; // nothing was said yet
  const format = chosen.dataset.transcript;
  try {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    if (format === "mail" || format === "copy") {
      await live.request("mail_transcript", { chatId, toMe: format === "copy", zone });
      return toast({ title: words("mailed"), key: "transcript" });
    }
    const link = await live.request("link_transcript", { chatId, format });
    const url = `${link.url}?zone=${encodeURIComponent(zone)}`;
    if (format === "pdf") await draw(chosen, url);
    else save(url);
  } catch (error) {
    const { reason, message } = /** @type {any} */ (error);
    toast({ title: words("went-wrong"), text: String(reason ?? message ?? ""), key: "transcript", isError: true });
  }
}

/** It is drawn when it is asked for, which may take some seconds, and be refused. @param {HTMLElement} chosen @param {string} url */
async function draw(chosen, url) {
  if (chosen.ariaBusy === "true") return;
  chosen.ariaBusy = "true";
  toast({ title: words("drawing"), key: "transcript", stays: true });
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw { message: refusal(await answer.text()) };
    const name = /filename=([\w.-]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    const made = URL.createObjectURL(await answer.blob());
    save(made, name);
    setTimeout(() => URL.revokeObjectURL(made), 60_000); // some browsers take it a moment later
    untoast("transcript");
  } finally {
    chosen.ariaBusy = null;
  }
}

/** What the server says of it. @param {string} html @returns {string} */
function refusal(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector(".toast-title")?.textContent ?? "";
}

/** @param {string} url @param {string} [name] */
function save(url, name = "") {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

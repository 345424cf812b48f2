/**
 * What staff sets for all is called otherwise, or is gone: whatever of an open page shows it comes anew.
 */

import { whenStill } from "deskbell/pressing.js";
import { COUNTS_PAUSE, refresh } from "deskbell/refresh.js";
import { place, reload, rows } from "deskbell/rows.js";

/** So many rows are asked for at once. */
const MOST = 100;
const PAUSE = 400;

/** What of a row shows it. @type {Record<string, string>} */
const SHOWN = { tags: ".tag", topics: ".row-topic" };

/** What of it is told beside the open chat. @type {Record<string, string[]>} */
const BESIDE = {
  rules: ["changed", "removed"],
  sites: ["made", "renamed"],
  teams: ["renamed", "removed"],
  topics: ["made", "changed", "renamed", "removed"],
};

/** @type {Set<string>} */
const asked = new Set();
/** @type {number | undefined} */
let planned;

/** @param {{about: string, what: string}} event */
export function settingsChanged({ about, what }) {
  if (about === "tags") refresh("#chat-tag-list");
  else if (BESIDE[about]?.includes(what)) refresh("#customer");
  // With it comes the choice of sites, by which rows say theirs; of one alone nothing is said.
  if (about === "sites" && what !== "changed") return refresh("#chat-filters", COUNTS_PAUSE);
  if (!["tags", "teams", "topics"].includes(about) || !["renamed", "removed"].includes(what)) return;
  if (about === "topics") refresh("#chat-header");
  refresh("#chat-filters", COUNTS_PAUSE);
  if (about in SHOWN) {
    asked.add(SHOWN[about]);
    planned ??= setTimeout(comeAnew, PAUSE);
  }
  whenStill(searchAnew);
}

/** A search for a tag, topic or team may find others now, for whoever is nowhere yet in what it found. */
function searchAnew() {
  const list = document.getElementById("chat-rows");
  if (!list?.dataset.q?.includes(":") || list.contains(document.activeElement)) return;
  if (!list.querySelector(".row-check :checked") && !list.parentElement?.scrollTop) reload();
}

/** Each row in its place: nobody loses theirs, nor what they have ticked. */
function comeAnew() {
  const selector = [...asked].join();
  planned = undefined;
  asked.clear();
  const ids = rows().filter((row) => row.querySelector(selector)).map((row) => row.dataset.chatId);
  for (let at = 0; at < ids.length; at += MOST) void ask(ids.slice(at, at + MOST)).catch(() => {});
}

/** @param {(string | undefined)[]} ids */
async function ask(ids) {
  const address = document.getElementById("chat-search")?.getAttribute("hx-get");
  const answer = await fetch(`${address}?chats=${ids}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  whenStill(() => [...template.content.children].forEach(putInPlace));
}

/** What has been told of it meanwhile is newer. @param {Element} fresh */
function putInPlace(fresh) {
  const list = document.getElementById("chat-rows");
  const there = document.getElementById(fresh.id);
  if (!list || !there || !(fresh instanceof HTMLElement)) return;
  if (Number(there.dataset.version) <= Number(fresh.dataset.version)) place(list, there, fresh);
}

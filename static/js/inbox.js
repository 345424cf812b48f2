/**
 * Entry of every staff page: the inbox itself, and what other pages show of it.
 */

import { addressOf, completeAddress, push } from "deskbell/address.js";
import { alertOf, followToasts } from "deskbell/alerts.js";
import { conversationOf } from "deskbell/conversation.js";
import { listenToKeys } from "deskbell/keys.js";
import { confirmDelivery } from "deskbell/deliveries.js";
import { Draft } from "deskbell/drafts.js";
import { followHandling, offerHandling } from "deskbell/earlier.js";
import { dress, mount } from "deskbell/mounts.js";
import { personChanged } from "deskbell/names.js";
import { openChatId } from "deskbell/open.js";
import { begin } from "deskbell/page.js";
import { isPressing, whenReleased } from "deskbell/pressing.js";
import { refresh } from "deskbell/refresh.js";
import { keepOpenRow, markRows, putOpenRowBack, reload, rowChanged, rowOf, rowTyping, sweepRows } from "deskbell/rows.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { muteButton } from "deskbell/sound.js";
import { titleOf, unreadTotal } from "deskbell/title.js";
import { toast, untoast } from "deskbell/toast.js";
import { Typists } from "deskbell/typing.js";
import { viewer } from "deskbell/viewer.js";
import { showViewers, viewersChanged } from "deskbell/viewers.js";
import { words } from "deskbell/words.js";

const COUNTS_PAUSE = 1_000;
const OVERVIEW_PAUSE = 3_000;
/** What is clicked on while it may be loaded anew. */
const LISTS = "#chat-rows, #customer-choices, #colleagues";

/** Who types in which chat of the list. @type {Map<number, Typists>} */
const typing = new Map();

begin(() => {
  dress(markRows);
  dress(offerHandling);
  followHandling();
  mount("#mute", muteButton);
  mount("#unread-total", unreadTotal);
  mount("#viewers", showViewers);
  mount("#chat-rows", listChosen);
  mount("#chat-filters", markFilter);
  document.addEventListener("htmx:beforeRequest", ({ target }) => filterWanted(/** @type {Element} */ (target)));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    refuseStale(detail);
    waitForRelease(detail);
    if (detail.shouldSwap && detail.target.id === "chat-rows" && !isChosen) keepOpenRow();
  });
  document.addEventListener("htmx:afterRequest", (event) => claimed(/** @type {CustomEvent} */ (event).detail));
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => push(/** @type {CustomEvent} */ (event).detail));
  mount("#conversation", chatOpened);
  document.addEventListener("deskbell:state", (event) => stateChanged(/** @type {CustomEvent} */ (event).detail.chat));
  live.on("new_chat_message", (event) => {
    // A line that tells of something else has not ended what the last one to write is typing.
    const { lastMessage } = event.chat;
    if (lastMessage?.seq === event.version) typing.get(event.chatId)?.gone(lastMessage.senderId);
    whenReleased(() => rowChanged(event));
    alertOf(event);
    confirmDelivery(event);
    counts();
  });
  live.on("chat_changed", (event) => {
    whenReleased(() => rowChanged(event));
    counts();
  });
  live.on("user_typing", typed);
  live.on("viewers", viewersChanged);
  live.on("person_changed", (event) => {
    personChanged(event);
    reload();
    refresh("#overview", OVERVIEW_PAUSE);
    refresh("#people, #person-head");
  });
  live.on("presence", () => refresh("#overview", OVERVIEW_PAUSE));
  live.watch(catchUpList);
  listenToKeys();
  followToasts();
});

function counts() {
  refresh("#chat-filters", COUNTS_PAUSE);
  refresh("#overview", OVERVIEW_PAUSE);
}

let wasOnline = false;

/**
 * What the staff room was told while the line was down, or while this page was on its way, is in
 * the list that the server has now.
 *
 * @param {string} state
 */
function catchUpList(state) {
  if (state !== "online") return;
  reload();
  counts();
  if (wasOnline) {
    refresh("#chat-header");
    refresh("#customer");
  }
  wasOnline = true;
}

/** The list is there, or was asked for with another filter or search. @param {HTMLElement} list */
function listChosen(list) {
  putOpenRowBack(list);
  isChosen = false;
  askFor(list.dataset.filter ?? "all");
  const { site = "" } = list.dataset;
  const chosen = siteField();
  if (chosen) chosen.value = site;
  // The counts are of the site that is shown.
  if (document.getElementById("chat-filters")?.dataset.site !== site) refresh("#chat-filters", 0);
  markFilter();
  markRows(list);
  for (const [chatId, typists] of typing) rowTyping(chatId, typists.isAnybody);
  completeAddress();
}

/** Which list is there, also where the filters were asked for while another one was. */
function markFilter() {
  const filter = document.getElementById("chat-rows")?.dataset.filter ?? "all";
  for (const link of document.querySelectorAll("#chat-filters a[data-filter]")) {
    if (link.getAttribute("data-filter") === filter) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  document.getElementById("filter-more")?.setAttribute("data-shows", filter);
}

/** Whether somebody has chosen a list that is not there yet: also of the one they see, they want what is in it. */
let isChosen = false;

/** Whatever asks for the list from now on asks for the one that was chosen. @param {Element} link */
function filterWanted(link) {
  if (!link.matches("a[data-filter]")) return;
  isChosen = true;
  askFor(link.getAttribute("data-filter") ?? "all");
}

/** A list that was under way when another one was chosen comes too late. @param {any} swap */
function refuseStale(swap) {
  if (swap.target.id !== "chat-rows") return;
  const { searchParams } = new URL(swap.pathInfo.finalRequestPath, location.href);
  const isOfFilter = (searchParams.get("filter") ?? "all") === field()?.value;
  const isOfSite = (searchParams.get("site") ?? "") === (siteField()?.value ?? "");
  if (!isOfFilter || !isOfSite) swap.shouldSwap = false;
}

/** A list that somebody presses something in is asked for again when they have let go. @param {any} swap */
function waitForRelease(swap) {
  if (!swap.shouldSwap || !isPressing() || !swap.target.matches(LISTS)) return;
  swap.shouldSwap = false;
  const { id } = swap.target;
  const html = swap.xhr.responseText;
  whenReleased(() => {
    const there = document.getElementById(id);
    if (id === "chat-rows") reload();
    else if (there) htmx.swap(there, html, { swapStyle: "outerHTML" });
  });
}

/** @param {string} filter */
function askFor(filter) {
  const wanted = field();
  if (wanted) wanted.value = filter;
}

/** The filter that a search and a reload ask for. */
function field() {
  return /** @type {HTMLInputElement | null} */ (document.getElementById("chat-filter"));
}

/** Whose chats are asked for, where there are several sites. */
function siteField() {
  return /** @type {HTMLSelectElement | null} */ (document.getElementById("chat-site"));
}

/** The chat that was here last; none yet while the page itself comes. @type {number | null | undefined} */
let opened;

/** @param {HTMLElement} conversation */
function chatOpened(conversation) {
  titleOf(conversation);
  completeAddress();
  sweepRows();
  markRows(document.body);
  const isRefreshed = openChatId() !== null && openChatId() === opened;
  const isFirst = opened === undefined;
  opened = openChatId();
  untoast(`chat-${opened}`);
  // Whoever is elsewhere stays there when the same chat comes again.
  if (isRefreshed && document.activeElement !== document.body) return;
  // Where nobody can write there is nothing to begin with.
  if (isFirst && !conversation.querySelector(".composer")) return;
  const chat = conversation.querySelector(".chat");
  // On a phone the keyboard would cover what one came to read.
  if (chat && !matchMedia("(pointer: coarse)").matches) conversationOf(chat)?.focus();
}

/** Whoever only looks at a chat that waits has it now, and could miss that. @param {{elt: HTMLElement, successful: boolean}} request */
function claimed({ elt, successful }) {
  if (!elt.matches("#claim") || !successful) return;
  const title = words("taken", { name: elt.dataset.customer ?? "" });
  toast({ title, text: words("taken-back"), key: "taken" });
}

/** Status or agent of the open chat. @param {any} chat */
function stateChanged(chat) {
  if (chat.mergedInto) return follow(chat.id, chat.mergedInto);
  const canWrite = document.querySelector("#conversation form.composer") !== null;
  // Whether one can write is part of the chat's HTML, so a block or its end asks for all of it.
  if (canWrite === (chat.status === "blocked")) return refresh("#conversation");
  refresh("#chat-header");
  refresh("#customer", 2_000);
}

/** All that was said has moved, since its customer is known now; what is being written goes along. @param {number} from @param {number} into */
function follow(from, into) {
  const draft = (/** @type {number} */ chatId) => new Draft(storage, viewer().keeper, chatId);
  const [before, now] = [draft(from), draft(into)];
  const [text, id] = [before.begun(""), before.repliesTo(from)];
  if ((text || id) && !now.begun("")) now.reply(text, id ? { chatId: into, id } : undefined);
  before.reply("");
  location.assign(addressOf(into));
}

/** A row tells of its customer alone; colleagues are seen in the chat. @param {{chatId: number, userId: number, name: string, isTyping: boolean}} event */
function typed(event) {
  if (rowOf(event.chatId)?.dataset.customerId !== String(event.userId)) return;
  let typists = typing.get(event.chatId);
  if (!typists) {
    typists = new Typists((names) => rowTyping(event.chatId, names.length > 0));
    typing.set(event.chatId, typists);
  }
  typists.heard(event);
}

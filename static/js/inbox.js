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
import { isPressing, whenReleased, whenStill } from "deskbell/pressing.js";
import { COUNTS_PAUSE, refresh } from "deskbell/refresh.js";
import { keepOpenRow, markRows, nameSites, pinChanged, putOpenRowBack, reload, rowChanged, rowOf, rowTyping, sweepRows } from "deskbell/rows.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { muteButton } from "deskbell/sound.js";
import { titleOf, unreadTotal } from "deskbell/title.js";
import { toast, untoast } from "deskbell/toast.js";
import { Typists } from "deskbell/typing.js";
import { viewer } from "deskbell/viewer.js";
import { showViewers, viewersChanged } from "deskbell/viewers.js";
import { words } from "deskbell/words.js";

const MINUTE = 60_000;
const OVERVIEW_PAUSE = 3_000;
/** What is clicked on while it may be loaded anew. */
const LISTS = "#chat-rows, #customer-choices, #colleagues";

/** Who types in which chat of the list. @type {Map<number, Typists>} */
const typing = new Map();

begin(() => {
  dress(markRows);
  dress(nameSites);
  dress(offerHandling);
  followHandling();
  mount("#mute", muteButton);
  mount("#unread-total", unreadTotal);
  mount("#viewers", showViewers);
  mount("#chat-rows", listChosen);
  mount("#chat-filters", filtersCame);
  mount("#chat-tag-list", showTags);
  mount("[data-undo]", (form) => htmx.process(form)); // at once: who is quick would send it as a form
  mount("#found[hx-trigger]", (found) => {
    const ask = () => {
      // Days that a search names are those of its reader's clock.
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
      found.setAttribute("hx-vals", JSON.stringify({ zone }));
      htmx.process(found); // which it does itself a moment after it has put it there
      htmx.trigger(found, "styled");
    };
    void import("deskbell/styled.js").then(({ styled }) => styled()).then(ask, ask);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr } = /** @type {CustomEvent} */ (event).detail;
    filterWanted(elt, xhr);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    aimAnew(detail);
    refuseStale(detail);
    waitForRelease(detail);
    if (detail.shouldSwap && detail.target.id === "chat-rows" && !isChosen) keepOpenRow();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    claimed(detail);
    if (detail.successful) undone(detail.elt);
  });
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => push(/** @type {CustomEvent} */ (event).detail));
  mount("#conversation", chatOpened);
  document.addEventListener("deskbell:state", (event) => stateChanged(/** @type {CustomEvent} */ (event).detail.chat));
  live.on("new_chat_message", (event) => {
    // A line that tells of something else has not ended what the last one to write is typing.
    const { lastMessage } = event.chat;
    if (lastMessage?.seq === event.version) typing.get(event.chatId)?.gone(lastMessage.senderId);
    whenStill(() => rowChanged(event));
    alertOf(event);
    confirmDelivery(event);
    counts();
  });
  for (const name of ["chat_changed", "unread_mark_changed", "priority_changed"]) {
    live.on(name, (event) => {
      whenStill(() => rowChanged(event));
      counts();
      if (name[0] === "p" && event.chatId === openChatId()) refresh("#chat-header");
      if (event.chat?.mergedInto && event.chat.mergedInto === openChatId()) refresh("#customer");
    });
  }
  live.on("tags_changed", (event) => {
    whenStill(() => rowChanged(event));
    tagged = { ...event, looks: 3 };
    showTags();
  });
  live.on("snooze_changed", (event) => {
    whenStill(() => rowChanged(event));
    counts();
    if (event.chatId === openChatId()) refresh("#chat-header");
    if (event.isDue) void import("deskbell/handling.js").then(({ isBack }) => isBack(event));
  });
  live.on("taken_over", (event) => void import("deskbell/handling.js").then(({ isTaken }) => isTaken(event)));
  live.on("pin_changed", (event) => {
    whenStill(() => pinChanged(event));
    if (event.chatId === openChatId()) refresh("#chat-header");
  });
  live.on("chat_erased", ({ chatId }) => {
    rowOf(chatId)?.remove();
    if (chatId === openChatId()) void htmx.ajax("GET", addressOf(null), { target: "#conversation", swap: "outerHTML" });
    counts();
  });
  live.on("chat_rated", ({ chatId }) => {
    if (chatId === openChatId()) refresh("#customer");
  });
  live.on("user_typing", typed);
  live.on("viewers", viewersChanged);
  live.on("person_changed", (event) => {
    personChanged(event);
    reload();
    refresh("#overview", OVERVIEW_PAUSE);
    refresh("#people, #person-head");
  });
  mount(".chat", followNotes);
  for (const name of ["note_changed", "mentioned", "mentions_seen"]) {
    live.on(name, (event) => void notes().then(({ heard }) => heard(name, event), () => {}));
  }
  live.on("availability", ({ userId }) => {
    if (userId === viewer().id) refresh("#availability");
    refresh("#chat-header", COUNTS_PAUSE);
  });
  void import("deskbell/idling.js").then(({ noteActivity }) => noteActivity());
  // Nothing tells that a time is over.
  setInterval(() => {
    if (!document.getElementById("filter-overdue")) return;
    counts();
    if (document.getElementById("chat-rows")?.dataset.filter === "overdue") reload();
  }, MINUTE);
  live.on("settings_changed", (event) => void import("deskbell/settings.js").then(({ settingsChanged }) => settingsChanged(event), () => {}));
  live.on("saved_views_changed", () => refresh("#chat-filters", 0));
  live.on("presence", () => refresh("#overview", OVERVIEW_PAUSE));
  live.watch(catchUpList);
  listenToKeys();
  document.addEventListener("click", ({ target }) => {
    const hit = target instanceof Element ? target.closest("#found [data-goes-to]") : null;
    wanted = hit?.getAttribute("data-goes-to") ?? "";
    const button = target instanceof Element ? target.closest("[data-whispers]") : null;
    if (button instanceof HTMLElement) void notes().then(({ whisper }) => whisper(button), () => {});
  }, { capture: true });
  document.addEventListener("click", ({ target, shiftKey }) => {
    const found = target instanceof Element ? target.closest(".row-check input, [data-chooses]") : null;
    const isShown = found?.getAttribute("aria-pressed") === "true"; // as it was pressed: the script may come later
    if (found instanceof HTMLElement) void import("deskbell/selecting.js").then(({ choose }) => choose(found, shiftKey, isShown));
  });
  followToasts();
});

/** The way back has been gone, and who went it goes on in the list. @param {Element} form */
function undone(form) {
  const done = form.closest(".toast");
  const isWithin = done?.contains(document.activeElement);
  done?.remove();
  if (!isWithin) return;
  const places = ["#chat-rows [aria-current]", '#chat-rows [tabindex="0"]', "#conversation"];
  for (const place of places) {
    if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (document.querySelector(place))?.focus();
  }
}

/** What staff alone sees beside a chat comes behind it. */
function notes() {
  return import("deskbell/notes.js");
}

/** Without a line they come with the next one. @param {Element} chat */
function followNotes(chat) {
  if (chat instanceof HTMLElement) void notes().then(({ follow }) => follow(chat), () => (notesMissed = true));
}

let notesMissed = false;

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
  if (notesMissed) {
    notesMissed = false;
    for (const chat of document.querySelectorAll(".chat")) followNotes(chat);
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
  // A list that was asked for beside a click may come first: the address is the click's to change, or the way back
  // would lead past what was there before it.
  if (!isAsked) completeAddress();
}

/** Numbers that may be older than what was said last are asked for once more. @param {HTMLElement} filters */
function filtersCame({ dataset }) {
  markFilter();
  const timer = setTimeout(() => dataset.again && counts(), Number(dataset.again));
  return () => clearTimeout(timer);
}

/** Which list is there, also where the filters were asked for while another one was. */
function markFilter() {
  const { filter = "all", q = "", site = "" } = document.getElementById("chat-rows")?.dataset ?? {};
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#chat-filters a[data-filter]")]);
  const views = links.filter(({ dataset }) => dataset.filter === filter && dataset.q === q && dataset.site === site);
  for (const link of links) {
    const { dataset } = link;
    const isShown = views.length ? views.includes(link) : dataset.filter === filter && dataset.q === undefined;
    if (isShown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  document.getElementById("filter-more")?.setAttribute("data-shows", filter);
}

/** Whether somebody has chosen a list that is not there yet: also of the one they see, they want what is in it. */
let isChosen = false;

/** Whether what a click on a filter asks for is on its way. */
let isAsked = false;

/** Whatever asks for the list from now on asks for the one that was chosen. @param {Element} link @param {XMLHttpRequest} xhr */
function filterWanted(link, xhr) {
  if (!link.matches("a[data-filter]")) return;
  isChosen = isAsked = true;
  // HTMX says so by the link, which has come anew where the filters have: then nobody hears of it.
  xhr.addEventListener("loadend", filterAnswered);
  askFor(link.getAttribute("data-filter") ?? "all");
  const { q, site = "" } = /** @type {HTMLElement} */ (link).dataset;
  if (q === undefined) return;
  // A view is a search and a site as well.
  const fields = [searchField(), siteField()];
  [q, site].forEach((value, at) => fields[at] && (fields[at].value = value));
}

function filterAnswered() {
  isAsked = false;
  completeAddress();
}

/** The list that was there when somebody clicked may have given way to another one since. @param {any} swap */
function aimAnew(swap) {
  if (swap.target.id === "chat-rows") swap.target = document.getElementById("chat-rows") ?? swap.target;
}

/** A list that was under way when another one was chosen comes too late. @param {any} swap */
function refuseStale(swap) {
  if (swap.target.id !== "chat-rows") return;
  const { searchParams } = new URL(swap.pathInfo.finalRequestPath, location.href);
  const isOf = (/** @type {string} */ name, /** @type {{value: string} | null} */ chosen, nothing = "") =>
    !chosen || plain(searchParams.get(name) ?? nothing) === plain(chosen.value);
  if (!isOf("filter", field(), "all") || !isOf("site", siteField()) || !isOf("q", searchField())) swap.shouldSwap = false;
}

/** As the server looks for it. @param {string} text */
function plain(text) {
  return text.trim().replace(/\s+/g, " ");
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

function searchField() {
  return /** @type {HTMLInputElement | null} */ (document.getElementById("chat-search"));
}

/** Whose chats are asked for, where there are several sites. */
function siteField() {
  return /** @type {HTMLSelectElement | null} */ (document.getElementById("chat-site"));
}

/** The message or note that was found, and is gone to once its chat is here. */
let wanted = location.hash.slice(1);

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
  const left = opened;
  opened = openChatId();
  untoast(`chat-${opened}`);
  // Who leaves a chat by what was in it goes on in the list.
  if (left && !opened && document.activeElement === document.body) return rowOf(left)?.querySelector("a")?.focus();
  // Whoever is elsewhere stays there when the same chat comes again.
  if (!wanted && isRefreshed && document.activeElement !== document.body) return;
  // Where nobody can write there is nothing to begin with.
  if (isFirst && !conversation.querySelector(".composer")) return;
  const chat = conversation.querySelector(".chat");
  if (chat && /^(message|note)-\d+$/.test(wanted)) return goToWanted(chat);
  // On a phone the keyboard would cover what one came to read.
  if (chat && !matchMedia("(pointer: coarse)").matches) conversationOf(chat)?.focus();
}

/** @param {Element} chat */
function goToWanted(chat) {
  const id = wanted;
  wanted = "";
  void import("deskbell/finding.js").then(({ goToFound }) => goToFound(chat, id), () => {});
}

/** What was told last of a chat's tags. @type {{chatId: number, tags: string[], looks: number} | null} */
let tagged = null;

/** An answer that was on its way may show less than what was told meanwhile, and take the place of a newer one. */
function showTags() {
  if (!tagged || tagged.chatId !== openChatId() || !tagged.looks--) return;
  const there = [...document.querySelectorAll("#chat-tags .tag-name")].map((tag) => tag.textContent);
  if (there.join("\n") !== tagged.tags.join("\n")) refresh("#chat-tag-list");
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
  const isClosed = document.querySelector("#conversation .composer-closed") !== null;
  // What one can write is part of the chat's HTML, so a block or its end asks for all of it.
  if (isClosed !== (chat.status === "blocked")) return refresh("#conversation");
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

/**
 * The inbox's address: which chat is open, and which list stands beside it.
 */

import { openChatId } from "deskbell/open.js";

/**
 * With the list as it is now, or another one.
 *
 * @param {number | null} chatId
 * @param {{filter?: string, q?: string, site?: string}} [shown]
 */
export function addressOf(chatId, shown = undefined) {
  const list = document.getElementById("chat-rows");
  const { filter = "all", q = "", site = "" } = shown ?? list?.dataset ?? {};
  const query = new URLSearchParams();
  if (filter !== "all") query.set("filter", filter);
  if (q) query.set("q", q);
  if (site) query.set("site", site);
  // Loaded anew without it, a chat that somebody only watches would be opened.
  if (chatId === openChatId() && isWatched()) query.set("watch", "1");
  const inbox = list?.closest("#chat-list")?.querySelector("form.search")?.getAttribute("action") ?? "/admin/messages";
  const path = chatId === null ? inbox : `${inbox}/${chatId}`;
  return query.size ? `${path}?${query}` : path;
}

/** Whether the open chat is only watched because its address says so. */
function isWatched() {
  return new URLSearchParams(location.search).has("watch") && document.querySelector(".chat[data-watches]") !== null;
}

/**
 * A click puts into the history what was clicked on, a filter or a chat; the rest of what is on the
 * page is added here. A frame of the demo has no address of its own.
 */
export function completeAddress() {
  const isPartOfAPage = !document.getElementById("conversation") || document.body.hasAttribute("data-demo");
  const address = addressOf(openChatId());
  if (isPartOfAPage || location.pathname + location.search === address) return;
  history.replaceState(history.state, "", address);
}

/**
 * The history is given the whole address at once: with a part of it for a moment, a click in that moment would leave
 * that part behind as an entry. What is clicked on though it is there already is no second entry: the way back would
 * lead nowhere.
 *
 * @param {{history: {type: string, path: string}, target: Element, pathInfo: {finalRequestPath: string}}} update of the history, by HTMX
 */
export function push({ history: entry, target, pathInfo }) {
  const { pathname, searchParams } = new URL(pathInfo.finalRequestPath, location.href);
  const isList = target.id === "chat-rows";
  const address = isList
    ? addressOf(openChatId(), Object.fromEntries(searchParams))
    : addressOf(Number(pathname.split("/").at(-1)) || null);
  entry.path = address;
  if (address === location.pathname + location.search) entry.type = "replace";
}

/**
 * The inbox's address: which chat is open, and which list stands beside it.
 */

import { openChatId } from "deskbell/open.js";

/** With the list as it is now. @param {number | null} chatId */
export function addressOf(chatId) {
  const list = document.getElementById("chat-rows");
  const { filter = "all", q = "" } = list?.dataset ?? {};
  const query = new URLSearchParams();
  if (filter !== "all") query.set("filter", filter);
  if (q) query.set("q", q);
  const inbox = list?.closest("#chat-list")?.querySelector("form.search")?.getAttribute("action") ?? "/admin/messages";
  const path = chatId === null ? inbox : `${inbox}/${chatId}`;
  return query.size ? `${path}?${query}` : path;
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

/**
 * What is asked for beside a message, or in it: it comes with the first click.
 */

import { askToTakeBack, edit } from "deskbell/edits.js";
import { choose, give } from "deskbell/reactions.js";
import { goTo } from "deskbell/replies.js";

/**
 * @param {HTMLElement} found what was clicked on
 * @param {HTMLElement} message in which it stands
 * @param {boolean} wasOpen whether its choice of reactions was
 */
export function act(found, message, wasOpen) {
  const chat = found.closest(".chat");
  if (found.matches("[data-edit]")) edit(message);
  else if (found.matches("[data-take-back]")) askToTakeBack(message);
  else if (found.matches("[data-react]")) wasOpen || choose(found, (emoji) => void give(message, emoji));
  else if (found.matches(".reaction")) void give(message, found.dataset.emoji ?? "");
  else if (chat) void goTo(chat, found.getAttribute("href")?.slice(1) ?? "");
}

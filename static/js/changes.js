/**
 * What somebody does to a message that is there.
 */

import { conversationOf } from "deskbell/conversation.js";
import { live } from "deskbell/socket.js";
import { toast } from "deskbell/toast.js";
import { offerTools } from "deskbell/tools.js";
import { words } from "deskbell/words.js";

/**
 * The page shows it when it is told of it, as everybody's does.
 *
 * @param {HTMLElement} message
 * @param {string} event
 * @param {object} [payload]
 * @returns {Promise<boolean>} whether it was done
 */
export async function change(message, event, payload = {}) {
  const messageId = Number(message.id.replace("message-", ""));
  const chat = conversationOf(message.closest(".chat"));
  try {
    const answer = await live.request(event, { messageId, ...payload });
    chat?.mention(answer.message.version);
    return true;
  } catch (refusal) {
    const said = /** @type {{message?: string}} */ (refusal).message;
    toast({ title: said || words("went-wrong"), key: "edit", isError: true });
    offerTools(message);
    return false;
  }
}

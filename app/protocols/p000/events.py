"""Events in."""

from typing import Any

from app.operations import access, messages, presence, receipts
from app.operations.messages import Draft
from app.protocols.p000 import mapping
from app.protocols.p000.protocol import protocol
from app.protocols.speakers import Speaker
from app.queries import chats
from app.queries import messages as history
from app.queries.holds import as_told


@protocol.on("user:join", mapping.Join, is_hello=True)
def join(speaker: Speaker, _payload: mapping.Join) -> dict[str, Any]:
    if speaker.actor.is_staff:
        presence.joins(speaker.actor)
    return {"userId": speaker.actor.id, "role": protocol.role_of(speaker.actor)}


@protocol.on("message:send", mapping.Send)
def send(speaker: Speaker, payload: mapping.Send) -> dict[str, Any]:
    draft = Draft(payload.message, payload.client_id)
    message = messages.send(speaker.actor, payload.conversation_id, draft)
    chat = as_told(speaker.actor, access.chat_for(speaker.actor, message.chat_id))
    return {"message": mapping.received(message, chat, chat.side_of(speaker.actor))}


@protocol.on("admin:getConversations", mapping.GetConversations, is_bare=True)
def conversations(speaker: Speaker, payload: mapping.GetConversations) -> list[dict[str, Any]]:
    access.check_still_holds(speaker.actor)
    access.require_staff(speaker.actor)
    page = chats.numbered(speaker.actor, payload.page, payload.limit)
    newest = history.newest_of(page)
    return [mapping.listed(chat, newest.get(chat.id)) for chat in page]


@protocol.on("conversation:getMessages", mapping.GetMessages, is_bare=True)
def conversation_messages(speaker: Speaker, payload: mapping.GetMessages) -> list[dict[str, Any]]:
    """Fetching a page is the only way in which 000 says that it was read."""
    chat = access.chat_for(speaker.actor, payload.conversation_id)
    if chat.is_party(speaker.actor):
        receipts.mark_all_read(speaker.actor, chat.id)
    is_theirs = speaker.actor.id == chat.customer_id
    page = history.numbered(chat.id, payload.page, payload.limit, with_held=is_theirs)
    return [mapping.message_out(message, chat) for message in page.messages]

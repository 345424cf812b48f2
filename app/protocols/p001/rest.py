"""The REST door: `/chat`."""

from typing import Any

from app.errors import ChatBlocked, ChatNotFound, Forbidden, NewerChat, NotFound, TooFast
from app.models.chats import Status
from app.models.users import Actor
from app.operations import access, closures, receipts
from app.protocols.p001 import mapping, sending
from app.protocols.p001.protocol import protocol
from app.protocols.shapes import Nothing, Paged
from app.queries import chats, messages, unread
from app.queries.holds import as_told
from app.rest import STAFF


@protocol.endpoint(
    "POST",
    "/messages",
    body=mapping.Send001,
    answer=mapping.Message001,
    status=201,
    raises=(ChatBlocked, ChatNotFound, Forbidden, NewerChat, NotFound, TooFast),
    free=frozenset({"userId"}),  # whom staff writes to, not who writes
)
def send(actor: Actor, body: mapping.Send001) -> dict[str, Any]:
    """Send a message.

    Without `conversationId` it goes into a user's own conversation, which is opened if need be;
    staff say by `userId` with whom they start one.
    """
    return mapping.message_out(sending.send(actor, body))


@protocol.endpoint(
    "GET",
    "/conversations",
    query=mapping.ConversationQuery001,
    answer=list[mapping.Conversation001],
)
def conversations(actor: Actor, query: mapping.ConversationQuery001) -> list[dict[str, Any]]:
    """List conversations, newest activity first.

    Staff see everybody's, others their own.
    """
    statuses = mapping.STATUSES[query.status] if query.status else tuple(Status)
    page = chats.numbered(actor, query.page, query.limit, statuses=statuses)
    page = [as_told(actor, chat) for chat in page]
    return [mapping.conversation_out(chat, chat.side_of(actor)) for chat in page]


@protocol.endpoint("GET", "/conversations/<id:chat_id>", answer=mapping.Conversation001)
def conversation(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Show a conversation."""
    chat = as_told(actor, access.chat_for(actor, chat_id))
    return mapping.conversation_out(chat, chat.side_of(actor))


@protocol.endpoint(
    "GET",
    "/conversations/<id:chat_id>/messages",
    query=Paged,
    answer=list[mapping.Message001],
)
def conversation_messages(actor: Actor, chat_id: int, query: Paged) -> list[dict[str, Any]]:
    """Page through a conversation's messages, oldest first; page 1 is the newest."""
    chat = access.chat_for(actor, chat_id)
    is_theirs = actor.id == chat.customer_id
    page = messages.numbered(chat.id, query.page, query.limit, with_held=is_theirs)
    return [mapping.message_out(message) for message in page.messages]


@protocol.endpoint(
    "POST",
    "/conversations/<id:chat_id>/read",
    body=Nothing,
    answer=mapping.Updated001,
    raises=(Forbidden,),
)
def read(actor: Actor, chat_id: int, body: Nothing) -> dict[str, Any]:
    """Mark what the other side wrote as read."""
    return {"updated": receipts.mark_all_read(actor, chat_id)}


@protocol.endpoint(
    "PATCH",
    "/conversations/<id:chat_id>",
    body=mapping.ConversationChange001,
    answer=mapping.Conversation001,
    only=STAFF,
    raises=(ChatBlocked, NewerChat),
)
def change(actor: Actor, chat_id: int, body: mapping.ConversationChange001) -> dict[str, Any]:
    """Close a conversation, or open it again, which takes it."""
    turn = closures.close if body.status == "CLOSED" else closures.reopen
    chat = turn(actor, chat_id)
    return mapping.conversation_out(chat, chat.side_of(actor))


@protocol.endpoint("GET", "/unread-count", answer=mapping.UnreadCount001)
def unread_count(actor: Actor) -> dict[str, Any]:
    """Count what was not read in all conversations together."""
    return {"unreadCount": unread.of_messages(actor)}

"""The endpoints."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.errors import ChatBlocked, Forbidden, Invalid, NotFound, TooFast
from app.models.chats import LIVING, ChatState, Status
from app.models.typing import typists
from app.models.users import Actor
from app.operations import access, archives, receipts
from app.operations import chats as opening
from app.protocols.p004 import mapping
from app.protocols.p004.protocol import protocol
from app.protocols.shapes import Nothing, Paged
from app.queries import chats, messages, users
from app.queries.holds import as_told

ACTIVE = [Status(status) for status in LIVING]


@protocol.endpoint(
    "POST",
    "/conversations",
    body=mapping.OpenConversation004,
    answer=mapping.Conversation004,
    status=201,
    also={200: "The one of these three that was there already."},
    raises=(Forbidden, NotFound, TooFast),
)
def open_conversation(
    actor: Actor, body: mapping.OpenConversation004
) -> tuple[dict[str, Any], int]:
    """Start a conversation of a provider and a customer, about one order where there is one.

    Only the two of them and staff may.
    """
    chat, is_new = opening.open_between(actor, body.provider_id, body.customer_id, body.order_id)
    return shown(actor, [chat])[0], 201 if is_new else 200


@protocol.endpoint("GET", "/conversations", query=Paged, answer=list[mapping.Conversation004])
def conversations(actor: Actor, query: Paged) -> list[dict[str, Any]]:
    """List one's own active conversations, newest activity first.

    Of staff those that are assigned to the caller.
    """
    page = chats.numbered(actor, query.page, query.limit, statuses=ACTIVE, mine=True)
    return shown(actor, page)


@protocol.endpoint(
    "GET",
    "/conversations/<id:conversation_id>/messages",
    query=mapping.MessageQuery004,
    answer=mapping.MessagePage004,
)
def conversation_messages(
    actor: Actor, conversation_id: int, query: mapping.MessageQuery004
) -> dict[str, Any]:
    """Page through a conversation's messages, oldest first; page 1 is the newest.

    With `before` of one page as `before` of the next, there is neither gap nor double while
    messages arrive.
    """
    chat = access.chat_for(actor, conversation_id)
    limit = min(query.limit, current_app.config["CHAT_MESSAGE_LIMIT"])
    before = place_of(chat, query.before)
    of = {"with_lines": True, "with_held": actor.id == chat.customer_id}
    page = messages.numbered(chat.id, query.page, limit, before=before, **of)
    total = messages.count(chat.id, **of)
    return mapping.page_out(page, chat, page=query.page, limit=limit, total=total)


@protocol.endpoint(
    "PATCH",
    "/conversations/<id:conversation_id>/read",
    body=Nothing,
    answer=mapping.Updated004,
    raises=(Forbidden,),
)
def read(actor: Actor, conversation_id: int, body: Nothing) -> dict[str, Any]:
    """Mark everything in a conversation as read."""
    return {"updated": receipts.mark_all_read(actor, conversation_id)}


@protocol.endpoint(
    "PATCH",
    "/conversations/<id:conversation_id>/archive",
    body=Nothing,
    answer=mapping.Conversation004,
    raises=(ChatBlocked,),
)
def archive(actor: Actor, conversation_id: int, body: Nothing) -> dict[str, Any]:
    """Put a conversation away, for both sides; a message brings it back."""
    return shown(actor, [archives.archive(actor, conversation_id)])[0]


@protocol.endpoint(
    "GET",
    "/conversations/<id:conversation_id>/typing",
    query=Paged,
    answer=list[mapping.Typist004],
)
def typing(actor: Actor, conversation_id: int, query: Paged) -> list[dict[str, Any]]:
    """List the others who are typing in a conversation."""
    chat = access.chat_for(actor, conversation_id)
    others = [each for each in typists.of(chat.id) if each.user_id != actor.id]
    page = others[(query.page - 1) * query.limit :][: query.limit]
    return [mapping.typist_out(typist) for typist in page]


@protocol.endpoint("GET", "/online-users", query=Paged, answer=list[mapping.Presence004])
def online_users(actor: Actor, query: Paged) -> list[dict[str, Any]]:
    """List who is online, of those with whom the caller shares a conversation; for staff of all."""
    there = users.online_known_to(actor, query.page, query.limit)
    return [mapping.presence_out(person) for person in there]


def shown(actor: Actor, page: list[ChatState]) -> list[dict[str, Any]]:
    """Conversations as the actor's side has read them."""
    page = [as_told(actor, chat) for chat in page]
    newest = messages.newest_of(page)
    return [
        mapping.conversation_out(chat, newest.get(chat.id), chat.side_of(actor)) for chat in page
    ]


def place_of(chat: ChatState, message_id: int | None) -> int:
    """Where pages count back from. Raises `Invalid` for what is not in the conversation."""
    if message_id is None:
        return messages.END
    seq = messages.seq_of(chat.id, message_id)
    if seq is None:
        raise Invalid(fields={"before": _l("That message is not in this chat.")})
    return seq

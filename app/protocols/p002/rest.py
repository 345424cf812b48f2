"""The REST door: `/api/chat`."""

from typing import Any

from app.errors import ChatBlocked, Forbidden
from app.models.users import Actor
from app.operations import access, assignments, closures, receipts
from app.operations import chats as opening
from app.protocols.p002 import mapping
from app.protocols.p002.protocol import protocol
from app.protocols.shapes import Nothing, Paged
from app.queries import chats, messages
from app.rest import CUSTOMERS, STAFF


@protocol.endpoint("GET", "/room", answer=mapping.Room002, only=CUSTOMERS)
def own_room(actor: Actor) -> dict[str, Any]:
    """Get one's own room; an empty one is made if there is none."""
    chat, _is_new = opening.open_own(actor)
    return mapping.room_out(chat, actor)


@protocol.endpoint("GET", "/room/<id:chat_id>", answer=mapping.Room002)
def room(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Show a room."""
    return mapping.room_out(access.chat_for(actor, chat_id), actor)


@protocol.endpoint(
    "GET",
    "/room/<id:chat_id>/messages",
    query=Paged,
    answer=list[mapping.Message002],
)
def room_messages(actor: Actor, chat_id: int, query: Paged) -> list[dict[str, Any]]:
    """Page through a room's messages, oldest first; page 1 is the newest."""
    chat = access.chat_for(actor, chat_id)
    is_theirs = actor.id == chat.customer_id
    page = messages.numbered(chat.id, query.page, query.limit, with_held=is_theirs)
    return [mapping.message_out(message, chat) for message in page.messages]


@protocol.endpoint(
    "POST",
    "/room/<id:chat_id>/read",
    body=Nothing,
    answer=mapping.Updated002,
    raises=(Forbidden,),
)
def read(actor: Actor, chat_id: int, body: Nothing) -> dict[str, Any]:
    """Mark what the other side wrote as read."""
    return {"updated": receipts.mark_all_read(actor, chat_id)}


@protocol.endpoint(
    "POST",
    "/room/<id:chat_id>/close",
    body=Nothing,
    answer=mapping.Room002,
    raises=(ChatBlocked,),
)
def close(actor: Actor, chat_id: int, body: Nothing) -> dict[str, Any]:
    """Close a room.

    Staff and the room's own customer may. A closed room stays as it is.
    """
    return mapping.room_out(closures.close(actor, chat_id), actor)


@protocol.endpoint(
    "GET",
    "/support/rooms",
    query=mapping.RoomQuery002,
    answer=list[mapping.Room002],
    only=STAFF,
)
def support_rooms(actor: Actor, query: mapping.RoomQuery002) -> list[dict[str, Any]]:
    """List rooms, newest activity first: those that wait or are open, unless `status` says which.

    A room in which nobody has written is not among them.
    """
    page = chats.numbered(actor, query.page, query.limit, statuses=query.statuses)
    return mapping.rooms_out(page, actor)


@protocol.endpoint(
    "POST",
    "/support/room/<id:chat_id>/assign",
    body=Nothing,
    answer=mapping.Room002,
    only=STAFF,
    raises=assignments.CLAIM_REFUSALS,
)
def assign(actor: Actor, chat_id: int, body: Nothing) -> dict[str, Any]:
    """Take a room.

    Of two who take it at once one gets it; the message of the other's 409 names the holder.
    """
    return mapping.room_out(assignments.claim(actor, chat_id), actor)

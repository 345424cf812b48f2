"""REST: a user's own chat, the admin's list, history, and that it was read."""

from typing import Any

from app.errors import Forbidden
from app.models.users import Actor
from app.operations import access, assignments, receipts
from app.operations import chats as opening
from app.protocols.p003 import mapping
from app.protocols.p003.mapping import Chat003, Message003, Updated003
from app.protocols.p003.protocol import protocol
from app.protocols.shapes import Nothing, Paged
from app.queries import chats, messages
from app.queries.holds import as_told
from app.rest import CUSTOMERS, STAFF


@protocol.endpoint("GET", "/user/chat", answer=Chat003, only=CUSTOMERS)
def own_chat(actor: Actor) -> dict[str, Any]:
    """Show one's own chat, which is made if there is none."""
    chat, _is_new = opening.open_own(actor)
    return mapping.chat_out(as_told(actor, chat))


@protocol.endpoint("GET", "/user/chat/<id:chat_id>/messages", query=Paged, answer=list[Message003])
def own_messages(actor: Actor, chat_id: int, query: Paged) -> list[dict[str, Any]]:
    """Page through a chat's messages, oldest first. Page 1 is the newest."""
    return history(actor, chat_id, query)


@protocol.endpoint(
    "POST",
    "/user/chat/<id:chat_id>/read",
    body=Nothing,
    answer=Updated003,
    raises=(Forbidden,),
)
def read_own(actor: Actor, chat_id: int, body: Nothing) -> dict[str, int]:
    """Say that one has read everything in a chat."""
    return {"updated": receipts.mark_all_read(actor, chat_id)}


@protocol.endpoint("GET", "/admin/chats", query=Paged, answer=list[Chat003], only=STAFF)
def admin_chats(actor: Actor, query: Paged) -> list[dict[str, Any]]:
    """List all chats in which somebody has written, newest activity first."""
    return mapping.chats_out(chats.numbered(actor, query.page, query.limit))


@protocol.endpoint(
    "POST",
    "/admin/chat/<id:chat_id>/assign",
    body=Nothing,
    answer=Chat003,
    only=STAFF,
    raises=assignments.CLAIM_REFUSALS,
)
def assign(actor: Actor, chat_id: int, body: Nothing) -> dict[str, Any]:
    """Take a chat. When somebody else has it, the 409's message names them."""
    return mapping.chat_out(assignments.claim(actor, chat_id))


@protocol.endpoint(
    "GET",
    "/admin/chat/<id:chat_id>/messages",
    query=Paged,
    answer=list[Message003],
    only=STAFF,
)
def admin_messages(actor: Actor, chat_id: int, query: Paged) -> list[dict[str, Any]]:
    """Page through any chat's messages, oldest first. Page 1 is the newest."""
    return history(actor, chat_id, query)


@protocol.endpoint(
    "POST",
    "/admin/chat/<id:chat_id>/read",
    body=Nothing,
    answer=Updated003,
    only=STAFF,
    raises=(Forbidden,),
)
def read_as_admin(actor: Actor, chat_id: int, body: Nothing) -> dict[str, int]:
    """Say that staff has read everything in a chat."""
    return {"updated": receipts.mark_all_read(actor, chat_id)}


def history(actor: Actor, chat_id: int, query: Paged) -> list[dict[str, Any]]:
    chat = access.chat_for(actor, chat_id)
    is_theirs = actor.id == chat.customer_id
    page = messages.numbered(chat.id, query.page, query.limit, with_held=is_theirs)
    return mapping.messages_out(page.messages)

"""Events in: joining and leaving a chat, and catching up with it."""

from typing import Any

from app.operations import access, supervision
from app.queries import messages
from app.queries.holds import as_told
from app.queries.related import related
from app.realtime.live import on
from app.realtime.render import message_html
from app.realtime.viewers import tell_viewers
from app.schemas.chats import ChatRef, JoinChat, Sync, sync_out
from app.sockets import rooms
from app.sockets.connections import Connection


@on("join_chat", JoinChat)
def join_chat(connection: Connection, payload: JoinChat) -> dict[str, Any]:
    """Into the room first, then read: what happens in between arrives twice, never not at all."""
    access.chat_for(connection.actor, payload.chat_id)
    rooms.enter(connection, rooms.chat(payload.chat_id, connection.page_locale))
    connection.chats.add(payload.chat_id)
    if payload.watches and connection.actor.is_manager:
        connection.watched.add(payload.chat_id)
    else:
        connection.watched.discard(payload.chat_id)
    tell_viewers(payload.chat_id, connection)
    return caught_up(connection, payload.chat_id, payload.after)


@on("leave_chat", ChatRef)
def leave_chat(connection: Connection, payload: ChatRef) -> None:
    rooms.leave(connection, rooms.chat(payload.chat_id, connection.page_locale))
    rooms.leave(connection, rooms.notes(payload.chat_id, connection.page_locale))
    connection.chats.discard(payload.chat_id)
    connection.watched.discard(payload.chat_id)
    tell_viewers(payload.chat_id, connection)


@on("sync", Sync)
def sync(connection: Connection, payload: Sync) -> dict[str, Any]:
    return caught_up(connection, payload.chat_id, payload.after)


def caught_up(connection: Connection, chat_id: int, after: int | None) -> dict[str, Any]:
    actor = connection.actor
    chat = access.chat_for(actor, chat_id)
    supervision.read(actor, chat)
    with_held = access.sees_held(actor, chat)
    found = messages.caught_up(as_told(actor, chat), after, with_held=with_held)
    answer = sync_out(found, for_staff=actor.is_staff)
    if connection.is_page:
        beside = related(found.messages, with_held=with_held)
        for shape, message in zip(answer["messages"], found.messages, strict=True):
            about = (connection.locale, chat.customer_id, beside)
            shape["html"] = message_html(message, *about, for_staff=actor.is_staff)
    return answer

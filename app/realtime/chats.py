"""Events in: joining and leaving a chat, and catching up with it."""

from typing import Any

from app.operations import access
from app.queries import messages
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
    tell_viewers(payload.chat_id, connection)
    return caught_up(connection, payload.chat_id, payload.after)


@on("leave_chat", ChatRef)
def leave_chat(connection: Connection, payload: ChatRef) -> None:
    rooms.leave(connection, rooms.chat(payload.chat_id, connection.page_locale))
    connection.chats.discard(payload.chat_id)
    tell_viewers(payload.chat_id, connection)


@on("sync", Sync)
def sync(connection: Connection, payload: Sync) -> dict[str, Any]:
    return caught_up(connection, payload.chat_id, payload.after)


def caught_up(connection: Connection, chat_id: int, after: int | None) -> dict[str, Any]:
    found = messages.caught_up(access.chat_for(connection.actor, chat_id), after)
    answer = sync_out(found)
    if connection.is_page:
        beside = related(found.messages)
        for shape, message in zip(answer["messages"], found.messages, strict=True):
            shape["html"] = message_html(message, connection.locale, found.chat.customer_id, beside)
    return answer

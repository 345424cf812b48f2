"""Events in: chats marked as unread, and come back to."""

from typing import Any

from app.operations import unread_marks
from app.realtime.live import on
from app.schemas.chats import ChatRef
from app.schemas.unread_marks import unread_mark_out
from app.sockets.connections import Connection


@on("mark_unread", ChatRef)
def mark_unread(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return unread_mark_out(unread_marks.mark(connection.actor, payload.chat_id))


@on("unmark_unread", ChatRef)
def unmark_unread(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return unread_mark_out(unread_marks.clear(connection.actor, payload.chat_id))

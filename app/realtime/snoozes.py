"""Events in: chats put aside until a time, and taken up before."""

from typing import Any

from app.operations import snoozes
from app.realtime.live import on
from app.schemas.chats import ChatRef
from app.schemas.snoozes import SnoozeChat, snooze_out
from app.sockets.connections import Connection


@on("snooze_chat", SnoozeChat)
def snooze_chat(connection: Connection, payload: SnoozeChat) -> dict[str, Any]:
    return snooze_out(snoozes.snooze(connection.actor, payload.chat_id, payload.until_ms))


@on("wake_chat", ChatRef)
def wake_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return snooze_out(snoozes.wake(connection.actor, payload.chat_id))

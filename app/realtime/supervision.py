"""Events in: managers who look on at a chat, and take it over."""

from typing import Any

from app.operations import supervision
from app.realtime.live import on
from app.schemas.chats import ChatRef, chat_out
from app.sockets.connections import Connection


@on("watch_chat", ChatRef)
def watch_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return {"chat": chat_out(supervision.watch(connection.actor, payload.chat_id))}


@on("take_over_chat", ChatRef)
def take_over_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return {"chat": chat_out(supervision.take_over(connection.actor, payload.chat_id))}

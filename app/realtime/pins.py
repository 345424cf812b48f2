"""Events in: chats kept on top of one's lists."""

from typing import Any

from app.operations import pins
from app.realtime.live import on
from app.schemas.chats import ChatRef
from app.schemas.pins import pins_out
from app.sockets.connections import Connection


@on("pin_chat", ChatRef)
def pin_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return pins_out(pins.pin(connection.actor, payload.chat_id))


@on("unpin_chat", ChatRef)
def unpin_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return pins_out(pins.unpin(connection.actor, payload.chat_id))

"""Events in: received and read."""

from typing import Any

from app.operations import receipts
from app.realtime.live import on
from app.schemas.receipts import MarkUpTo
from app.sockets.connections import Connection


@on("mark_delivered", MarkUpTo)
def mark_delivered(connection: Connection, payload: MarkUpTo) -> dict[str, Any]:
    chat = receipts.mark_delivered(connection.actor, payload.chat_id, payload.up_to)
    return {"version": chat.version}


@on("mark_read", MarkUpTo)
def mark_read(connection: Connection, payload: MarkUpTo) -> dict[str, Any]:
    chat = receipts.mark_read(connection.actor, payload.chat_id, payload.up_to)
    return {"version": chat.version}

"""Events in: a held message is let through, or rejected."""

from typing import Any

from app.operations import holds
from app.realtime.live import on
from app.schemas.holds import RejectMessage, ReleaseMessage
from app.schemas.messages import message_out
from app.sockets.connections import Connection


@on("release_message", ReleaseMessage)
def release_message(connection: Connection, payload: ReleaseMessage) -> dict[str, Any]:
    message = holds.release(connection.actor, payload.message_id)
    return {"message": message_out(message, for_staff=True)}


@on("reject_message", RejectMessage)
def reject_message(connection: Connection, payload: RejectMessage) -> dict[str, Any]:
    message = holds.reject(connection.actor, payload.message_id)
    return {"message": message_out(message, for_staff=True)}

"""Events in: words or a file of a message are hidden for good."""

from typing import Any

from app.operations import redactions
from app.realtime.live import on
from app.schemas.messages import message_out
from app.schemas.redactions import RedactFile, RedactMessage
from app.sockets.connections import Connection


@on("redact_message", RedactMessage)
def redact_message(connection: Connection, payload: RedactMessage) -> dict[str, Any]:
    message = redactions.redact(connection.actor, payload.message_id, payload.words)
    return {"message": message_out(message)}


@on("redact_file", RedactFile)
def redact_file(connection: Connection, payload: RedactFile) -> dict[str, Any]:
    message = redactions.redact_file(connection.actor, payload.message_id, payload.file_id)
    return {"message": message_out(message)}

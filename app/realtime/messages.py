"""Events in: sending a message."""

from typing import Any

from app.operations import messages
from app.realtime.live import on
from app.schemas.messages import SendMessage, message_out
from app.sockets.connections import Connection


@on("send_message", SendMessage)
def send_message(connection: Connection, payload: SendMessage) -> dict[str, Any]:
    message = messages.send(connection.actor, payload.chat_id, payload.draft())
    return {"message": message_out(message)}

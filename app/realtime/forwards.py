"""Events in: a message is said again in another chat."""

from typing import Any

from app.operations import forwards
from app.realtime.live import on
from app.schemas.forwards import ForwardMessage
from app.schemas.messages import message_out
from app.sockets.connections import Connection


@on("forward_message", ForwardMessage)
def forward_message(connection: Connection, payload: ForwardMessage) -> dict[str, Any]:
    message = forwards.forward(
        connection.actor, payload.message_id, payload.chat_id, payload.client_id
    )
    return {"message": message_out(message)}

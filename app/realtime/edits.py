"""Events in: a message is edited, or taken back."""

from typing import Any

from app.operations import edits
from app.realtime.live import on
from app.schemas.edits import DeleteMessage, EditMessage
from app.schemas.messages import message_out
from app.sockets.connections import Connection


@on("edit_message", EditMessage)
def edit_message(connection: Connection, payload: EditMessage) -> dict[str, Any]:
    message = edits.edit(connection.actor, payload.message_id, payload.message)
    return {"message": message_out(message)}


@on("delete_message", DeleteMessage)
def delete_message(connection: Connection, payload: DeleteMessage) -> dict[str, Any]:
    return {"message": message_out(edits.take_back(connection.actor, payload.message_id))}

"""Events in: somebody reacts to a message, or no longer."""

from typing import Any

from app.operations import reactions
from app.realtime.live import on
from app.schemas.messages import message_out
from app.schemas.reactions import React
from app.sockets.connections import Connection


@on("react", React)
def react(connection: Connection, payload: React) -> dict[str, Any]:
    message = reactions.react(connection.actor, payload.message_id, payload.emoji)
    return {"message": message_out(message)}


@on("unreact", React)
def unreact(connection: Connection, payload: React) -> dict[str, Any]:
    message = reactions.unreact(connection.actor, payload.message_id, payload.emoji)
    return {"message": message_out(message)}

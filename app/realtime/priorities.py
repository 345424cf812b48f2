"""Events in: how urgent a chat is."""

from typing import Any

from app.operations import priorities
from app.realtime.live import on
from app.schemas.priorities import SetPriority, priority_out
from app.sockets.connections import Connection


@on("set_priority", SetPriority)
def set_priority(connection: Connection, payload: SetPriority) -> dict[str, Any]:
    return priority_out(priorities.prioritise(connection.actor, payload.chat_id, payload.priority))

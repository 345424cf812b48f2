"""Events in: one is away, or back, or does something."""

from typing import Any

from app.operations import availability
from app.realtime.live import on
from app.schemas.availability import BeActive, SetAway, standing_out
from app.sockets.connections import Connection


@on("set_away", SetAway)
def set_away(connection: Connection, payload: SetAway) -> dict[str, Any]:
    return standing_out(availability.set_away(connection.actor, payload.is_away))


@on("be_active", BeActive)
def be_active(connection: Connection, payload: BeActive) -> dict[str, Any]:
    return standing_out(availability.be_active(connection.actor))

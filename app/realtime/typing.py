"""Events in: typing."""

from app.operations import typing
from app.realtime.live import on
from app.schemas.typing import Typing
from app.sockets.connections import Connection


@on("typing", Typing)
def signal(connection: Connection, payload: Typing) -> None:
    typing.signal(connection.actor, payload.chat_id, payload.is_typing)

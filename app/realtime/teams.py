"""Events in: a chat goes to a colleague or a team."""

from typing import Any

from app.operations import transfers
from app.realtime.live import on
from app.schemas.chats import chat_out
from app.schemas.teams import TransferChat
from app.sockets.connections import Connection


@on("transfer_chat", TransferChat)
def transfer_chat(connection: Connection, payload: TransferChat) -> dict[str, Any]:
    known = (payload.chat_id, payload.version)
    moved = transfers.transfer(connection.actor, *known, **payload.wanted)
    return {"chat": chat_out(moved.chat), "undo": moved.undo}

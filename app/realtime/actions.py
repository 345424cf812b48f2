"""Events in: something done to several chats at once, and undone."""

from typing import Any

from app.operations import actions
from app.realtime.live import on
from app.schemas.actions import Act, Undo, outcome_out
from app.sockets.connections import Connection


@on("act_on_chats", Act)
def act_on_chats(connection: Connection, payload: Act) -> dict[str, Any]:
    return outcome_out(actions.act(connection.actor, payload.chat_ids, payload.wanted))


@on("undo_action", Undo)
def undo_action(connection: Connection, payload: Undo) -> dict[str, Any]:
    return outcome_out(actions.undo(connection.actor, payload.undo))

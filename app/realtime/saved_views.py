"""Events in: a list of chats is kept under a name, or no more."""

from typing import Any

from app.operations import saved_views
from app.realtime.live import on
from app.schemas.saved_views import NewSavedView, SavedViewRef, view_out
from app.sockets.connections import Connection


@on("save_view", NewSavedView)
def save_view(connection: Connection, payload: NewSavedView) -> dict[str, Any]:
    return {"view": view_out(saved_views.save(connection.actor, **dict(payload)))}


@on("remove_view", SavedViewRef)
def remove_view(connection: Connection, payload: SavedViewRef) -> None:
    saved_views.remove(connection.actor, payload.view_id)

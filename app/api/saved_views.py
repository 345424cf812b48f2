"""Lists of chats that staff keeps under a name."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import saved_views as operations
from app.queries import saved_views
from app.rest import STAFF
from app.schemas.saved_views import (
    NewSavedView,
    SavedViewOut,
    SavedViewsOut,
    counted_out,
    view_out,
)


@endpoint("GET", "/views", answer=SavedViewsOut, only=STAFF)
def views(actor: Actor) -> dict[str, Any]:
    """Everybody's and one's own, each with how many chats it shows."""
    return {"views": [counted_out(*each) for each in saved_views.counted(actor)]}


@endpoint(
    "POST",
    "/views",
    body=NewSavedView,
    answer=SavedViewOut,
    status=201,
    only=STAFF,
    raises=(TooFast,),
)
def save_view(actor: Actor, body: NewSavedView) -> dict[str, Any]:
    """Keep a list under a name."""
    return view_out(operations.save(actor, **dict(body)))


@endpoint("DELETE", "/views/<id:view_id>", status=204, only=STAFF, raises=(NotFound, TooFast))
def remove_view(actor: Actor, view_id: int) -> None:
    """Remove one. The chats stay as they are."""
    operations.remove(actor, view_id)

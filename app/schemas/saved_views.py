"""Views on the wire: for staff."""

from typing import Annotated, Any

from pydantic import Field, StrictBool

from app.clock import iso
from app.models.saved_views import SavedViewState
from app.queries.inbox import Filter
from app.queries.saved_views import Number
from app.schemas.wire import Id, Wire

Words = Annotated[str, Field(max_length=2000)]


class SavedViewOut(Wire):
    """A list of chats under a name; `isShared` where it is everybody's and not one's own."""

    id: int
    name: str
    filter: Filter
    search: str
    site_id: int | None
    is_shared: bool
    created_at: str


class CountedView(SavedViewOut):
    chats: int | None = Field(
        description="that it shows; 100 for so many or more; of words up to 10 seconds old"
    )


class SavedViewsOut(Wire):
    views: list[CountedView]


class SavedViewAck(Wire):
    view: SavedViewOut


class NewSavedView(Wire):
    """`save_view`: the list of a filter, of those whom a search finds, and of one site."""

    name: Words
    filter: Filter = Filter.ALL
    search: Words = Field(default="", description="words, `tag:` and `team:`")
    site_id: Id | None = None
    is_shared: StrictBool = Field(default=False, description="managers alone say so")


class SavedViewRef(Wire):
    """`remove_view`."""

    view_id: Id


class SavedViewsEvent(Wire):
    """`saved_views_changed`: there is one more or less; `views` of REST says which."""


def view_out(view: SavedViewState) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "filter": view.filter,
        "search": view.search,
        "siteId": view.site_id,
        "isShared": view.is_shared,
        "createdAt": iso(view.created_at),
    }


def counted_out(view: SavedViewState, number: Number) -> dict[str, Any]:
    return view_out(view) | {"chats": number.chats}

"""The views that somebody of staff has beside the filters, and how many chats each shows."""

from typing import Any

from sqlalchemy import select

from app import criteria
from app.models import database
from app.models.saved_views import AT_HAND, SavedViewState
from app.models.users import Actor
from app.queries import inbox
from app.queries.inbox import COUNT_LIMIT, Filter


def at_hand(staff: Actor) -> list[SavedViewState]:
    """Everybody's, then one's own, each by name."""
    return [SavedViewState._make(row) for row in database.rows(AT_HAND, staff_id=staff.id)]


def counted(staff: Actor) -> list[tuple[SavedViewState, int | None]]:
    """Those at hand, each with how many chats it shows, at most `COUNT_LIMIT`.

    None for one that looks for words: to find people by their names takes longer than a number
    that is asked for with each message may.
    """
    views = at_hand(staff)
    numbers = {view.id: number_of(staff, view) for view in views}
    told = {view_id: each for view_id, each in numbers.items() if each is not None}
    found = database.rows(select(*told.values())) if told else [()]
    by_view = dict(zip(told, found[0], strict=True))
    return [(view, at_most(by_view.get(view.id))) for view in views]


def number_of(staff: Actor, view: SavedViewState) -> Any:
    asked = criteria.of_chats(view.search)
    if asked is None or asked.words:
        return None
    tagged = inbox.narrowing(asked)
    (parts,) = inbox.parts_of(staff, Filter(view.filter), "", view.site_id, tagged)
    return inbox.count_of(parts)


def at_most(number: int | None) -> int | None:
    return None if number is None else min(int(number), COUNT_LIMIT)

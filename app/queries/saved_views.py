"""The views that somebody of staff has beside the filters, and how many chats each shows."""

import time
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import literal, select

from app import clock, criteria
from app.criteria import Criteria
from app.models import database
from app.models.saved_views import AT_HAND, SavedViewState
from app.models.users import Actor
from app.queries import inbox
from app.queries.inbox import COUNT_LIMIT, Filter
from app.queries.words import Match, anybody

# Numbers are asked for with each message, and to find people by their names takes longer than
# that may: for so long the number of a view that looks for words is what it was.
KEPT_MS = 10_000
MOST_KEPT = 1_000  # numbers in a process


class Number(NamedTuple):
    """How many chats a view shows, at most `COUNT_LIMIT`.

    One that `is_kept` may be older than what was said last, by `KEPT_MS` at most; None where what
    is looked for is no search any more.
    """

    chats: int | None
    is_kept: bool = False


def at_hand(staff: Actor) -> list[SavedViewState]:
    """Everybody's, then one's own, each by name."""
    return [SavedViewState._make(row) for row in database.rows(AT_HAND, staff_id=staff.id)]


def counted(staff: Actor) -> list[tuple[SavedViewState, Number]]:
    """Those at hand, each with its number: of all that look for no words by one statement."""
    views = at_hand(staff)
    numbers: dict[int, Number] = {}
    told: dict[int, Any] = {}
    for view in views:
        asked = criteria.of_chats(view.search)
        if asked is None:
            numbers[view.id] = Number(None)
        elif asked.words:
            numbers[view.id] = kept(staff, view, asked)
        else:
            told[view.id] = count_of(staff, view, asked, None)
    if told:
        (found,) = database.rows(select(*told.values()))
        numbers |= {view_id: capped(each) for view_id, each in zip(told, found, strict=True)}
    return [(view, numbers[view.id]) for view in views]


def kept(staff: Actor, view: SavedViewState, asked: Criteria) -> Number:
    """The number of a view that looks for words, as it was counted last in this process."""
    mine = staff.id if view.filter == Filter.MINE else 0
    key = (view.filter, view.search, view.site_id, mine)
    memory: dict[Any, tuple[int, Number]] = current_app.extensions.setdefault("views", {})
    until, number = memory.get(key, (0, Number(None)))
    if clock.now() < until:
        return number._replace(is_kept=True)
    time.sleep(0)  # others have their turn
    match = anybody(" ".join(asked.words))
    number = capped(database.scalar(select(count_of(staff, view, asked, match))))
    if len(memory) >= MOST_KEPT:
        memory.clear()
    memory[key] = clock.now() + KEPT_MS, number
    return number


def count_of(staff: Actor, view: SavedViewState, asked: Criteria, match: Match | None) -> Any:
    tagged = inbox.narrowing(asked)
    parts = inbox.parts_of(staff, Filter(view.filter), match, view.site_id, tagged)
    return inbox.count_of(parts) if parts else literal(0)


def capped(number: int) -> Number:
    return Number(min(int(number), COUNT_LIMIT))

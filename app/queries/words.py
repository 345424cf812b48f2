"""Whom a search finds: each of its words begins a word of the name or of the address.

Few are listed by the index of words, driven by the one that is met least. Of many one is soon met
on the way along any other order, and asked about there.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from app.folding import Way, asked, spellings
from app.models import database, words

MATCHES = 4000  # so many people a search looks at by their ids
LAST = "\U0010ffff"  # stands after whatever a word may hold

Ways = list[Way]  # a word in each of its ways
Wanted = list[Ways]
w = words.table.c


class Match(NamedTuple):
    """Whom a search finds: by their ids, or where these are too many by what holds of them.

    Of too many `ids` are some, those with the first words.
    """

    ids: list[int]
    is_whole: bool
    wanted: Wanted
    column: str
    but: "Match | None" = None

    @property
    def is_nobody(self) -> bool:
        return self.is_whole and not self.ids

    def holds(self, who: Any) -> ColumnElement[bool]:
        """Whether it finds the person with the id that `who` holds."""
        if self.is_whole:
            found: ColumnElement[bool] = who.in_(self.ids)
            return found
        matching = all_begin(who, self.wanted, self.column)
        return and_(matching, not_(self.but.holds(who))) if self.but else matching


def anybody(search: str) -> Match:
    """Whoever the search finds, however it is spelled."""
    return match(asked(search), "word")


def ranked(search: str) -> list[Match]:
    """Those who are spelled exactly so, then the others; nobody is in both."""
    everybody = anybody(search)
    if everybody.is_nobody:
        return []
    exact = match([[(word,)] for word in spellings(search)], "spelled")
    exactly = set(exact.ids)
    others = [who for who in everybody.ids if who not in exactly]
    return [exact, everybody._replace(ids=others, but=exact)]


def match(wanted: Wanted, column: str) -> Match:
    if not wanted:
        return Match([], True, wanted, column)
    drives = met_least(wanted, column)
    statement = select(w.user_id).distinct().where(has_begun(drives, column)).limit(MATCHES + 1)
    # What drives it is met already, but for a way of several beginnings.
    rest = [ways for ways in wanted if ways is not drives or any(len(way) > 1 for way in ways)]
    if rest:
        statement = statement.where(all_begin(w.user_id, rest, column))
    found = [row.user_id for row in database.rows(statement)]
    return Match(found[:MATCHES], len(found) <= MATCHES, wanted, column)


def met_least(wanted: Wanted, column: str) -> Ways:
    """The word by which a search has to look at the fewest: the longest of those met as often.

    They are counted no further than where it would be too many anyway, all in one statement.
    """
    if len(wanted) == 1:
        return wanted[0]
    some = (
        select(w.user_id).where(has_begun(ways, column)).limit(MATCHES + 1).subquery()
        for ways in wanted
    )
    counted = [select(func.count()).select_from(each).scalar_subquery() for each in some]
    (numbers,) = database.rows(select(*counted))
    by_number = zip(numbers, wanted, strict=True)
    return min(by_number, key=lambda found: (found[0], -len(found[1][0][0])))[1]


def has_begun(ways: Ways, column: str) -> ColumnElement[bool]:
    return or_(*(begins(w[column], way[0]) for way in ways))


def all_begin(who: Any, wanted: Wanted, column: str) -> ColumnElement[bool]:
    """Whether each word, in one of its ways, begins words of this person."""
    return and_(
        *(or_(*(and_(*(has(who, p, column) for p in way)) for way in ways)) for ways in wanted)
    )


def has(who: Any, beginning: str, column: str) -> ColumnElement[bool]:
    theirs = words.table.alias()
    return exists().where(theirs.c.user_id == who, begins(theirs.c[column], beginning))


def begins(column: Any, beginning: str) -> ColumnElement[bool]:
    """As a range, which an index answers alike on every database."""
    return and_(column >= beginning, column < beginning + LAST)

"""The index of what is said: an entry for each message, made a moment after it was sent. One of
notes, whose entries are made with them; and one of what sites' pages say of customers.

On SQLite a table of FTS5, on PostgreSQL a `tsvector`; both take the words of `app/terms.py` as they
are. Beside its words an entry has marks, which no word can be: the chat, who said it, the site and
the day. It is a hint: what is shown is read from the message or note, and must hold there.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    column,
    literal,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model, db
from app.terms import APART, Term, Way, indexed

NAME, OF_NOTES, OF_ATTRIBUTES = "message_words", "note_words", "attribute_words"
FIRST_YEAR = 2000  # of what is indexed by its day; what is older counts as of that year
# Where an entry of PostgreSQL keeps the place of a word; what comes later has this one.
LAST_PLACE = 16_383


class Indexed(Model):
    """How far the index has come: up to this id it has an entry for each message.

    And by month, named by its mark, the highest id of a message that has an entry of it: what was
    said before a day is looked for from there on, not from the newest message on.
    """

    __tablename__ = "indexed"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    upto: Mapped[int] = mapped_column(Id)


class Entry(NamedTuple):
    """A message or a note, as it is found; or a customer, by what sites say of them alone."""

    id: int
    text: str  # its words and what its files are called; empty where it says nothing any more
    chat_id: int | None = None
    sender_id: int | None = None
    site_id: int | None = None
    day: date | None = None


Wanted = list[list[Way | str]]  # all of these, each in one of its ways: words, or a mark


def of_chat(chat_id: int) -> str:
    return f"{APART}c{chat_id}"


def by(sender_id: int) -> str:
    return f"{APART}u{sender_id}"


def of_site(site_id: int) -> str:
    return f"{APART}s{site_id}"


def of_day(day: date) -> str:
    return f"{APART}d{day:%Y%m%d}"


def of_month(day: date) -> str:
    return f"{APART}m{day:%Y%m}"


def of_year(year: int) -> str:
    return f"{APART}y{year:04}"


def marks(entry: Entry) -> list[str]:
    found: list[str] = []
    if entry.chat_id is not None:
        found.append(of_chat(entry.chat_id))
    if entry.day is not None:
        found += marks_of_day(entry.day)
    if entry.sender_id is not None:
        found.append(by(entry.sender_id))
    if entry.site_id is not None:
        found.append(of_site(entry.site_id))
    return found


@lru_cache(64)  # most of what is indexed was said today
def marks_of_day(day: date) -> tuple[str, str, str]:
    """Of an entry of that day: the day, its month, its year."""
    day = max(day, date(FIRST_YEAR, 1, 1))
    return of_day(day), of_month(day), of_year(day.year)


def days(first: date, end: date) -> list[str]:
    """The marks of the days from the first to before the end: of years and months where they are
    whole."""
    found: list[str] = []
    day = max(first, date(FIRST_YEAR, 1, 1))
    while day < end:
        next_year, next_month = date(day.year + 1, 1, 1), following_month(day)
        if (day.month, day.day) == (1, 1) and next_year <= end:
            found.append(of_year(day.year))
            day = next_year
        elif day.day == 1 and next_month <= end:
            found.append(of_month(day))
            day = next_month
        else:
            found.append(of_day(day))
            day += timedelta(days=1)
    return found


def month_of(day: date) -> str:
    """The mark of the month, as an entry of that day has it."""
    return marks_of_day(day)[1]


def following_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def is_index(name: str | None) -> bool:
    """Whether a table of SQLite is an index, or FTS5's own."""
    return name is not None and any(
        name == index or name.startswith(f"{index}_") for index in (NAME, OF_NOTES, OF_ATTRIBUTES)
    )


# How each database writes entries, and what is wanted of them.


def as_fts(entry: Entry) -> dict[str, Any]:
    """An entry for FTS5: words with blanks between."""
    words = f" {APART} ".join([indexed(entry.text), *marks(entry)])
    return {"entry": entry.id, "said": words}


def as_vector(entry: Entry) -> dict[str, Any]:
    """An entry as a `tsvector` is written: each word with its places, marks without."""
    said, *others = indexed(entry.text).split(f" {APART} ")
    places: dict[str, list[int]] = {}
    for place, word in enumerate(said.split(), 1):
        places.setdefault(word, []).append(min(place, LAST_PLACE))
    words = [f"'{word}':{','.join(map(str, at))}" for word, at in places.items()]
    words += [f"'{word}'" for word in (*others, *marks(entry)) if word and word not in places]
    return {"entry": entry.id, "said": " ".join(words)}


def fts_query(wanted: Wanted) -> str:
    return " AND ".join(f"({' OR '.join(map(fts_way, ways))})" for ways in wanted)


def fts_way(way: Way | str) -> str:
    if isinstance(way, str):
        return f'"{way}"'
    return f'"{" ".join(way.words)}"{" *" if way.is_beginning else ""}'


def vector_query(wanted: Wanted) -> str:
    return " & ".join(f"({' | '.join(map(vector_way, ways))})" for ways in wanted)


def vector_way(way: Way | str) -> str:
    if isinstance(way, str):
        return f"'{way}'"
    words = [f"'{word}'" for word in way.words]
    return f"({' <-> '.join(words)}{':*' if way.is_beginning else ''})"


def wanted_of(terms: Iterable[Term], *narrowing: Sequence[str]) -> Wanted:
    """What an entry has to have: each of the terms, and one of each row of marks."""
    found: Wanted = [list(term) for term in terms]
    return found + [list(marks) for marks in narrowing]


class Index(NamedTuple):
    """How a database keeps it."""

    entries: Any
    id: Any  # of an entry: its message's, or its note's
    written: Callable[[Entry], dict[str, Any]]  # as `entry` and `said`
    holds: Callable[[Any, Wanted], ColumnElement[bool]]  # of the words of entries
    # Whether what is found comes by id, the newest first, and no more is read than is taken.
    is_in_order: bool

    def finds(self, wanted: Wanted) -> ColumnElement[bool]:
        """The condition that an entry fulfils."""
        return self.holds(self.entries.c.words, wanted)


def fts(name: str) -> Index:
    entries = table(name, column("rowid", Id), column("words"))

    def holds(words: Any, wanted: Wanted) -> ColumnElement[bool]:
        return words.op("MATCH")(literal(fts_query(wanted)))  # type: ignore[no-any-return]

    return Index(entries, entries.c.rowid, as_fts, holds, True)


def vectors(name: str, of: str) -> Index:
    entries = table(name, column(of, Id), column("words", TSVECTOR))

    def holds(words: Any, wanted: Wanted) -> ColumnElement[bool]:
        return words.op("@@")(cast(vector_query(wanted), TSQUERY))  # type: ignore[no-any-return]

    return Index(entries, entries.c[of], as_vector, holds, False)


Indexes = dict[str, Index]  # by the kind of database
MESSAGES: Indexes = {"sqlite": fts(NAME), "postgresql": vectors(NAME, "message_id")}
NOTES: Indexes = {"sqlite": fts(OF_NOTES), "postgresql": vectors(OF_NOTES, "note_id")}
ATTRIBUTES: Indexes = {
    "sqlite": fts(OF_ATTRIBUTES),
    "postgresql": vectors(OF_ATTRIBUTES, "user_id"),
}
progress: Any = Indexed.__table__


def index(indexes: Indexes = MESSAGES) -> Index:
    """That of the database in use."""
    return indexes[db.engine.dialect.name]

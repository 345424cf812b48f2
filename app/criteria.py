"""A search as it is typed: words, "phrases", and what narrows it, as in `from:anna is:open`."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app import hours
from app.errors import Invalid
from app.terms import MOST_TERMS, Term, terms

LONGEST_SEARCH = 300
# A name and a value; a value of several words, and a phrase, in quotes of any kind.
QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'
PHRASE = f"[{QUOTES}](?P<quoted>[^{QUOTES}]*)[{QUOTES}]?"
NAMED = "(?:(?P<name>from|tag|team|topic|site|before|after|is):)?"
PIECE = re.compile(rf"{NAMED}(?:{PHRASE}|(?P<plain>\S+))", re.IGNORECASE)
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class State(StrEnum):
    """What `is:` asks for of a chat, or of a message."""

    OPEN = "open"
    SNOOZED = "snoozed"
    WAITING = "waiting"
    CLOSED = "closed"
    ARCHIVED = "archived"
    BLOCKED = "blocked"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    HIGH = "high"
    URGENT = "urgent"
    FILE = "file"
    OVERDUE = "overdue"
    UNREAD = "unread"


@dataclass
class Criteria:
    """What is looked for: all of it holds of whatever is found.

    From the day `since` on, and before the day `before`: days of `zone` (`Europe/Berlin`), or
    where that is empty of whatever zone is known of who searches.
    """

    terms: list[Term] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # as they were typed
    senders: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    is_overdue: bool = False  # of chats: their first answer is
    is_unread: bool = False  # of chats: something in them is, or they are marked so
    before: date | None = None
    since: date | None = None
    zone: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than words, so that it is no search for people."""
        named = (self.senders, self.sites, self.states, self.before, self.since)
        return any(named)

    @property
    def is_empty(self) -> bool:
        return not (
            self.terms
            or self.tags
            or self.teams
            or self.topics
            or self.is_overdue
            or self.is_unread
            or self.is_narrowed
        )


def read(search: str, zone: str = "") -> Criteria:
    """What a search asks for, by whoever is in this zone; one that is not known is none.

    Raises `Invalid` for a day or a state that there is not.
    """
    found = Criteria(zone=zone if zone in hours.zones() else "")
    for piece in PIECE.finditer(search[:LONGEST_SEARCH]):
        name, quoted, plain = piece["name"], piece["quoted"], piece["plain"]
        value = plain if quoted is None else quoted.strip()
        if name is None:
            add_words(found, value, is_phrase=quoted is not None)
        elif value:
            narrow(found, name.lower(), value)
    found.terms = found.terms[:MOST_TERMS]
    return found


def of_chats(search: str) -> Criteria | None:
    """What a search asks of chats: words of their customer's name, tags, teams, topics, and
    whether they are overdue or unread. None where it asks for more, which messages alone have."""
    try:
        found = read(search)
    except Invalid:
        return None
    return None if found.is_narrowed else found


def add_words(found: Criteria, value: str, *, is_phrase: bool) -> None:
    found.terms += terms(value, is_phrase=is_phrase)
    found.words.append(value)


def narrow(found: Criteria, name: str, value: str) -> None:
    if name == "from":
        found.senders.append(value)
    elif name == "tag":
        found.tags.append(value)
    elif name == "team":
        found.teams.append(value)
    elif name == "topic":
        found.topics.append(value)
    elif name == "site":
        found.sites.append(value)
    elif name == "is":
        add_state(found, state_of(value))
    elif name == "before":
        found.before = period(value)[0]
    else:
        found.since = period(value)[1]


def add_state(found: Criteria, state: State) -> None:
    if state == State.OVERDUE:
        found.is_overdue = True
    elif state == State.UNREAD:
        found.is_unread = True
    else:
        found.states.append(state)


def state_of(value: str) -> State:
    try:
        return State(value.lower())
    except ValueError:
        states = ", ".join(State)
        raise Invalid(
            fields={"query": _l("“is:” takes one of %(states)s.", states=states)}
        ) from None


def period(value: str) -> tuple[date, date]:
    """The first day of a day, a month or a year, and the first one after it. Raises `Invalid`."""
    found = DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part or 0) for part in found.groups())
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        raise Invalid(
            fields={"query": _l("A day is written as 2026-01-31, a month as 2026-01.")}
        ) from None


def begins(day: date, zone: str) -> int:
    """When the day begins there, in ms. Where clocks leave midnight out it is the moment of that,
    where they strike it twice the first."""
    return round(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def day_of(at: int) -> date:
    """The day of a time in ms, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).date()


def words_alone(search: str) -> list[Term]:
    """Words and phrases, with nothing that narrows: `from:anna` is two words."""
    found: list[Term] = []
    for piece in re.finditer(rf"{PHRASE}|(?P<plain>\S+)", search[:LONGEST_SEARCH]):
        quoted = piece["quoted"]
        is_phrase = quoted is not None
        found += terms(quoted if is_phrase else piece["plain"], is_phrase=is_phrase)
    return found[:MOST_TERMS]

"""Sites: where the chat is embedded, who may embed it, and how it looks there."""

import json
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Boolean, Index, String, Text, bindparam, false, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app import origins
from app.extensions import Id, Model
from app.models.users import NAME_LENGTH

KEY_LENGTH = 32
ORIGIN_LENGTH = 255
GREETING_LENGTH = 200
AWAY_TEXT_LENGTH = 500
ZONE_LENGTH = 64
REGION_LENGTH = 32
WILDCARD = "*."
OWN = text("for_desk")
LOADER_VERSION = "1"  # as static/embed/widget.js says of itself


class Edge(StrEnum):
    """The edge of the page at which the launcher is, as its writing goes."""

    START = "start"
    END = "end"


class Site(Model):
    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Stands in every page that embeds the chat: it names the site and proves nothing.
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    origins: Mapped[str] = mapped_column(Text, default="[]")  # JSON
    colour: Mapped[str] = mapped_column(String(7))
    edge: Mapped[str] = mapped_column(String(8))
    distance: Mapped[int]
    greeting: Mapped[str] = mapped_column(String(GREETING_LENGTH), default="")
    # Whether name and address are asked for before the first message, and the latter insisted on.
    asks_first: Mapped[bool] = mapped_column(Boolean, default=False)
    wants_email: Mapped[bool] = mapped_column(Boolean, default=False)
    # `app/hours.py` reads them: each weekday's periods in JSON, or nothing; dates with names.
    time_zone: Mapped[str] = mapped_column(String(ZONE_LENGTH), default="UTC")
    hours: Mapped[str] = mapped_column(Text, default="")
    holidays: Mapped[str] = mapped_column(Text, default="[]")  # JSON
    country: Mapped[str] = mapped_column(String(2), default="")  # whose holidays are kept, too
    region: Mapped[str] = mapped_column(String(REGION_LENGTH), default="")
    # What is said while nobody is there.
    away_text: Mapped[str] = mapped_column(String(AWAY_TEXT_LENGTH), default="")
    languages: Mapped[str] = mapped_column(Text, default="")  # with blanks between; none for all
    # How it is asked what a chat was like, once that is closed (`app/models/ratings.py`).
    rating: Mapped[str] = mapped_column(String(8), default="off", server_default="off")
    # Whether the bot answers first questions (`app/models/bots.py`).
    bot: Mapped[str] = mapped_column(String(8), default="off", server_default="off")
    # Whether it is asked before the first message what it is about (`app/models/topics.py`).
    asks_topic: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Whose its chats are where no topic leads to a team; a team that is there.
    team_id: Mapped[int | None] = mapped_column(Id)
    # So many minutes of its opening hours a question waits at most; 0 is not measured, null as the
    # desk (`FIRST_ANSWER_MINUTES`).
    answer_minutes: Mapped[int | None]
    # Whether its hours hold on the desk's own pages, too, whose chats came by no site.
    for_desk: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[int] = mapped_column(Id)
    updated_at: Mapped[int] = mapped_column(Id)

    __table_args__ = (  # one at most
        Index("uq_sites_desk", "for_desk", unique=True, sqlite_where=OWN, postgresql_where=OWN),
    )


class SiteSighting(Model):
    """That a page of this origin has loaded the chat of a site, and what came of it."""

    __tablename__ = "site_sightings"

    site_id: Mapped[int] = mapped_column(Id, primary_key=True)
    origin: Mapped[str] = mapped_column(String(ORIGIN_LENGTH), primary_key=True)
    seen_at: Mapped[int] = mapped_column(Id)
    version: Mapped[str] = mapped_column(String(16))
    problem: Mapped[str] = mapped_column(String(32), default="")


class SiteState(NamedTuple):
    id: int
    key: str
    name: str
    origins: str
    colour: str
    edge: str
    distance: int
    greeting: str
    asks_first: bool
    wants_email: bool
    time_zone: str
    hours: str
    holidays: str
    country: str
    region: str
    away_text: str
    languages: str
    rating: str
    bot: str
    asks_topic: bool
    team_id: int | None
    answer_minutes: int | None
    for_desk: bool
    created_at: int
    updated_at: int

    @property
    def allowed(self) -> list[str]:
        """The origins that may embed the chat: exact, or `https://*.example.com`."""
        found: list[str] = json.loads(self.origins)
        return found

    @property
    def own_holidays(self) -> list[tuple[str, str]]:
        """Dates with what they are called."""
        return [(day, name) for day, name in json.loads(self.holidays)]

    def allows(self, origin: str) -> bool:
        return any(covers(each, origin) for each in self.allowed)


def covers(allowed: str, origin: str) -> bool:
    """Whether an origin is the one that is allowed, or one of those below it."""
    if WILDCARD not in allowed:
        return allowed == origin
    if not origins.is_origin(origin):
        return False
    wanted, given = urlsplit(allowed), urlsplit(origin)
    host = wanted.netloc.removeprefix("*")
    return wanted.scheme == given.scheme and given.netloc.endswith(host) and given.netloc != host


table: Any = Site.__table__
sightings: Any = SiteSighting.__table__
SELECT_SITES = select(*(table.c[name] for name in SiteState._fields))
BY_KEY = SELECT_SITES.where(table.c.key == bindparam("key"))
BY_ID = SELECT_SITES.where(table.c.id == bindparam("site_id"))
# The one whose hours hold where a chat came by no site.
FOR_DESK = SELECT_SITES.where(table.c.for_desk)

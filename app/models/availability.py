"""Who of staff can be given a chat: what they say of it themselves, their working hours, and when
they last did anything. A row a person, of whom anything is known."""

from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, Text, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, hours
from app.extensions import Id, Model
from app.models import chats, users
from app.models.chats import Status
from app.models.presence import online
from app.models.sites import ZONE_LENGTH
from app.models.users import STAFF

MOST = 100  # chats that a person may be given


class State(StrEnum):
    AVAILABLE = "available"
    AWAY = "away"  # they say so, or their hours do
    IDLE = "idle"  # they are connected, and have done nothing for so long
    OFFLINE = "offline"


class Why(StrEnum):
    BY_HAND = "by_hand"
    BY_SCHEDULE = "by_schedule"


class Standing(NamedTuple):
    """What somebody is; of who is away why, and until when, if that ends by itself."""

    state: State
    why: Why | None = None
    until: int | None = None


class Availability(Model):
    __tablename__ = "availability"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )
    # What one has said last, and when: one of both, or neither.
    away_since: Mapped[int | None] = mapped_column(Id)
    back_since: Mapped[int | None] = mapped_column(Id)
    # Of who has never said that they do anything nobody can tell that they are idle.
    active_at: Mapped[int | None] = mapped_column(Id)
    capacity: Mapped[int | None]  # none: as the desk has it
    given_at: Mapped[int | None] = mapped_column(Id)  # the last chat that came by itself
    # Both or neither: who has no working hours is away by hand alone.
    time_zone: Mapped[str | None] = mapped_column(String(ZONE_LENGTH))
    hours: Mapped[str | None] = mapped_column(Text)  # as those of a site


class Colleague(NamedTuple):
    """A member of staff, and how many chats they answer now (`open_chats`)."""

    id: int
    name: str
    is_online: bool
    away_since: int | None
    back_since: int | None
    active_at: int | None
    capacity: int | None
    given_at: int | None
    time_zone: str | None
    hours: str | None
    open_chats: int

    def standing(self, idle_at: int) -> Standing:
        """Who did something at `idle_at` the last time, or before, is idle."""
        if not self.is_online:
            return Standing(State.OFFLINE)
        if (away := self.away) is not None:
            return away
        is_idle = self.active_at is not None and self.active_at <= idle_at
        return Standing(State.IDLE if is_idle else State.AVAILABLE)

    @property
    def away(self) -> Standing | None:
        """Why one is away now, connected or not; None if one is not.

        What one says holds until one says otherwise; where one has working hours, until they
        begin or end next.
        """
        has_said_away = self.away_since is not None
        if self.time_zone is None or self.hours is None:
            return Standing(State.AWAY, Why.BY_HAND) if has_said_away else None
        now, said = clock.now(), self.away_since if has_said_away else self.back_since
        if said is not None:
            until = hours.turn(self.time_zone, self.hours, said)[1]
            if until is None or now < until:
                return Standing(State.AWAY, Why.BY_HAND, until) if has_said_away else None
        works, until = hours.turn(self.time_zone, self.hours, now)
        return None if works else Standing(State.AWAY, Why.BY_SCHEDULE, until)

    @property
    def week(self) -> list[str]:
        """Of each day its hours, Monday first, as they are written; nothing for who has none."""
        return [hours.written(day) for day in hours.week_of(self.hours)] if self.hours else []


table: Any = Availability.__table__
a, u, c = table.c, users.table.c, chats.table.c
OPEN = (
    select(func.count())
    .where(c.agent_id == u.id, c.status == Status.OPEN.value, c.snoozed_until.is_(None))
    .correlate(users.table)
    .scalar_subquery()
)
PRESENT = [u.id, u.name, online(u.id), a.away_since, a.back_since, a.active_at, a.capacity]
PRESENT += [a.given_at, a.time_zone, a.hours]
EVERYBODY = (
    select(*PRESENT)
    .join_from(users.table, table, a.user_id == u.id, isouter=True)
    .where(u.role.in_(sorted(STAFF)), u.is_active)
    .order_by(u.name, u.id)
)
# Of a closed chat, or one that is put aside, nobody is busy.
COUNTED = EVERYBODY.add_columns(OPEN)
# Of who has working hours no statement can tell whether they are away: `Colleague.away` does.
AVAILABLE = COUNTED.where(
    online(u.id),
    or_(a.away_since.is_(None), a.hours.is_not(None)),
    or_(a.active_at.is_(None), a.active_at > bindparam("idle_at")),
)
FREE = AVAILABLE.where(func.coalesce(a.capacity, bindparam("capacity")) > OPEN)

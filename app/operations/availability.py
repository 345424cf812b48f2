"""Who can be given a chat: away by hand or by their working hours, idle when they do nothing; and
how many they take."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.errors import Invalid
from app.events import AvailabilityChanged
from app.hours import DAYS, week_of, written
from app.models import availability, database
from app.models.audits import Action
from app.models.availability import COUNTED, MOST, Colleague, Standing, Why
from app.models.users import Actor
from app.operations import access, audits, hours, limits
from app.operations.assignments import colleague
from app.operations.transaction import Transaction, transaction

NOTED_MS = 30_000  # whoever does something is not written down more often
a = availability.table.c
ONE = COUNTED.where(availability.u.id == bindparam("who"))


@lru_cache
def putting(*columns: str) -> Any:
    """The statement that writes these of a person, whether they have a row or not."""
    new = insert(availability.table)
    kept = {column: new.excluded[column] for column in columns}
    return new.on_conflict_do_update(index_elements=[a.user_id], set_=kept)


def set_away(staff: Actor, is_away: bool) -> Standing:
    """One says that one is away, or back; told to colleagues, and kept until one says otherwise, or
    until one's working hours begin or end. Who says what holds already changes nothing.

    Raises `Forbidden`, `Unauthorized`, `TooFast`.
    """
    access.require_staff(staff)
    limits.sends(staff)
    with transaction() as tx:
        # Under the lock of who gives chats: whoever is away by now is given none.
        access.check_still_holds(staff, tx)
        access.locked_person(tx, staff.id)
        before = one(tx, staff.id)
        if (before.away is not None) == is_away:
            return before.standing(idle_at())
        now = clock.now()
        if is_away:
            put(tx, staff.id, away_since=now, back_since=None)
        else:  # who says so does something
            put(tx, staff.id, away_since=None, back_since=now, active_at=now)
        standing = one(tx, staff.id).standing(idle_at())
        tx.say(AvailabilityChanged(staff.id, *standing))
        return standing


def be_active(staff: Actor) -> Standing:
    """One does something: for a while one is not idle. What one is then.

    Raises `Forbidden`, `Unauthorized`.
    """
    access.require_staff(staff)
    access.check_still_holds(staff)
    now = clock.now()
    known = Colleague._make(database.row(ONE, who=staff.id))
    if known.active_at is not None and known.active_at > now - NOTED_MS:
        return known.standing(idle_at())
    with transaction() as tx:
        put(tx, staff.id, active_at=now)
        standing = known._replace(active_at=now).standing(idle_at())
        if known.standing(idle_at()) != standing:
            tx.say(AvailabilityChanged(staff.id, *standing))
        return standing


def set_capacity(manager: Actor, user_id: int, capacity: int | None) -> Colleague:
    """So many chats a member of staff is given at most; None: as the desk has it.

    Raises `Forbidden`, `Unauthorized`, `NotFound`, `Invalid`, `TooFast`.
    """
    access.require_manager(manager)
    if capacity is not None and not 0 <= capacity <= MOST:
        wrong = _l("It takes a number from 0 to %(most)s.", most=MOST)
        raise Invalid(fields={"capacity": wrong})
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        colleague(tx, user_id)
        put(tx, user_id, capacity=capacity)
        audits.record(tx, Action.CAPACITY_SET, manager, subject_id=user_id, capacity=capacity)
        found = one(tx, user_id)
        tx.say(AvailabilityChanged(user_id, *found.standing(idle_at())))
        return found


def set_hours(by: Actor, user_id: int, time_zone: str, week: Sequence[str]) -> Colleague:
    """Somebody of staff works at these hours, and is away by themselves outside them: of each day,
    Monday first, as `09:00-12:30, 13:30-18:00`. None at all: away by hand alone.

    One says so of oneself, managers of anybody of staff. Raises `Forbidden`, `Unauthorized`,
    `NotFound`, `Invalid` with the fields `time_zone` and `monday` to `sunday`, `TooFast`.
    """
    access.require_staff(by)
    if user_id != by.id:
        access.require_manager(by)
    said = checked_hours(time_zone, week)
    limits.sends(by)
    with transaction() as tx:
        access.check_still_holds(by, tx)
        colleague(tx, user_id)
        before = one(tx, user_id)
        if (before.time_zone, before.hours) == (said["time_zone"], said["hours"]):
            return before
        # Who is away by their own word stays so under other hours, and nobody by an older one.
        is_by_hand = before.away is not None and before.away.why == Why.BY_HAND
        now = clock.now()
        put(tx, user_id, away_since=now if is_by_hand else None, back_since=None, **said)
        days = zip(DAYS, map(written, week_of(said["hours"] or "")), strict=True)
        set_to = [f"{day} {periods}" for day, periods in days if periods]
        zone = said["time_zone"]
        audits.record(tx, Action.HOURS_SET, by, subject_id=user_id, time_zone=zone, hours=set_to)
        after = one(tx, user_id)
        tx.say(AvailabilityChanged(user_id, *after.standing(idle_at())))
        return after


def checked_hours(time_zone: str, week: Sequence[str]) -> dict[str, str | None]:
    """As they are stored. Raises `Invalid` with all that is wrong."""
    wanted: dict[str, Any] = {"time_zone": time_zone, "hours": week}
    said: dict[str, str | None] = {}
    wrong: dict[str, Any] = {}
    for name, value in wanted.items():
        try:
            said[name] = hours.CHECKS[name](value)
        except Invalid as error:
            wrong |= error.fields or {name: error.message}
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return said if said["hours"] else dict.fromkeys(wanted)


def idle_at() -> int:
    """Who did something then at the last, or before, is idle."""
    seconds = int(current_app.config["IDLE_SECONDS"])
    return clock.now() - seconds * 1000 if seconds else 0


def put(tx: Transaction, user_id: int, **values: int | str | None) -> None:
    tx.run(putting(*values), {"user_id": user_id, **values})


def one(tx: Transaction, user_id: int) -> Colleague:
    return Colleague._make(tx.run(ONE, {"who": user_id}).first())

"""Jobs: a runner has one for the time of a lease, and whatever it then says is bound to that."""

import random
import secrets
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import Forbidden, NotFound
from app.events import JobStored
from app.models.jobs import ERROR_LENGTH, IS_DUE, LEASE_LENGTH, Job, JobState, table
from app.models.users import Actor
from app.operations.transaction import transaction

LEASE_MS = 60_000
ATTEMPTS = 10
# Between two attempts: three times as long as before, 17 hours in all.
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 15_000, 6 * 3600 * 1000
JITTER = 0.2
KEPT_MS = 30 * 24 * 3600 * 1000

c = table.c
NEXT = (
    select(c.id)
    .where(IS_DUE)
    .order_by(c.run_at, c.id)
    .limit(1)
    .with_for_update(skip_locked=True)  # on SQLite, who writes is alone anyway
)
CLAIM = (
    update(table)
    .where(c.id == NEXT.scalar_subquery())
    .values(
        attempts=c.attempts + 1,
        begun_at=bindparam("now"),
        lease_id=bindparam("lease"),
        lease_until=bindparam("until"),
    )
    .returning(*(c[name] for name in JobState._fields))
)
HELD = c.lease_id == bindparam("lease")
HELD_BY_US = c.lease_id.in_(bindparam("leases", expanding=True))
RENEW = update(table).where(HELD_BY_US).values(lease_until=bindparam("until"))
HAND_BACK = RENEW.values(attempts=c.attempts - 1)
REMOVE = delete(table).where(HELD)
END = update(table).where(HELD).values(lease_id=None, lease_until=None)
AGAIN = END.values(run_at=bindparam("at"), attempts=0, last_error=None)
RETRY = END.values(run_at=bindparam("at"), last_error=bindparam("error"))
BURY = END.values(dead_at=bindparam("at"), last_error=bindparam("error"))
IS_DEAD = (c.id == bindparam("job_id")) & c.dead_at.is_not(None)
REVIVE = update(table).where(IS_DEAD).values(dead_at=None, attempts=0, run_at=bindparam("at"))
REMOVE_DEAD = delete(table).where(IS_DEAD)
FORGET = delete(table).where(c.dead_at <= bindparam("before"))


def store(*jobs: Job) -> None:
    """Stores what is to be done where nothing else changes."""
    with transaction() as tx:
        for job in jobs:
            tx.later(job)


def claim(kinds: Collection[str]) -> JobState | None:
    """The next job of these kinds, for this caller alone as long as the lease lasts.

    What has taken its process along at each attempt is not tried again: it is dead.
    """
    now = clock.now()
    values = {"now": now, "kinds": list(kinds), "until": now + LEASE_MS}
    with transaction() as tx:
        while True:
            lease = secrets.token_hex(LEASE_LENGTH // 2)
            found = tx.run(CLAIM, values | {"lease": lease}).first()
            if found is None or found.attempts <= ATTEMPTS:
                return found and JobState._make(found)
            tx.run(BURY.values(attempts=ATTEMPTS), {"lease": lease, "at": now, "error": None})


def renew(running: Iterable[JobState]) -> None:
    """These are still under way."""
    with transaction() as tx:
        tx.run(RENEW, {"leases": leases(running), "until": clock.now() + LEASE_MS})


def hand_back(running: Iterable[JobState], within_ms: int) -> None:
    """Whoever runs these ends: others may begin them after so long, and it was no attempt."""
    with transaction() as tx:
        tx.run(HAND_BACK, {"leases": leases(running), "until": clock.now() + within_ms})


def leases(running: Iterable[JobState]) -> list[str | None]:
    return [job.lease_id for job in running]


def done(job: JobState, again_in: int | None = None) -> bool:
    """The job is done, and gone, or to be done again in so many ms. False: the lease was lost."""
    if again_in is not None:
        return put_back(job, AGAIN, at=clock.now() + again_in)
    with transaction() as tx:
        return bool(tx.run(REMOVE, {"lease": job.lease_id}).rowcount)


def failed(job: JobState, error: str) -> bool:
    """The job is tried again after a pause that grows, or is dead. False: the lease was lost."""
    told, now = error[:ERROR_LENGTH], clock.now()
    if job.attempts < ATTEMPTS:
        return put_back(job, RETRY, at=now + pause_after(job.attempts), error=told)
    with transaction() as tx:
        return bool(tx.run(BURY, {"lease": job.lease_id, "at": now, "error": told}).rowcount)


def postpone(job: JobState, error: str, within_ms: float) -> bool:
    """What it takes is away: it is tried again about then, and this was no attempt of its own."""
    at = clock.now() + round(within_ms * random.uniform(1, 1 + JITTER))  # noqa: S311  (no secret)
    statement = RETRY.values(attempts=c.attempts - 1)
    return put_back(job, statement, at=at, error=error[:ERROR_LENGTH])


def put_back(job: JobState, statement: Any, **values: Any) -> bool:
    """Among those that wait. If one of its key does already, that one is enough."""
    try:
        with transaction() as tx:
            return bool(tx.run(statement, {"lease": job.lease_id} | values).rowcount)
    except IntegrityError:
        with transaction() as tx:
            return bool(tx.run(REMOVE, {"lease": job.lease_id}).rowcount)


def pause_after(attempts: int) -> int:
    """Milliseconds until the next attempt, never the same for many that failed at once."""
    pause: int = min(FIRST_PAUSE_MS * 3 ** (attempts - 1), LONGEST_PAUSE_MS)
    return round(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311  (no secret)


def run_again(actor: Actor, job_id: int) -> None:
    """An admin has a dead job tried again. Raises `Forbidden`, `NotFound`."""
    if not actor.is_admin:
        raise Forbidden
    revive(job_id)


def revive(job_id: int) -> None:
    """A dead job waits as if it were new. If one of its key does already, that one is enough.

    Raises `NotFound` for what is not dead, or not there.
    """
    try:
        with transaction() as tx:
            if not tx.run(REVIVE, {"job_id": job_id, "at": clock.now()}).rowcount:
                raise NotFound
            tx.say(JobStored())
    except IntegrityError:
        with transaction() as tx:
            tx.run(REMOVE_DEAD, {"job_id": job_id})


def forget_dead() -> None:
    """Removes what has been dead for so long that nobody will have it tried again."""
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - KEPT_MS})

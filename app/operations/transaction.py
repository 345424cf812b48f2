"""One transaction: everything within is committed and then announced, or nothing happened."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well
from sqlalchemy.sql import Executable

from app import clock
from app.events import Event, JobStored
from app.extensions import this_app
from app.models import database, jobs
from app.models.statements import Prepared

LATER = Prepared(
    insert(jobs.table).on_conflict_do_nothing(),
    ("kind", "payload", "run_at", "attempts", "unique_key", "created_at"),
)


class Transaction:
    """A connection that writes, and what will be announced once it has committed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.said: list[Event] = []

    def run(self, statement: Executable | Prepared, values: Mapping[str, Any]) -> Any:
        return database.run(self.connection, statement, values)

    def add(self, statement: Executable | Prepared, values: Mapping[str, Any]) -> int:
        """Runs an INSERT; the id of the new row."""
        if isinstance(statement, Prepared):
            return statement.add(self.connection, values)
        key = self.run(statement, values).inserted_primary_key
        return int(key[0]) if key else 0

    def say(self, event: Event) -> None:
        self.said.append(event)

    def later(self, job: jobs.Job) -> None:
        """Stores what is to be done after the commit, unless one of its key waits already."""
        now = clock.now()
        values = {
            "kind": job.kind,
            "payload": json.dumps(job.payload),
            "run_at": max(job.run_at, now),
            "attempts": 0,
            "unique_key": job.unique_key,
            "created_at": now,
        }
        is_stored = self.run(LATER, values).rowcount
        if is_stored and job.run_at <= now and JobStored() not in self.said:
            self.say(JobStored())


def transaction() -> AbstractContextManager[Transaction]:
    """Begin, commit at the end of the block, announce. An exception rolls everything back.

    Nothing in the block may yield to other work: in a cooperative mode that would let every other
    writer wait for a lock that is not going to be released. Raises `Unavailable`.
    """
    return this_app().extensions["begin"]()  # type: ignore[no-any-return]

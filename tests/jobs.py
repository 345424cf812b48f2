"""A job of the tests that was given up."""

from sqlalchemy import insert

from app import clock
from app.models.jobs import table
from app.operations.jobs import ATTEMPTS
from app.operations.transaction import transaction

ERROR = "SMTPServerDisconnected (app/jobs/kinds.py:21)"
NOW = 2_000_000_000_000


def dead_job(kind: str = "forget_jobs", key: str | None = None, error: str = ERROR) -> int:
    """Its id."""
    now = clock.now()
    values = {"kind": kind, "payload": "{}", "run_at": now, "created_at": now, "dead_at": now}
    values |= {"attempts": ATTEMPTS, "last_error": error, "unique_key": key}
    with transaction() as tx:
        return tx.add(insert(table), values)

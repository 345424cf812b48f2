"""Work that can wait: a row from the change that asks for it until its handler has done it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Index, String, Text, and_, bindparam, exists, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model

KIND_LENGTH = 40
KEY_LENGTH = 120
ERROR_LENGTH = 200
LEASE_LENGTH = 32


class StoredJob(Model):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    payload: Mapped[str] = mapped_column(Text)  # JSON
    run_at: Mapped[int] = mapped_column(Id)  # not before
    attempts: Mapped[int]
    # A runner has it, and nobody else until then.
    lease_id: Mapped[str | None] = mapped_column(String(LEASE_LENGTH))
    lease_until: Mapped[int | None] = mapped_column(Id)
    unique_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    created_at: Mapped[int] = mapped_column(Id)
    begun_at: Mapped[int | None] = mapped_column(Id)  # the last attempt
    dead_at: Mapped[int | None] = mapped_column(Id)

    __table_args__ = (
        Index(
            "ix_jobs_run_at",
            "run_at",
            "id",
            sqlite_where=text("dead_at IS NULL"),
            postgresql_where=text("dead_at IS NULL"),
        ),
        Index(
            "ix_jobs_dead_at",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
        # Of those that wait; what has begun may have read already what another one is to do.
        Index(
            "uq_jobs_unique_key",
            "unique_key",
            unique=True,
            sqlite_where=text("lease_id IS NULL AND dead_at IS NULL"),
            postgresql_where=text("lease_id IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_jobs_under_way",
            "unique_key",
            sqlite_where=text("lease_id IS NOT NULL"),
            postgresql_where=text("lease_id IS NOT NULL"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done later: a kind, and what its handler is called with (as JSON has it).

    Not before `run_at`. Of those that wait with the same `unique_key` there is one: the first. It
    is not begun while another one of its key is under way.
    """

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    run_at: int = 0
    unique_key: str | None = None


class JobState(NamedTuple):
    id: int
    kind: str
    payload: str
    run_at: int
    attempts: int
    lease_id: str | None
    lease_until: int | None
    unique_key: str | None
    last_error: str | None
    created_at: int
    begun_at: int | None
    dead_at: int | None

    @property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.payload)
        return found


table: Any = StoredJob.__table__
SELECT_JOBS = select(*(table.c[name] for name in JobState._fields))
under_way: Any = table.alias("under_way")
# One of its key has begun, by whomever: also where that lease ran out, for then it is that one's
# turn, and nobody knows whether its first runner has stopped. Where the leases of several ran out,
# it is the first one's: if each waited for the others, none would ever be begun.
IS_HELD_UP = exists().where(
    under_way.c.unique_key == table.c.unique_key,
    under_way.c.lease_id.is_not(None),
    under_way.c.id != table.c.id,
    or_(
        table.c.lease_id.is_(None),
        under_way.c.lease_until > bindparam("now"),
        under_way.c.id < table.c.id,
    ),
)
# What may be begun at `now` by who knows these `kinds`: also what a runner has let go of, unasked.
IS_DUE = and_(
    table.c.dead_at.is_(None),
    table.c.run_at <= bindparam("now"),
    or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("now")),
    table.c.kind.in_(bindparam("kinds", expanding=True)),
    ~IS_HELD_UP,
)

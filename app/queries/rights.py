"""Whose rights changed: a password, a role, an account deactivated, a login that ended."""

from sqlalchemy import bindparam, select

from app.models import database, logins, users

CHANGED = select(users.table.c.id, users.table.c.auth_version).where(
    users.table.c.rights_changed_at >= bindparam("since")
)

ENDED = select(logins.table.c.user_id, logins.table.c.login).where(
    logins.table.c.ended_at >= bindparam("since")
)


def changed_since(since: int) -> list[tuple[int, int]]:
    """People (id, the version that holds now) whose rights changed at or after `since` (ms)."""
    return [(row.id, row.auth_version) for row in database.rows(CHANGED, since=since)]


def logins_ended_since(since: int) -> list[tuple[int, str]]:
    """Logins (whose, and its id) that were ended at or after `since` (ms)."""
    return [(row.user_id, row.login) for row in database.rows(ENDED, since=since)]

"""Who has changed: their rights (a password, a role, a login that ended), name or address."""

from sqlalchemy import bindparam, select

from app.models import database, logins, users

u = users.table.c
CHANGED = select(users.table.c.id, users.table.c.auth_version).where(
    users.table.c.rights_changed_at >= bindparam("since")
)

ENDED = select(logins.table.c.user_id, logins.table.c.login).where(
    logins.table.c.ended_at >= bindparam("since")
)


RENAMED = select(u.id, u.name, users.email_of(users.table), u.renamed_at).where(
    u.renamed_at >= bindparam("since")
)


def renamed_since(since: int) -> list[tuple[int, str, str, int]]:
    """People (id, name, address, when) who were given another at or after `since` (ms)."""
    return [tuple(row) for row in database.rows(RENAMED, since=since)]


def changed_since(since: int) -> list[tuple[int, int]]:
    """People (id, the version that holds now) whose rights changed at or after `since` (ms)."""
    return [(row.id, row.auth_version) for row in database.rows(CHANGED, since=since)]


def logins_ended_since(since: int) -> list[tuple[int, str]]:
    """Logins (whose, and its id) that were ended at or after `since` (ms)."""
    return [(row.user_id, row.login) for row in database.rows(ENDED, since=since)]

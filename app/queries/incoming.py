"""Incoming webhooks: all there are, and the one that a secret address leads to."""

from sqlalchemy import select

from app.errors import NotFound
from app.models import database
from app.models.incoming import BY_HASH, BY_ID, EVERY, IncomingState, digest, table

NAMES = select(table.c.id, table.c.name)


def every() -> list[IncomingState]:
    return [IncomingState._make(row) for row in database.rows(EVERY)]


def there(incoming_id: int) -> IncomingState:
    """Raises `NotFound`."""
    found = database.row(BY_ID, incoming_id=incoming_id)
    if found is None:
        raise NotFound
    return IncomingState._make(found)


def by_key(key: str) -> IncomingState:
    """Raises `NotFound`."""
    found = database.row(BY_HASH, key_hash=digest(key))
    if found is None:
        raise NotFound
    return IncomingState._make(found)


def names() -> dict[int, str]:
    return {row.id: row.name for row in database.rows(NAMES)}

"""Whether anything can be written."""

from sqlalchemy import bindparam, update

from app.models import users
from app.operations.transaction import transaction

NOBODY = (
    update(users.table)
    .where(users.table.c.id == bindparam("nobody"))
    .values(name=users.table.c.name)
)


def write() -> None:
    """Begins to write, writes of nobody, and commits. Raises `Unavailable`, as any change does."""
    with transaction() as tx:
        tx.run(NOBODY, {"nobody": 0})

"""Counting what became of the mails that came in."""

from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app.models.replies import table
from app.operations.transaction import transaction

NEW = insert(table)
COUNT = NEW.on_conflict_do_update(
    index_elements=[table.c.outcome], set_={"number": table.c.number + 1}
)


def count(outcome: str) -> None:
    """One more of which that became."""
    with transaction() as tx:
        tx.run(COUNT, {"outcome": outcome, "number": 1})

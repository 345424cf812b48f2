"""The words by which somebody is found: kept with the name and the address that they are of."""

from typing import Any

from sqlalchemy import bindparam, delete, insert

from app.folding import words_of
from app.models import words
from app.operations.transaction import Transaction

INSERT = insert(words.table)
FORGET = delete(words.table).where(words.table.c.user_id == bindparam("who"))


def keep(tx: Transaction, user_id: int, name: str, email: str) -> None:
    """In place of those that were kept of this person."""
    tx.run(FORGET, {"who": user_id})
    rows = rows_of(user_id, name, email)
    if rows:
        tx.connection.execute(INSERT, rows)


def rows_of(user_id: int, name: str, email: str) -> list[dict[str, Any]]:
    return [{"user_id": user_id, **word._asdict()} for word in words_of(name, email)]

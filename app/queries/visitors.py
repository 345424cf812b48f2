"""What is known of customers who came by a site."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from app.models import database, visitors

v = visitors.table.c
SAID = select(v.said_name, v.said_email).where(v.user_id == bindparam("user_id"))


class Said(NamedTuple):
    """What a visitor has said of themselves: nobody has verified it."""

    name: str
    email: str


def said(user_id: int) -> Said | None:
    """None of somebody who is no visitor, or has said nothing."""
    found = database.row(SAID, user_id=user_id)
    return Said._make(found) if found and any(found) else None

"""Whose password a mailed link sets."""

from app import clock
from app.errors import NotFound
from app.models import database
from app.models.password_resets import HOLDER, digest
from app.models.users import Actor


def holder(token: str) -> Actor:
    """The person, while the link holds. Raises `NotFound`."""
    found = database.row(HOLDER, token_hash=digest(token), now=clock.now())
    if found is None:
        raise NotFound
    return Actor.of(found)

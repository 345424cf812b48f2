"""API keys, all there are."""

from app.models import database
from app.models.keys import EVERY, KeyState


def every() -> list[KeyState]:
    return [KeyState._make(row) for row in database.rows(EVERY)]


def names() -> dict[int, str]:
    return {each.id: each.name for each in every()}

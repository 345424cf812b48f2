"""Who of staff can be given a chat now."""

from sqlalchemy import bindparam, literal, select

from app.models import database
from app.models.availability import COUNTED, EVERYBODY, Colleague, Standing, a, u

# Without the chats of each, which nobody asks for who only shows who is there.
BARE = EVERYBODY.add_columns(literal(0))
ONE = BARE.where(u.id == bindparam("who"))
ZONE = select(a.time_zone).where(a.user_id == bindparam("who"))


def standings(idle_at: int) -> dict[int, Standing]:
    """Of each active member of staff, by id."""
    found = [Colleague._make(row) for row in database.rows(BARE)]
    return {each.id: each.standing(idle_at) for each in found}


def colleagues() -> list[Colleague]:
    """All of staff by name, each with how many chats they have."""
    return [Colleague._make(row) for row in database.rows(COUNTED)]


def zone_of(user_id: int) -> str:
    """That of their working hours; empty of who has none."""
    return database.scalar(ZONE, who=user_id) or ""


def colleague(user_id: int) -> Colleague | None:
    """One of them; their chats are not counted."""
    found = database.row(ONE, who=user_id)
    return found and Colleague._make(found)

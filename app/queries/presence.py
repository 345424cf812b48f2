"""Who is there now."""

from sqlalchemy import bindparam, select

from app.models import database, users
from app.models.presence import ALIVE, online, table
from app.models.users import STAFF

HERE = select(table.c.user_id).where(ALIVE)
ONE = select(online(bindparam("who")))
STAFF_THERE = (
    select(users.table.c.id, users.table.c.name, users.table.c.role)
    .where(users.table.c.role.in_(sorted(STAFF)), users.table.c.is_active, online(users.table.c.id))
    .order_by(users.table.c.name)
)


def is_online(user_id: int) -> bool:
    return bool(database.scalar(ONE, who=user_id))


def staff_online() -> list[tuple[int, str, str]]:
    """Members of staff who are online: id, name, role."""
    return [(row.id, row.name, row.role) for row in database.rows(STAFF_THERE)]

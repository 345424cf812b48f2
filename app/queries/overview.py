"""The figures of the overview, and how long an answer usually takes."""

import statistics
from typing import NamedTuple

from sqlalchemy import exists, func, select

from app import clock
from app.models import chats, database, users
from app.models.chats import Status
from app.models.presence import ALIVE
from app.models.presence import table as presence
from app.models.users import Role
from app.queries.inbox import FIGURE_LIMIT, LISTABLE, ChatRow, waiting_longest
from app.queries.users import Person, staff

DAY = 24 * 3600 * 1000
RECENT = 7 * DAY
SAMPLE = 200  # first replies that the median is taken of, the newest

c, u, p = chats.table.c, users.table.c, presence.c
# Most chats are: so that the moment of the first reply is what an index is asked for.
IS_SUPPORT = func.coalesce(c.provider_id, 0) == 0
IS_CUSTOMER = exists().where(u.id == p.user_id, u.role == Role.CUSTOMER.value)
CUSTOMERS = select(p.user_id).distinct().where(ALIVE, IS_CUSTOMER).limit(FIGURE_LIMIT)
CUSTOMERS_ONLINE = select(func.count()).select_from(CUSTOMERS.subquery())


class Overview(NamedTuple):
    staff_online: list[Person]
    customers_online: int
    waiting: int
    open: int
    answered_today: int
    median_reply: int | None  # milliseconds, of the last seven days
    waiting_longest: list[ChatRow]


def overview() -> Overview:
    customers_online, waiting, opened, answered = figures()
    return Overview(
        staff_online=[person for person in staff() if person.is_online],
        customers_online=customers_online,
        waiting=waiting,
        open=opened,
        answered_today=answered,
        median_reply=median_reply(),
        waiting_longest=waiting_longest(),
    )


def figures() -> tuple[int, ...]:
    now = clock.now()
    counted = (
        select(p.user_id).distinct().where(ALIVE, IS_CUSTOMER),
        select(c.id).where(c.status == Status.WAITING.value, c.active_at > 0),
        select(c.id).where(c.status == Status.OPEN.value, LISTABLE),
        select(c.id).where(c.first_reply_at >= now - now % DAY, IS_SUPPORT),
    )
    numbers = [
        select(func.count()).select_from(part.limit(FIGURE_LIMIT).subquery()).scalar_subquery()
        for part in counted
    ]
    (found,) = database.rows(select(*numbers))
    return tuple(int(number) for number in found)


def customers_online() -> int:
    return int(database.scalar(CUSTOMERS_ONLINE))


def median_reply() -> int | None:
    """From a customer's question to the first answer: the median, or None without any."""
    statement = (
        select(c.first_reply_at - c.asked_at)
        .where(
            c.first_reply_at >= clock.now() - RECENT,
            c.first_reply_at >= c.asked_at,  # not one who has asked again, and waits
            IS_SUPPORT,
        )
        .order_by(c.first_reply_at.desc())
        .limit(SAMPLE)
    )
    waits = [wait for (wait,) in database.rows(statement)]
    return round(statistics.median(waits)) if waits else None

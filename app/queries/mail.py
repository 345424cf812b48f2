"""Mail: where a customer's answers go, and whether it goes out at all."""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select

from app import clock
from app.errors import NotFound
from app.models import database, identities, jobs, mail, users, visitors
from app.models.mail import AddressState

DAY = 24 * 3600 * 1000
j, m = jobs.table.c, mail.mails.c
FAILING = select(func.count()).where(
    j.kind.startswith("mail_", autoescape=True), j.last_error.is_not(None)
)
# The first that is said: by themselves here, by the site that signed it, or when it asked. What was
# said before the site named somebody may be another's, who used this browser before them.
PROPOSED = (
    select(
        func.coalesce(
            func.nullif(users.table.c.email, ""),
            func.nullif(identities.table.c.email, ""),
            func.nullif(visitors.table.c.said_email, ""),
            "",
        )
    )
    .select_from(users.table)
    .outerjoin(identities.table, identities.table.c.user_id == users.table.c.id)
    .outerjoin(
        visitors.table,
        and_(visitors.table.c.user_id == users.table.c.id, identities.table.c.user_id.is_(None)),
    )
    .where(users.table.c.id == bindparam("user_id"))
    .limit(1)  # more than one site may know them
)
REFUSED = select(func.count()).where(m.refused_at > bindparam("since"))


class Trouble(NamedTuple):
    """Whether mail is on, how many jobs of it failed and wait or were given up, and how many mails
    were refused for good within a day."""

    is_on: bool
    failing: int
    refused: int


def address_of(user_id: int) -> AddressState | None:
    """Where an active person wants their answers, verified or not."""
    found = database.row(mail.OF_PERSON, user_id=user_id)
    return found and AddressState._make(found)


def proposed_for(user_id: int) -> str:
    """The address that somebody is likely to give, or an empty text: their account's, that which a
    site has signed, or which they have said and no site has named them since. None of them is
    verified by that."""
    return str(database.scalar(PROPOSED, user_id=user_id) or "")


def is_unwanted(email: str) -> bool:
    """Whether its owner has said that mail to this address was not asked for."""
    return bool(database.scalar(mail.IS_UNWANTED, email=email))


def named(key: str) -> AddressState:
    """The address that a link names. Raises `NotFound` when another one has followed it."""
    found = database.row(mail.BY_KEY, key=key)
    if found is None:
        raise NotFound
    return AddressState._make(found)


def trouble() -> Trouble:
    """What whoever runs the desk is to know."""
    return Trouble(
        is_on=mail.is_on(),
        failing=int(database.scalar(FAILING)),
        refused=int(database.scalar(REFUSED, since=clock.now() - DAY)),
    )

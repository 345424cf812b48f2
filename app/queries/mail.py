"""Mail: where a customer's answers go, and whether it goes out at all."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from app import clock
from app.errors import NotFound
from app.models import database, jobs, mail
from app.models.mail import AddressState

DAY = 24 * 3600 * 1000
j, m = jobs.table.c, mail.mails.c
FAILING = select(func.count()).where(
    j.kind.startswith("mail_", autoescape=True), j.last_error.is_not(None)
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

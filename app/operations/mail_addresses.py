"""Where customers want answers: given by them, verified by a link, and given up by another."""

import secrets

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.errors import Conflict, Forbidden, NotFound
from app.models import database, mail, users
from app.models.jobs import Job
from app.models.mail import AddressState
from app.models.users import Actor
from app.operations import access, chat_links, limits
from app.operations.transaction import Transaction, transaction
from app.operations.users import checked_email

a = mail.table.c
INSERT = insert(mail.table)
FORGET = delete(mail.table).where(a.user_id == bindparam("who"))
BY_KEY_LOCKED = mail.BY_KEY.with_for_update()
VERIFY = (
    update(mail.table)
    .where(a.user_id == bindparam("who"))
    .values(verified_at=bindparam("at"), unsubscribed_at=None)
)
UNSUBSCRIBE = (
    update(mail.table).where(a.user_id == bindparam("who")).values(unsubscribed_at=bindparam("at"))
)
TAKES = (
    update(users.table)
    .where(users.table.c.id == bindparam("who"))
    .values(takes_mail=bindparam("takes"))
)
# SQLite renders its ON CONFLICT as well.
UNWANTED = postgresql.insert(mail.unwanted).on_conflict_do_nothing()
WANTED = delete(mail.unwanted).where(mail.unwanted.c.email == bindparam("given"))


def give(customer: Actor, email: str, *, language: str, address: str) -> AddressState:
    """A customer, at this network address, wants answers there: a link is mailed there first.

    Another address takes the place of the one before. To an address whose owner has said no
    nothing is mailed, which nobody learns here. Raises `Forbidden` for others than customers,
    `Invalid` with `fields`, `TooFast`, `Conflict` while no mail goes out.
    """
    if not customer.is_customer:
        raise Forbidden
    if not mail.is_on():
        raise Conflict(_l("No mail goes out from here."))
    email = checked_email(email)
    limits.mailing(customer, email, address)
    is_unwanted = bool(database.scalar(mail.IS_UNWANTED, email=email))
    with transaction() as tx:
        access.check_still_holds(customer, tx)
        access.locked_person(tx, customer.id)
        found = tx.run(mail.OF_PERSON, {"user_id": customer.id}).first()
        before = found and AddressState._make(found)
        if before and before.email == email and before.takes_mail:
            return before
        given = AddressState(
            customer.id, secrets.token_hex(16), email, language, clock.now(), None, None
        )
        if before and before.email == email:
            given = given._replace(key=before.key)  # links that were mailed before hold as well
        if before and before.email != email:
            chat_links.revoke_of_person(tx, customer.id)  # the mailbox may no longer be theirs
        tx.run(FORGET, {"who": customer.id})
        tx.run(INSERT, given._asdict())
        tx.run(TAKES, {"who": customer.id, "takes": False})
        if not is_unwanted:
            tx.later(
                Job(
                    "mail_verification",
                    {"user_id": customer.id},
                    unique_key=f"mail-verification-{customer.id}",
                )
            )
        return given


def verify(key: str) -> AddressState:
    """Who has the mailed link says that the address is theirs and gets answers there.

    Raises `NotFound` for a link of an address that another one followed.
    """
    with transaction() as tx:
        given = locked(tx, key)
        if given.takes_mail:
            return given
        given = given._replace(verified_at=clock.now(), unsubscribed_at=None)
        tx.run(VERIFY, {"who": given.user_id, "at": given.verified_at})
        tx.run(TAKES, {"who": given.user_id, "takes": True})
        tx.run(WANTED, {"given": given.email})
        return given


def unsubscribe(key: str) -> AddressState:
    """Nothing more is mailed for this person; to an address that was not theirs, for nobody.

    Again is fine. Raises `NotFound`.
    """
    with transaction() as tx:
        given = ended(tx, locked(tx, key))
        if given.verified_at is None:
            tx.run(UNWANTED, {"email": given.email, "said_at": clock.now()})
        return given


def withdraw(customer: Actor) -> None:
    """A customer wants no more mail. Raises `Unauthorized`; without an address nothing is done."""
    with transaction() as tx:
        access.check_still_holds(customer, tx)
        found = tx.run(mail.OF_PERSON, {"user_id": customer.id}).first()
        if found is not None:
            ended(tx, locked(tx, found.key))


def forget(tx: Transaction, user_id: int) -> None:
    """Nobody knows whose address it is: it is forgotten, and links that were mailed there end."""
    chat_links.revoke_of_person(tx, user_id)
    tx.run(FORGET, {"who": user_id})
    tx.run(TAKES, {"who": user_id, "takes": False})


def ended(tx: Transaction, given: AddressState) -> AddressState:
    if given.unsubscribed_at is None:
        given = given._replace(unsubscribed_at=clock.now())
        tx.run(UNSUBSCRIBE, {"who": given.user_id, "at": given.unsubscribed_at})
        tx.run(TAKES, {"who": given.user_id, "takes": False})
    return given


def locked(tx: Transaction, key: str) -> AddressState:
    found = tx.run(BY_KEY_LOCKED, {"key": key}).first()
    if found is None:
        raise NotFound
    return AddressState._make(found)

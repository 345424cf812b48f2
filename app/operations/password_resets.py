"""A password that was forgotten: a link is mailed to the account's address, by which it is set."""

import secrets
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select

from app import clock
from app.errors import Conflict, NotFound
from app.models import database, mail, password_resets, users
from app.models.jobs import Job
from app.models.password_resets import HOLDER, HOLDS_MS, digest
from app.models.users import Actor
from app.operations import access, limits, passwords
from app.operations.transaction import transaction
from app.operations.users import checked_email, give_password

KIND = "mail_password_link"
KEY_BYTES = 16
t, u = password_resets.table.c, users.table.c
WHO = select(u.id).where(u.email == bindparam("email"))
# Who still wants the link that was asked for at `asked_at`: nobody whose account was changed since,
# or who has asked again and has that link by now. A visitor has no password, also one to whom an
# admin has given an address.
STILL_WANTS_IT = (
    select(u.id)
    .outerjoin(password_resets.table, t.user_id == u.id)
    .where(
        u.id == bindparam("who"),
        u.password_hash != "",
        func.coalesce(u.rights_changed_at, 0) <= bindparam("asked_at"),
        func.coalesce(t.asked_at, 0) <= bindparam("asked_at"),
    )
)
INSERT = insert(password_resets.table)
END = delete(password_resets.table).where(t.user_id == bindparam("who"))
EXPIRED = delete(password_resets.table).where(t.expires_at <= bindparam("now"))


class Made(NamedTuple):
    """A link's key, which is stored nowhere, and the address that it goes to."""

    token: str
    email: str


def ask(email: str, *, language: str, address: str) -> None:
    """Somebody, at this network address, has forgotten the password of this e-mail address.

    The same is done and stored whether there is such an account or not; a job does the rest.
    Raises `Conflict` while no mail goes out, `Invalid` with `fields`, `TooFast`.
    """
    if not mail.is_on():
        raise Conflict(_l("No mail goes out from here."))
    email = checked_email(email)
    limits.password_mails(email, address)
    found = database.scalar(WHO, email=email)
    wanted = {"user_id": found or 0, "language": language, "asked_at": clock.now()}
    with transaction() as tx:
        # Each time another: one whose mail was not taken yet waits for long, and nobody for it.
        tx.later(Job(KIND, wanted))


def make(user_id: int, asked_at: int) -> Made | None:
    """A new link, which ends the one before; None for who has left or no longer wants it.

    A mail that is tried for hours brings none: whoever asked has long gone on.
    """
    now = clock.now()
    with transaction() as tx:
        person = access.locked_person(tx, user_id)
        if person is None or not person.email or asked_at <= now - HOLDS_MS:
            return None
        if tx.run(STILL_WANTS_IT, {"who": user_id, "asked_at": asked_at}).first() is None:
            return None
        made = Made(secrets.token_urlsafe(KEY_BYTES), person.email)
        values = {
            "user_id": person.id,
            "token_hash": digest(made.token),
            "email": person.email,
            "auth_version": person.auth_version,
            "asked_at": asked_at,
            "expires_at": now + HOLDS_MS,
        }
        tx.run(END, {"who": person.id})
        tx.run(INSERT, values)
        return made


def use(token: str, password: str, *, language: str, address: str) -> Actor:
    """Who has the link, at this network address, sets the password; the person with their new
    rights. Of several at once the first one does.

    Raises `NotFound` for a link that has ended, was used, or never was, `Invalid` with `fields`,
    `TooFast` for who guesses.
    """
    shown = {"token_hash": digest(token)}
    with limits.link_attempt(address):
        found = database.row(HOLDER, **shown, now=clock.now())
        if found is None:
            raise NotFound
    kept = passwords.hashed(password)
    with transaction() as tx:
        # What ends the link locks the person first, too.
        access.locked_person(tx, found.id)
        person = tx.run(HOLDER, shown | {"now": clock.now()}).first()
        if person is None:
            raise NotFound
        tx.run(END, {"who": found.id})
        return give_password(tx, Actor.of(person), kept, language, person.email)


def forget_expired() -> None:
    """Removes links that have ended by themselves."""
    with transaction() as tx:
        tx.run(EXPIRED, {"now": clock.now()})

"""Invitations: an admin names an address and a role, and whoever has the link makes the account."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import EmailTaken, Forbidden, Invalid, NotFound
from app.models import database, invitations, mail
from app.models.audits import Action
from app.models.invitations import InvitationState
from app.models.jobs import Job
from app.models.users import Actor, Role
from app.operations import access, audits, limits, users
from app.operations.transaction import Transaction, transaction

DAY_MS = 24 * 3600 * 1000
HOLDS_MS = 7 * DAY_MS
KEPT_MS = 30 * DAY_MS  # after that its address is nobody's business
MOST = 200
i = invitations.table.c
INSERT = insert(invitations.table)
HOW_MANY = select(func.count()).where(invitations.IS_OPEN)
IS_THIS = i.id == bindparam("which")
OPEN = invitations.SELECT_INVITATIONS.where(IS_THIS, invitations.IS_OPEN)
OPEN_LOCKED = OPEN.with_for_update()
BY_KEY_LOCKED = invitations.BY_KEY.with_for_update(of=invitations.table)
RENEW = (
    update(invitations.table)
    .where(IS_THIS)
    .values(
        key=bindparam("new_key"),
        made_by_id=bindparam("by"),
        created_at=bindparam("at"),
        expires_at=bindparam("until"),
    )
)
REVOKE = (
    update(invitations.table).where(IS_THIS, invitations.IS_OPEN).values(revoked_at=bindparam("at"))
)
REVOKE_OF_EMAIL = (
    update(invitations.table)
    .where(i.email == bindparam("address"), invitations.IS_OPEN)
    .values(revoked_at=bindparam("at"))
)
ACCEPT = update(invitations.table).where(IS_THIS).values(accepted_at=bindparam("at"))
FORGET = delete(invitations.table).where(i.expires_at <= bindparam("before"))


def make(admin: Actor, email: str, role: str, language: str = "") -> InvitationState:
    """An invitation for this address, which holds for a week; it is mailed where mail goes out.

    `language` is what the mail is in. Raises `Forbidden`, `Unauthorized`, `Invalid` with `fields`,
    also for an address that has an account or an open invitation, and `TooFast`.
    """
    check_may_invite(admin)
    email, role = users.checked_email(email), checked_role(role)
    limits.invitations(admin, email)
    try:
        with transaction() as tx:
            access.check_still_holds(admin, tx)
            return made(tx, email, role, language, admin)
    except IntegrityError as error:
        raise invited() from error


def make_by_shell(email: str, role: str) -> InvitationState:
    """For whoever has the shell, who hands the link over: nothing is mailed. One that is open for
    the address gives way. Raises `Invalid` with `fields`."""
    email, role = users.checked_email(email), checked_role(role)
    with transaction() as tx:
        tx.run(REVOKE_OF_EMAIL, {"address": email, "at": clock.now()})
        return made(tx, email, role, "", None)


def renew(admin: Actor, invitation_id: int, language: str = "") -> InvitationState:
    """Another link for another week, in the name of whoever asks; the one before ends.

    Raises `Forbidden`, `Unauthorized`, `NotFound`, `Invalid` with `fields`, `TooFast`.
    """
    check_may_invite(admin)
    shown = database.row(OPEN, which=invitation_id)
    if shown is None:
        raise gone()
    limits.invitations(admin, InvitationState._make(shown).email)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        found = tx.run(OPEN_LOCKED, {"which": invitation_id}).first()
        if found is None:
            raise gone()
        before = InvitationState._make(found)
        check_free(tx, before.email)
        now = clock.now()
        values: dict[str, Any] = {
            "new_key": new_key(),
            "by": admin.id,
            "at": now,
            "until": now + HOLDS_MS,
        }
        tx.run(RENEW, values | {"which": before.id})
        given = InvitationState(
            before.id, values["new_key"], before.email, before.role, admin.id, now, now + HOLDS_MS
        )
        told(tx, given, language, admin)
        return given


def revoke(admin: Actor, invitation_id: int) -> None:
    """Its link opens nothing from now on. Raises `Forbidden`, `Unauthorized`, `NotFound`."""
    check_may_invite(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        if not tx.run(REVOKE, {"which": invitation_id, "at": clock.now()}).rowcount:
            raise gone()
        audits.record(tx, Action.INVITATION_REVOKED, admin, subject_id=invitation_id)


def accept(key: str, name: str, password: str) -> Actor:
    """Whoever has the link makes the account, once, with the role that it was given.

    Raises `Invalid` with `fields`, `NotFound` when it holds no more, `EmailTaken` when somebody has
    got an account with its address meanwhile.
    """
    shown = database.row(invitations.BY_KEY, key=key, now=clock.now())
    if shown is None:
        raise NotFound
    invitation = InvitationState._make(shown)
    values = users.new(name, invitation.email, password, invitation.role)
    try:
        with transaction() as tx:
            if tx.run(BY_KEY_LOCKED, {"key": key, "now": clock.now()}).first() is None:
                raise NotFound
            person = users.added(tx, values)
            tx.run(ACCEPT, {"which": invitation.id, "at": clock.now()})
            about: dict[str, Any] = {"role": person.role, "invitation": invitation.id}
            audits.record(tx, Action.INVITATION_ACCEPTED, person, subject_id=person.id, **about)
            return person
    except IntegrityError as error:
        raise users.taken() from error


def forget_old() -> None:
    """Removes those that ended a month ago, whatever became of them."""
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - KEPT_MS})


def made(
    tx: Transaction, email: str, role: str, language: str, by: Actor | None
) -> InvitationState:
    if tx.run(HOW_MANY, {}).scalar() >= MOST:
        said = _l("There are %(limit)s open invitations already.", limit=MOST)
        raise Invalid(said, fields={"email": said})
    check_free(tx, email)
    now = clock.now()
    values: dict[str, Any] = {
        "key": new_key(),
        "email": email,
        "role": role,
        "made_by_id": by and by.id,
        "created_at": now,
        "expires_at": now + HOLDS_MS,
    }
    given = InvitationState(tx.add(INSERT, values), **values)
    told(tx, given, language, by)
    return given


def told(tx: Transaction, given: InvitationState, language: str, by: Actor | None) -> None:
    """What an invitation, or another link of it, leads to: a row of the log, and a mail."""
    audits.record(tx, Action.INVITATION_MADE, by, subject_id=given.id, role=given.role)
    if by is not None and mail.is_on():
        about = {"invitation_id": given.id, "language": language}
        tx.later(Job("mail_invitation", about, unique_key=f"mail-invitation-{given.id}"))


def check_may_invite(admin: Actor) -> None:
    """No key does it: it would make somebody who may more than it. Raises `Forbidden`."""
    access.require_admin(admin)
    if admin.scopes is not None:
        raise Forbidden


def check_free(tx: Transaction, email: str) -> None:
    if tx.run(users.BY_EMAIL, {"email": email}).scalar() is not None:
        raise Invalid(EmailTaken.message, fields={"email": EmailTaken.message})


def checked_role(role: str) -> str:
    """Customers register by themselves."""
    if users.checked_role(role) == Role.CUSTOMER:
        said = _l("It is none of the choices.")
        raise Invalid(said, fields={"role": said})
    return role


def invited() -> Invalid:
    said = _l("This address is invited already. Invite it again in the list.")
    return Invalid(said, fields={"email": said})


def gone() -> NotFound:
    return NotFound(_l("That invitation is no longer open."))


def new_key() -> str:
    return secrets.token_hex(invitations.KEY_LENGTH // 2)

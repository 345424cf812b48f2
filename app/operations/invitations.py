"""Invitations: an admin names an address and a role, and whoever has the link makes the account."""

import secrets
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import EmailTaken, Forbidden, Invalid, NotFound, Unauthorized
from app.models import database, invitations, mail
from app.models.audits import Action
from app.models.invitations import InvitationState
from app.models.jobs import Job
from app.models.users import Actor, Role
from app.operations import access, audits, limits, mail_addresses, users
from app.operations.transaction import Transaction, transaction

DAY_MS = 24 * 3600 * 1000
HOLDS_MS = 7 * DAY_MS
KEPT_MS = 30 * DAY_MS  # after that its address is nobody's business
MOST = 200
PART = 8  # of a key, which tells one from another and opens nothing
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
    .returning(i.id)
)
ACCEPT = update(invitations.table).where(IS_THIS).values(accepted_at=bindparam("at"))
FORGET = delete(invitations.table).where(
    func.coalesce(i.accepted_at, i.revoked_at, i.expires_at) <= bindparam("before")
)


def make(admin: Actor, email: str, role: str, language: str = "") -> InvitationState:
    """An invitation for this address, which holds for a week; it is mailed where mail goes out.

    `language` is what the mail is in. An account that a customer has with this address becomes that
    of whoever accepts. Raises `Forbidden`, `Unauthorized`, `Invalid` with `fields`, also for an
    address that has another account or an open invitation, and `TooFast`.
    """
    check_may_invite(admin)
    email, role = users.checked_email(email), checked_role(role)
    limits.invitations(admin)
    is_mailed = goes_by_mail(email)
    try:
        with counted(email, is_mailed), transaction() as tx:
            hold(tx, admin)
            return told(tx, made(tx, email, role, admin), admin, language, is_mailed)
    except IntegrityError as error:
        raise invited() from error


def make_by_shell(email: str, role: str) -> InvitationState:
    """For whoever has the shell, who hands the link over: nothing is mailed. One that is open for
    the address gives way. Raises `Invalid` with `fields`."""
    email, role = users.checked_email(email), checked_role(role)
    try:
        with transaction() as tx:
            before = {"address": email, "at": clock.now()}
            for ended in tx.run(REVOKE_OF_EMAIL, before).scalars().all():
                audits.record(tx, Action.INVITATION_REVOKED, subject_id=ended)
            return told(tx, made(tx, email, role, None), None)
    except IntegrityError as error:
        raise invited() from error


def renew(admin: Actor, invitation_id: int, language: str = "") -> InvitationState:
    """Another link for another week, in the name of whoever asks; the one before ends.

    Raises `Forbidden`, `Unauthorized`, `NotFound`, `Invalid` with `fields`, `TooFast`.
    """
    check_may_invite(admin)
    shown = database.row(OPEN, which=invitation_id)
    if shown is None:
        raise gone()
    email = InvitationState._make(shown).email
    limits.invitations(admin)
    is_mailed = goes_by_mail(email)
    with counted(email, is_mailed), transaction() as tx:
        hold(tx, admin)
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
        return told(tx, given, admin, language, is_mailed)


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

    A customer's account with its address becomes theirs, with this name and password: whoever
    registered it may have been anybody. Raises `Invalid` with `fields`, `NotFound` when it holds no
    more, `EmailTaken` when the address has got another account meanwhile.
    """
    shown = database.row(invitations.BY_KEY, key=key, now=clock.now())
    if shown is None:
        raise NotFound
    invitation = InvitationState._make(shown)
    values = users.new(name, invitation.email, password, invitation.role)
    try:
        with transaction() as tx:
            # People before invitations, as whoever takes rights locks them.
            has = tx.run(users.BY_EMAIL, {"email": invitation.email}).scalar()
            before = None if has is None else users.standing_of(tx, has)
            if tx.run(BY_KEY_LOCKED, {"key": key, "now": clock.now()}).first() is None:
                raise NotFound
            if before is None:
                person = users.added(tx, values)
            else:
                given = (values["name"], values["password_hash"], invitation.role)
                person = users.raised(tx, before, *given)
                mail_addresses.forget(tx, person.id)
            tx.run(ACCEPT, {"which": invitation.id, "at": clock.now()})
            about: dict[str, Any] = {"role": person.role, "invitation": invitation.id}
            audits.record(tx, Action.INVITATION_ACCEPTED, person, subject_id=person.id, **about)
            return person
    except IntegrityError as error:
        raise users.taken() from error


def forget_old() -> None:
    """Removes those that were accepted or revoked a month ago, or whose week was over then."""
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - KEPT_MS})


def made(tx: Transaction, email: str, role: str, by: Actor | None) -> InvitationState:
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
    return InvitationState(tx.add(INSERT, values), **values)


def told(
    tx: Transaction,
    given: InvitationState,
    by: Actor | None,
    language: str = "",
    is_mailed: bool = False,
) -> InvitationState:
    """What an invitation, or another link of it, leads to: a row of the log, and a mail."""
    audits.record(tx, Action.INVITATION_MADE, by, subject_id=given.id, role=given.role)
    if is_mailed:
        said = {"invitation_id": given.id, "language": language, "part": given.key[:PART]}
        # Each link has a mail of its own: that of the one before may wait for its next attempt.
        which = f"mail-invitation-{given.id}-{given.key[:PART]}"
        tx.later(Job("mail_invitation", said, unique_key=which))
    return given


def goes_by_mail(email: str) -> bool:
    return mail.is_on() and not database.scalar(mail.IS_UNWANTED, email=email)


def counted(email: str, is_mailed: bool) -> AbstractContextManager[None]:
    return limits.invitation_mail(email) if is_mailed else nullcontext()


def hold(tx: Transaction, admin: Actor) -> None:
    """Who takes the admin's rights meanwhile waits, and finds what they have made. Raises
    `Unauthorized`."""
    now = access.locked_person(tx, admin.id)
    if now is None or now.auth_version != admin.auth_version:
        raise Unauthorized


def check_may_invite(admin: Actor) -> None:
    """No key does it: it would make somebody who may more than it. Raises `Forbidden`."""
    access.require_admin(admin)
    if admin.scopes is not None:
        raise Forbidden


def check_free(tx: Transaction, email: str) -> None:
    found = tx.run(users.STANDING_OF_EMAIL, {"email": email}).first()
    if found is not None and not users.is_raisable(tx, found):
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

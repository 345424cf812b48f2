"""People: registering, making, changing, deactivating and reactivating them."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, and_, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app import addresses, clock
from app.errors import Conflict, EmailTaken, Forbidden, Invalid, NotFound
from app.events import AccessEnded, PersonChanged
from app.models import RefreshToken, identities, invitations, mail, users, visitors
from app.models.audits import Action
from app.models.jobs import Job
from app.models.users import NAME_LENGTH, Actor, Role
from app.operations import access, audits, chat_links, limits, passwords, words
from app.operations.transaction import Transaction, transaction
from app.visible import drawn, shows

INSERT = insert(users.table)
BY_EMAIL = select(users.table.c.id).where(users.table.c.email == bindparam("email"))
BUMP = (
    update(users.table)
    .where(users.table.c.id == bindparam("who"))
    .values(auth_version=users.table.c.auth_version + 1, rights_changed_at=bindparam("now"))
    .returning(users.table.c.auth_version)
)

BY_ID_LOCKED = (
    select(*users.ACTOR_COLUMNS, users.table.c.renamed_at)
    .where(users.table.c.id == bindparam("who"))
    .with_for_update(key_share=True)
)
RENAME = (
    update(users.table)
    .where(users.table.c.id == bindparam("who"))
    .values(name=bindparam("name"), email=bindparam("email"), renamed_at=bindparam("at"))
)
u = users.table.c
STANDING = select(
    u.id, u.role, u.is_active, u.email, u.password_hash, u.erased_at, u.merged_into_id
)
STANDING_OF_EMAIL = STANDING.where(u.email == bindparam("email"))
# Whoever gives or takes rights of an admin waits here for others who do: of two who would shut out
# one another one has been shut out by then. By id, or they would wait for each other.
STANDING_LOCKED = (
    STANDING.where(or_(u.id == bindparam("who"), and_(u.role == Role.ADMIN.value, u.is_active)))
    .order_by(u.id)
    .with_for_update(key_share=True)
)
IS_KNOWN_TO_SITES = select(
    or_(
        exists().where(identities.table.c.user_id == bindparam("who")),
        exists().where(
            visitors.tokens.c.user_id == bindparam("who"),
            visitors.tokens.c.expires_at > bindparam("now"),
        ),
    )
)
JOINERS = "\u200c\u200d"  # by which Persian parts a word and Indic scripts and emoji join
VIRAMA = 9  # the combining class of what takes its vowel from an Indic letter
# The flags of England, Scotland and Wales, which are spelled in tags; no other tags are seen.
FLAGS = re.compile(
    "\U0001f3f4\U000e0067\U000e0062"
    "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)"
    "\U000e007f"
)
END_INVITATIONS = (
    update(invitations.table)
    .where(invitations.table.c.made_by_id == bindparam("who"), invitations.IS_OPEN)
    .values(revoked_at=bindparam("now"))
    .returning(invitations.table.c.id)
)
END_LOGINS = delete(RefreshToken).where(RefreshToken.user_id == bindparam("user_id"))


def register(name: str, email: str, password: str, address: str) -> Actor:
    """A new customer, from this network address.

    Raises `Invalid` with `fields`, `EmailTaken`, `TooFast`.
    """
    # What could be no account counts for nothing; an e-mail address that is taken does: nobody
    # learns of many in this way.
    checked_name(name)
    checked_email(email)
    passwords.check(password)
    limits.registrations(address)
    return create(name, email, password, Role.CUSTOMER)


def create(name: str, email: str, password: str, role: str) -> Actor:
    """A new person of any role: for whoever has the shell, and for `register`.

    Raises `Invalid` with `fields`, `EmailTaken`.
    """
    values = new(name, email, password, role)
    try:
        with transaction() as tx:
            made = added(tx, values)
            if made.role != Role.CUSTOMER:
                audits.record(tx, Action.PERSON_MADE, subject_id=made.id, role=made.role)
            return made
    except IntegrityError as error:
        raise taken() from error


def new(name: str, email: str, password: str, role: str) -> dict[str, Any]:
    """A row of a person, checked and hashed: before a transaction, which nothing may hold up."""
    return {
        "name": checked_name(name),
        "email": checked_email(email),
        "role": checked_role(role),
        "password_hash": passwords.hashed(password),
        "is_active": True,
        "auth_version": 1,
        "created_at": clock.now(),
    }


def added(tx: Transaction, values: dict[str, Any]) -> Actor:
    """Whom `new` has described. Raises `IntegrityError` where the address is somebody's."""
    user_id = tx.add(INSERT, values)
    words.keep(tx, user_id, values["name"], values["email"])
    return Actor(id=user_id, **{name: values[name] for name in Actor._fields if name in values})


def edit(
    admin: Actor,
    user_id: int,
    *,
    name: str | None = None,
    email: str | None = None,
    role: str | None = None,
    is_active: bool | None = None,
) -> Actor:
    """Another name, address or role, given to anybody by an admin, and whether they may log in.

    What they said keeps standing. By another name or address what was issued to them holds, by
    another role, or without access, it ends at once. Nobody does that to themselves, so that an
    admin remains; nor does a key, which would make somebody who may more than it. A customer is
    given no other role but by an invitation, which proves that the address is theirs. Raises
    `Forbidden`, `NotFound`, `Conflict`, `Invalid` with `fields`, `EmailTaken`.
    """
    access.require_admin(admin)
    name, email = checked(name, email)
    rights: dict[str, Any] = {} if role is None else {"role": checked_role(role)}
    rights |= {} if is_active is None else {"is_active": is_active}
    if not rights:
        return renamed_by(admin, user_id, name, email)
    if admin.scopes is not None:
        raise Forbidden(_l("No API key gives or takes rights."))
    try:
        with transaction() as tx:
            standing = standing_of(tx, user_id)
            access.check_still_holds(admin, tx)
            allow(tx, admin, standing, rights)
            return renamed_by_another(tx, user_id, name, email, admin)
    except IntegrityError as error:
        raise taken() from error


def edit_own(
    actor: Actor,
    *,
    name: str | None = None,
    email: str | None = None,
    confirm: Callable[[], None],
) -> Actor:
    """Another name or address of one's own, for customers: the others ask an admin. Visitors of a
    site have none of their own: they are called as the site says, or by a code.

    `confirm` proves that it is really they who take another address. Raises what it raises, and
    `Forbidden`, `Invalid` with `fields`, `EmailTaken`, `TooFast`.
    """
    if not access.has_account(actor):
        raise Forbidden
    name, email = checked(name, email)
    limits.edits(actor)
    if email not in (None, actor.email):
        confirm()
    return renamed_by(actor, actor.id, name, email)


def checked(name: str | None, email: str | None) -> tuple[str | None, str | None]:
    return (
        name if name is None else checked_name(name),
        email if email is None else checked_email(email),
    )


def renamed_by(actor: Actor, user_id: int, name: str | None, email: str | None) -> Actor:
    """`renamed`, as long as the actor is still who they were. Raises `EmailTaken`, `NotFound`."""
    try:
        with transaction() as tx:
            access.check_still_holds(actor, tx)
            return renamed_by_another(tx, user_id, name, email, actor)
    except IntegrityError as error:
        raise taken() from error


def set_name(email: str, name: str) -> Actor:
    """For whoever has the shell. Raises `NotFound`, `Invalid` with `fields`."""
    name = checked_name(name)
    with transaction() as tx:
        return renamed_by_another(tx, id_of(tx, email), name, None)


def set_email(email: str, new: str) -> Actor:
    """For whoever has the shell. Raises `NotFound`, `Invalid` with `fields`, `EmailTaken`."""
    new = checked_email(new)
    try:
        with transaction() as tx:
            return renamed_by_another(tx, id_of(tx, email), None, new)
    except IntegrityError as error:
        raise taken() from error


def renamed_by_another(
    tx: Transaction, user_id: int, name: str | None, email: str | None, by: Actor | None = None
) -> Actor:
    """`renamed`, which is written down unless it is their own doing."""
    before, after = before_and_after(tx, user_id, name, email)
    changed = [each for each in ("name", "email") if getattr(before, each) != getattr(after, each)]
    if changed and (by is None or by.id != user_id):
        audits.record(tx, Action.PERSON_CHANGED, by, subject_id=user_id, changed=changed)
    return after


def renamed(tx: Transaction, user_id: int, name: str | None, email: str | None) -> Actor:
    """The person as they are called now: those whose pages are open are told."""
    return before_and_after(tx, user_id, name, email)[1]


def before_and_after(
    tx: Transaction, user_id: int, name: str | None, email: str | None
) -> tuple[Actor, Actor]:
    found = tx.run(BY_ID_LOCKED, {"who": user_id}).first()
    if found is None:
        raise NotFound
    before = Actor.of(found[:-1])
    after = before._replace(name=name or before.name, email=email or before.email)
    if after != before:
        # The later name is told as the later one, whatever the clock says.
        at = max(clock.now(), (found.renamed_at or 0) + 1)
        called = {"name": after.name, "email": after.email}
        tx.run(RENAME, {"name": after.name, "email": after.email or None, "who": user_id, "at": at})
        words.keep(tx, user_id, **called)
        tx.say(PersonChanged(user_id, at=at, **called))
    return before, after


def standing_of(tx: Transaction, user_id: int) -> Row[Any]:
    """What somebody may as it is now, locked together with all admins. Raises `NotFound`."""
    found = tx.run(STANDING_LOCKED, {"who": user_id}).all()
    theirs: Row[Any] | None = next((row for row in found if row.id == user_id), None)
    if theirs is None or theirs.erased_at is not None:
        raise NotFound
    return theirs


def allow(tx: Transaction, admin: Actor, before: Row[Any], rights: dict[str, Any]) -> None:
    """Rights that an admin gives or takes; those that somebody has already change nothing.

    Raises `Conflict`.
    """
    wanted = {name: value for name, value in rights.items() if getattr(before, name) != value}
    if not wanted:
        return
    if before.id == admin.id:
        raise Conflict(_l("Nobody does that to themselves. Ask another admin."))
    if not before.email or not before.password_hash or before.merged_into_id is not None:
        raise Conflict(_l("They have no account of their own. Invite them."))
    if "role" in wanted and before.role == Role.CUSTOMER:
        # Who registers proves nothing: the address may be a colleague's, the password a stranger's.
        raise Conflict(_l("A customer gets another role by an invitation alone. Invite them."))
    set_rights(tx, before.id, wanted, admin)


def raised(tx: Transaction, before: Row[Any], name: str, password_hash: str, role: str) -> Actor:
    """The account that a customer has, as that of whoever was invited and chose this password.

    Nobody who knew the one before, or has come by it, is in any more. `before` is what
    `standing_of` has found. Raises `EmailTaken` for an account that no invitation changes.
    """
    if not is_raisable(tx, before):
        raise taken()
    rights = {"role": role, "password_hash": password_hash}
    set_rights(tx, before.id, rights, renamed(tx, before.id, name, None))
    return Actor.of(tx.run(BY_ID_LOCKED, {"who": before.id}).first()[:-1])


def is_raisable(tx: Transaction, standing: Row[Any]) -> bool:
    """Whether an invitation to its address makes this account one of the desk's: a customer's own,
    which no site acts for."""
    if standing.role != Role.CUSTOMER or not standing.is_active:
        return False
    values = {"who": standing.id, "now": clock.now()}
    return standing.merged_into_id is None and not tx.run(IS_KNOWN_TO_SITES, values).scalar()


def check_may_be(tx: Transaction, user_id: int, role: str) -> None:
    """Whom a site names, or knows by a browser, acts by what the site says: as a customer, and
    never as anybody who may more. Raises `Conflict`."""
    values = {"who": user_id, "now": clock.now()}
    if role != Role.CUSTOMER and tx.run(IS_KNOWN_TO_SITES, values).scalar():
        raise Conflict(
            _l("They write from a site, which could act for them. Invite them by another address.")
        )


def set_rights(
    tx: Transaction, user_id: int, values: dict[str, Any], by: Actor | None = None
) -> int:
    """`give_rights`, which is written down. Invitations that they have made hold no longer, either,
    also once they may again what they may no longer."""
    version = give_rights(tx, user_id, **values)
    if "role" in values or "is_active" in values:
        chat_links.revoke_of_person(tx, user_id)
    for name, value in values.items():
        said = {"role": value} if name == "role" else {}
        audits.record(tx, action_of(name, value), by, subject_id=user_id, **said)
    for ended in tx.run(END_INVITATIONS, {"who": user_id, "now": clock.now()}).scalars().all():
        audits.record(tx, Action.INVITATION_REVOKED, by, subject_id=ended)
    return version


def action_of(name: str, value: Any) -> Action:
    if name == "is_active":
        return Action.PERSON_REACTIVATED if value else Action.PERSON_DEACTIVATED
    return Action.ROLE_SET if name == "role" else Action.PASSWORD_SET


def taken() -> EmailTaken:
    return EmailTaken(fields={"email": EmailTaken.message})


def set_password(email: str, password: str) -> None:
    """Whatever was issued to the person before no longer holds. Raises `NotFound`, `Invalid`."""
    change(email, password_hash=passwords.hashed(password))


def set_role(email: str, role: str) -> None:
    """What was issued before no longer holds. Raises `NotFound`, `Conflict`, `Invalid` with
    `fields`."""
    change(email, role=checked_role(role))


def deactivate(email: str) -> None:
    """The person can no longer log in; sessions, tokens and sockets end. Raises `NotFound`."""
    change(email, is_active=False)


def reactivate(email: str) -> None:
    """The person can log in again; what had ended stays ended. Raises `NotFound`."""
    change(email, is_active=True)


def change(email: str, **values: Any) -> None:
    """For whoever has the shell, who may shut out the last admin, too, and makes another one."""
    with transaction() as tx:
        user_id = id_of(tx, email)
        check_may_be(tx, user_id, values.get("role", Role.CUSTOMER))
        set_rights(tx, user_id, values)


def change_own_password(
    actor: Actor, password: str, *, language: str, confirm: Callable[[], None]
) -> Actor:
    """Another password of one's own; the actor with their new rights. What was issued to them
    before no longer holds.

    `confirm` proves that it is really they. Raises what it raises, `Forbidden` for visitors of a
    site, `Invalid` with `fields`, `Unauthorized`.
    """
    if not access.has_password(actor):
        raise Forbidden
    passwords.check(password)
    confirm()
    kept = passwords.hashed(password)
    with transaction() as tx:
        person = access.locked_person(tx, actor.id)
        access.check_still_holds(actor, tx)
        # The address of this moment, which the actor of the request may not have.
        return give_password(tx, actor, kept, language, person.email if person else actor.email)


def give_password(
    tx: Transaction, person: Actor, kept: str, language: str, email: str | None
) -> Actor:
    """The person, whose row is locked, with a password of their own choosing, by its hash; they
    are told by mail, at the address that they have now: whoever took an account over would give
    it another one next. Of staff and providers it is in the audit log."""
    if person.is_customer:
        version = give_rights(tx, person.id, password_hash=kept)
    else:
        version = set_rights(tx, person.id, {"password_hash": kept}, person)
    if mail.is_on() and email:
        told = {"user_id": person.id, "language": language, "email": email}
        tx.later(Job("mail_password_change", told | {"changed_at": clock.now()}))
    return person._replace(auth_version=version)


def give_rights(tx: Transaction, user_id: int, **values: Any) -> int:
    """What was issued to the person before no longer holds; the version of what holds from now."""
    version: int = tx.run(BUMP, {"who": user_id, "now": clock.now()}).scalar_one()
    tx.run(END_LOGINS, {"user_id": user_id})
    tx.run(update(users.table).where(users.table.c.id == user_id).values(**values), {})
    tx.say(AccessEnded(user_id, version))
    return version


def id_of(tx: Transaction, email: str) -> int:
    found = tx.run(BY_EMAIL, {"email": addresses.normal(email)}).scalar()
    if found is None:
        raise NotFound(_l("There is nobody with this e-mail address."))
    return int(found)


def checked_name(name: str) -> str:
    name = on_one_line(name)
    if not (shows(name) and len(name) <= NAME_LENGTH):
        said = _l("A name has 1 to %(limit)s characters.", limit=NAME_LENGTH)
        raise Invalid(said, fields={"name": said})
    return name


def on_one_line(text: str) -> str:
    """What is seen of it, with single blanks."""
    flags = {index for flag in FLAGS.finditer(text) for index in range(*flag.span())}
    kept = (c for index, c in enumerate(text) if index in flags or belongs(text, index))
    return " ".join("".join(kept).split())


def belongs(name: str, index: int) -> bool:
    """Whether a character stays in a name: what is seen, blanks, and what joins two letters.

    After a virama a joiner says how the letter is drawn, also where the word ends with it.
    """
    char = name[index]
    if char in JOINERS:
        before, after = name[max(index - 1, 0) : index], name[index + 1 : index + 2]
        ends = bool(before) and unicodedata.combining(before) == VIRAMA
        return ends or all(drawn(each) and each.strip() for each in (before, after))
    return drawn(char) or char.isspace()


def checked_email(email: str) -> str:
    try:
        return addresses.checked(email)
    except EmailNotValidError as error:
        said = _l("That is not an e-mail address.")
        raise Invalid(said, fields={"email": said}) from error


def checked_role(role: str) -> str:
    try:
        return Role(role).value
    except ValueError as error:
        said = _l("A role is one of %(roles)s.", roles=", ".join(Role))
        raise Invalid(said, fields={"role": said}) from error

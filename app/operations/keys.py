"""API keys: made and revoked by admins; when one was last used. Only a hash of each is stored."""

import json
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from app import clock
from app.errors import Invalid, NotFound
from app.models import keys
from app.models.audits import Action
from app.models.keys import NAME_LENGTH, PREFIX, SHOWN, KeyState, Scope
from app.models.users import Actor
from app.operations import access, audits, limits
from app.operations.transaction import transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST, MOST_DAYS = 50, 3650
SECRET_BYTES = 32
DAY_MS = 24 * 3600 * 1000
MINUTE_MS = 60 * 1000
k = keys.table.c
INSERT = insert(keys.table)
REMOVE = delete(keys.table).where(k.id == bindparam("which"))
HOW_MANY = select(func.count()).select_from(keys.table)
USED = (
    update(keys.table)
    .where(k.id == bindparam("which"))
    .where(or_(k.last_used_at.is_(None), k.last_used_at <= bindparam("before")))
    .values(last_used_at=bindparam("at"))
)


def make(
    admin: Actor,
    name: str,
    scopes: Sequence[str],
    user_id: int | None = None,
    days: int | None = None,
) -> tuple[KeyState, str]:
    """A key of these scopes that acts for somebody of staff, else for its maker, for so many
    `days`, else without an end; and the key itself, which is told this once.

    Raises `Forbidden`, `Unauthorized`, `Invalid`, also for too many, `TooFast`.
    """
    access.require_admin(admin)
    name, wanted = checked(name, scopes, days)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"name": _l("There are %(limit)s keys already.", limit=MOST)})
        acts_for = admin if user_id is None else access.locked_person(tx, user_id)
        if acts_for is None or not acts_for.is_staff:
            raise Invalid(fields={"userId": _l("That colleague is not there.")})
        key, now = PREFIX + secrets.token_urlsafe(SECRET_BYTES), clock.now()
        values: dict[str, Any] = {
            "name": name,
            "ends_with": key[-SHOWN:],
            "scopes": json.dumps(wanted),
            "user_id": acts_for.id,
            "made_by_id": admin.id,
            "created_at": now,
            "expires_at": None if days is None else now + days * DAY_MS,
            "last_used_at": None,
        }
        made = KeyState(id=tx.add(INSERT, values | {"key_hash": digest(key)}), **values)
        about: dict[str, Any] = {"person": acts_for.id, "scopes": wanted, "days": days}
        audits.record(tx, Action.KEY_MADE, admin, subject_id=made.id, **about)
        return made, key


def revoke(admin: Actor, key_id: int) -> None:
    """It proves nothing from now on. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_admin(admin)
    limits.sends(admin)
    with transaction() as tx:
        access.check_still_holds(admin, tx)
        if not tx.run(REMOVE, {"which": key_id}).rowcount:
            raise NotFound(_l("That key is not there."))
        audits.record(tx, Action.KEY_REVOKED, admin, subject_id=key_id)


def used(key: KeyState) -> None:
    """Writes down that it was used, where that was not done within the last minute."""
    now = clock.now()
    if key.last_used_at is not None and now - key.last_used_at < MINUTE_MS:
        return
    with transaction() as tx:
        tx.run(USED, {"which": key.id, "before": now - MINUTE_MS, "at": now})


def digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def checked(name: str, scopes: Sequence[str], days: int | None) -> tuple[str, list[str]]:
    """As they are stored. Raises `Invalid`."""
    wrong = {}
    name = on_one_line(name)
    if not shows(name):
        wrong["name"] = _l("It takes a name.")
    elif len(name) > NAME_LENGTH:
        wrong["name"] = _l("It has at most %(limit)s characters.", limit=NAME_LENGTH)
    if not scopes:
        wrong["scopes"] = _l("It takes a scope at least.")
    elif not set(scopes) <= set(Scope):
        wrong["scopes"] = _l("It is none of the choices.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        wrong["days"] = _l("It takes a number from 1 to %(limit)s.", limit=MOST_DAYS)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return name, [each.value for each in Scope if each in scopes]

"""Refresh tokens: each is used once; one that comes again ends its whole family."""

import secrets
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import Row, and_, bindparam, delete, insert, select, update

from app import clock
from app.errors import TokenInvalid
from app.models import tokens, users
from app.models.users import Actor
from app.operations import access, logins
from app.operations.transaction import Transaction, transaction

table = tokens.RefreshToken.__table__
DAY_MS = 24 * 3600 * 1000
INSERT = insert(table)  # type: ignore[arg-type]
BY_HASH = (
    select(table.c.id, table.c.family, table.c.used_at, table.c.expires_at, *users.ACTOR_COLUMNS)
    .join(users.table, and_(users.table.c.id == table.c.user_id, users.table.c.is_active))
    .where(table.c.token_hash == bindparam("token_hash"))
    .with_for_update(of=table)
)
USE = update(table).where(table.c.id == bindparam("token_id")).values(used_at=bindparam("at"))  # type: ignore[arg-type]
EXPIRED = delete(table).where(table.c.expires_at <= bindparam("now"))  # type: ignore[arg-type]
FAMILY_OF = select(table.c.user_id, table.c.family).where(
    table.c.token_hash == bindparam("token_hash")
)


def issue(actor: Actor) -> tuple[Actor, str]:
    """A new login: the actor as they are known by it, and the first token of its family.

    Raises `Unauthorized` when what proved the actor no longer holds: while a password was being
    verified it may have been changed.
    """
    actor = logins.begun(actor)
    with transaction() as tx:
        access.locked_person(tx, actor.id)  # a change of rights comes before this or after it
        access.check_still_holds(actor, tx)
        logins.write_down(tx, actor, "token")
        return actor, add(tx, actor)


def refresh(token: str) -> tuple[Actor, str]:
    """The actor as they are now, and the next token of the family.

    Raises `Unauthorized` for a token that is unknown, expired or was used before; in the last
    case somebody else has it too, and nobody keeps the family.
    """
    with transaction() as tx:
        found = held(tx, token) and tx.run(BY_HASH, {"token_hash": digest(token)}).first()
        if found is not None:
            actor = Actor.of(found[4:], found.family)
            if found.used_at is None and found.expires_at > clock.now():
                tx.run(USE, {"token_id": found[0], "at": clock.now()})
                return actor, add(tx, actor)
            logins.end_login(tx, actor.id, found.family)
    raise TokenInvalid


def revoke(token: str) -> None:
    """Ends the login that the token belongs to; an unknown one is no matter."""
    with transaction() as tx:
        found = held(tx, token)
        if found is not None:
            logins.end_login(tx, found.user_id, found.family)


def forget_expired() -> None:
    """Removes what no longer proves anything."""
    with transaction() as tx:
        tx.run(EXPIRED, {"now": clock.now()})


def held(tx: Transaction, token: str) -> Row[Any] | None:
    """Whose token it is and its family, the person's row locked, and before the token's.

    Whatever ends tokens locks in the same order, so that no token is given meanwhile.
    """
    found: Row[Any] | None = tx.run(FAMILY_OF, {"token_hash": digest(token)}).first()
    if found is not None:
        access.locked_person(tx, found.user_id)
    return found


def add(tx: Transaction, actor: Actor) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    values = {
        "user_id": actor.id,
        "family": actor.login,
        "token_hash": digest(token),
        "created_at": now,
        "expires_at": now + current_app.config["REFRESH_TOKEN_DAYS"] * DAY_MS,
    }
    tx.run(INSERT, values)
    return token


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()

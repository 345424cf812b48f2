"""Logging out: what a login gave, its session, its tokens and its sockets, ends everywhere."""

import secrets

from flask import current_app
from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.events import AccessEnded
from app.models import RefreshToken, logins
from app.models.users import Actor
from app.operations import access
from app.operations.transaction import Transaction, transaction

INSERT = insert(logins.table).on_conflict_do_nothing()
END_TOKENS = delete(RefreshToken).where(RefreshToken.family == bindparam("ended"))
FORGET = delete(logins.table).where(logins.table.c.ended_at <= bindparam("before"))
DAY_MS = 24 * 3600 * 1000


def begun(actor: Actor) -> Actor:
    """The actor as somebody who has just logged in."""
    return actor._replace(login=secrets.token_hex(logins.ID_LENGTH // 2))


def end(actor: Actor) -> None:
    """The actor logs out, which ends this login and no other of theirs."""
    if actor.login is None:
        return
    with transaction() as tx:
        access.locked_person(tx, actor.id)
        end_login(tx, actor.id, actor.login)


def end_login(tx: Transaction, user_id: int, login: str) -> None:
    """Ends a login of this person, whose row the caller has locked; again is fine."""
    tx.run(END_TOKENS, {"ended": login})
    ended = {"login": login, "user_id": user_id, "ended_at": clock.now()}
    if tx.run(INSERT, ended).rowcount:
        tx.say(AccessEnded(user_id, 0, login))


def forget_old() -> None:
    """Forgets logins that ended so long ago that nothing of them can be shown any more."""
    days = max(current_app.config["REFRESH_TOKEN_DAYS"], current_app.config["SESSION_DAYS"])
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - (days + 1) * DAY_MS})

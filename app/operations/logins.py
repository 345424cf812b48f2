"""Logging out: what a login gave, its session, its tokens and its sockets, ends everywhere."""

import secrets

from flask import current_app
from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert  # SQLite renders its ON CONFLICT as well

from app import clock
from app.events import AccessEnded
from app.models import RefreshToken, logins
from app.models.audits import Action
from app.models.users import Actor
from app.operations import access, audits, limits
from app.operations.transaction import Transaction, transaction

INSERT = insert(logins.table).on_conflict_do_nothing()
END_TOKENS = delete(RefreshToken).where(RefreshToken.family == bindparam("ended"))
FORGET = delete(logins.table).where(logins.table.c.ended_at <= bindparam("before"))
DAY_MS = 24 * 3600 * 1000


def begun(actor: Actor) -> Actor:
    """The actor as somebody who has just logged in."""
    return actor._replace(login=secrets.token_hex(logins.ID_LENGTH // 2))


def begun_on_page(actor: Actor) -> Actor:
    """The same, on a page; staff's is written down."""
    if actor.is_staff:
        with transaction() as tx:
            write_down(tx, actor, "page")
    return begun(actor)


def write_down(tx: Transaction, actor: Actor, by: str) -> None:
    """That somebody of staff logs in, `by` a page or for a token."""
    if actor.is_staff:
        audits.record(tx, Action.SIGNED_IN, actor, subject_id=actor.id, by=by)


def failed(user_id: int) -> None:
    """Somebody has shown a wrong password of this member of staff, which is written down six
    times an hour at most: who goes on guessing fills nothing."""
    if limits.is_told("FAILURES_TOLD", user_id):
        with transaction() as tx:
            audits.record(tx, Action.SIGN_IN_FAILED, subject_id=user_id)


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

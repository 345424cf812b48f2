"""Exports: asked for by a manager, made by a job, there for a day."""

import secrets

from sqlalchemy import bindparam, delete, insert, select, update

from app import clock
from app.errors import NotFound
from app.models import database, exports, users
from app.models.audits import Action
from app.models.exports import KEPT_MS, KEY_LENGTH, OF_CUSTOMER, ExportState
from app.models.jobs import Job
from app.models.users import Actor, Role
from app.operations import access, audits, limits
from app.operations.transaction import transaction

KIND = "export_customer"
e, u = exports.table.c, users.table.c
PERSON = (
    select(u.id)
    .where(u.id == bindparam("who"), u.role == Role.CUSTOMER, u.erased_at.is_(None))
    .with_for_update(key_share=True)
)
REPLACE = delete(exports.table).where(e.customer_id == bindparam("who"))
INSERT = insert(exports.table)
READY = (
    update(exports.table)
    .where(e.key == bindparam("which"))
    .values(ready_at=bindparam("at"), size=bindparam("bytes"))
)
FORGET = delete(exports.table).where(e.asked_at <= bindparam("before"))


def ask(manager: Actor, customer_id: int, language: str = "") -> ExportState:
    """A manager wants all that is kept of a customer; what was made before is made anew. Its pages
    are in this language, or the desk's first.

    Raises `Forbidden`, `Unauthorized`, `NotFound` for who is no customer, `TooFast`.
    """
    access.require_manager(manager)
    limits.sends(manager)
    with transaction() as tx:
        access.check_still_holds(manager, tx)
        if tx.run(PERSON, {"who": customer_id}).first() is None:
            raise NotFound
        made = ExportState(
            customer_id=customer_id,
            key=secrets.token_hex(KEY_LENGTH // 2),
            by_id=manager.id,
            asked_at=clock.now(),
            ready_at=None,
            size=None,
        )
        tx.run(REPLACE, {"who": customer_id})
        tx.run(INSERT, made._asdict())
        audits.record(tx, Action.CUSTOMER_EXPORTED, manager, subject_id=customer_id)
        wanted = {"customer_id": customer_id, "language": language}
        tx.later(Job(KIND, wanted, unique_key=f"{KIND}:{customer_id}"))
        return made


def record_by_shell(customer_id: int) -> None:
    """For whoever has the shell, where it is written at once."""
    with transaction() as tx:
        audits.record(tx, Action.CUSTOMER_EXPORTED, subject_id=customer_id)


def of_customer(manager: Actor, customer_id: int) -> ExportState | None:
    """The last one, as long as it is kept. Raises `Forbidden`."""
    access.require_manager(manager)
    return begun(customer_id)


def begun(customer_id: int) -> ExportState | None:
    """The last one, for who makes it."""
    found = database.row(OF_CUSTOMER, customer_id=customer_id)
    if found is None or found.asked_at <= clock.now() - KEPT_MS:
        return None
    return ExportState._make(found)


def ready(made: ExportState, size: int) -> bool:
    """It is there. False: nobody wants it any more, or another one was asked for."""
    with transaction() as tx:
        values = {"which": made.key, "at": clock.now(), "bytes": size}
        return bool(tx.run(READY, values).rowcount)


def forget_old() -> None:
    """Who asked has had a day to fetch it."""
    with transaction() as tx:
        tx.run(FORGET, {"before": clock.now() - KEPT_MS})

"""Writing down what somebody will have to answer for, in the transaction that does it."""

import json

from sqlalchemy import insert

from app import clock
from app.models import audits
from app.models.audits import Action
from app.models.users import Actor
from app.operations.transaction import Transaction

INSERT = insert(audits.table)
# Ids, numbers, and names of settings or of choices among few: a person's words are none.
Setting = int | str | bool | None | list[str]


def record(
    tx: Transaction,
    action: Action,
    actor: Actor | None = None,
    *,
    chat_id: int | None = None,
    subject_id: int | None = None,
    **details: Setting,
) -> None:
    """One row of the log.

    Without an actor it was the desk itself, whoever has its shell, or a rule, whose id `rule` of
    the details is then.
    """
    values = {
        "created_at": clock.now(),
        "actor_id": actor and actor.id,
        "action": action.value,
        "chat_id": chat_id,
        "subject_id": subject_id,
        "details": json.dumps(details),
    }
    tx.run(INSERT, values)

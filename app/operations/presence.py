"""Who is there: a row a person and process, renewed while it lives, void when it does not."""

from collections.abc import Collection
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, delete, insert, select, union, update

from app import clock
from app.announce import announce
from app.events import PresenceChanged, StaffJoined
from app.models import Presence, chats, database, users
from app.models.chats import LIVING
from app.models.users import Actor
from app.operations.transaction import Transaction, transaction

table = Presence.__table__
ADD = insert(table)  # type: ignore[arg-type]
FORGET = delete(table).where(  # type: ignore[arg-type]
    table.c.process == bindparam("in_process"), table.c.user_id == bindparam("who")
)
RENEW = (
    update(table)  # type: ignore[arg-type]
    .where(table.c.process == bindparam("in_process"))
    .values(expires_at=bindparam("until"))
    .returning(table.c.user_id)
)
ELSEWHERE = select(table.c.user_id).where(
    table.c.user_id == bindparam("who"), table.c.expires_at > bindparam("now")
)
IS_VOID = table.c.expires_at <= bindparam("now")
VOID = select(table.c.user_id).where(IS_VOID).limit(1)
EXPIRE = delete(table).where(IS_VOID).returning(table.c.user_id)  # type: ignore[arg-type]
SEEN = (
    update(users.table)
    .where(users.table.c.id == bindparam("who"))
    .values(last_seen_at=bindparam("at"))
)
# Staff who asked something here without a line, and when; written down by `note_calls`.
called: dict[int, int] = {}
c = chats.table.c
PEOPLE: Any = bindparam("people", expanding=True)
# Each by its own index, from which a condition on `status` would lead SQLite away; but for agents,
# who keep what is over.
CHATS_OF = union(
    *(
        select(c.customer_id, c.agent_id, c.provider_id, c.status).where(*theirs)
        for theirs in (
            (c.customer_id.in_(PEOPLE),),
            (c.agent_id.in_(PEOPLE), c.status.in_(LIVING)),
            (c.provider_id.in_(PEOPLE),),
        )
    )
)


def update_process(process: str, came: Collection[int], left: Collection[int]) -> None:
    """Who came to and left this process since the last call. Others are told of real changes."""
    if not came and not left:
        return
    with transaction() as tx:
        changed = [who for who in sorted(came) if arrive(tx, process, who)]
        gone = depart(tx, [who for who in left if forget(tx, process, who)])
    tell(changed, gone)


def renew(process: str, people: Collection[int]) -> None:
    """A sign of life for these people, all who are connected to this process.

    Whose row another process has taken for void meanwhile, after a database or a machine that
    stood still, arrives again.
    """
    with transaction() as tx:
        renewed = tx.run(RENEW, {"in_process": process, "until": expiry()}).scalars().all()
        missed = sorted(set(people) - set(renewed))
        changed = [who for who in missed if arrive(tx, process, who)]
    tell(changed, [])


def expire() -> None:
    """Forgets those whose process gave no sign of life for `PRESENCE_SECONDS`."""
    if database.row(VOID, now=clock.now()) is None:
        return
    with transaction() as tx:
        gone = depart(tx, tx.run(EXPIRE, {"now": clock.now()}).scalars().all())
    tell([], gone)


def joins(staff: Actor) -> None:
    """A member of staff says that they are here: told to the others, stored nowhere."""
    announce([StaffJoined(staff.id)])


def calls(actor: Actor) -> None:
    """A member of staff asks something by REST or a page: they are there, whether connected or not.

    Remembered here and written later: no one who only reads waits for a database that is locked.
    """
    if actor.is_staff:
        called[actor.id] = clock.now()


def note_calls() -> None:
    """Writes down when those of staff who asked something were last there."""
    if not called:
        return
    noted = dict(called)
    with transaction() as tx:
        for who, at in sorted(noted.items()):
            seen(tx, who, at)
    for who, at in noted.items():
        if called.get(who) == at:
            del called[who]


def seen(tx: Transaction, who: int, at: int) -> None:
    """They were there, then at last."""
    tx.run(SEEN, {"who": who, "at": at})


def arrive(tx: Transaction, process: str, who: int) -> bool:
    """Whether they were nowhere before."""
    was_online = tx.run(ELSEWHERE, {"who": who, "now": clock.now()}).first() is not None
    tx.run(FORGET, {"in_process": process, "who": who})
    tx.run(ADD, {"user_id": who, "process": process, "expires_at": expiry()})
    return not was_online


def forget(tx: Transaction, process: str, who: int) -> bool:
    """Whether they were still known to be here; another process may have taken them for gone."""
    return bool(tx.run(FORGET, {"in_process": process, "who": who}).rowcount)


def depart(tx: Transaction, left: Collection[int]) -> list[int]:
    """Those of them who are nowhere now."""
    now = clock.now()
    # In one order: two processes that lock the same people would wait for each other.
    for who in sorted(set(left)):
        seen(tx, who, now)
    return [
        who
        for who in sorted(set(left))
        if tx.run(ELSEWHERE, {"who": who, "now": now}).first() is None
    ]


def tell(came: Collection[int], left: Collection[int]) -> None:
    if not came and not left:
        return
    now, shared = clock.now(), shared_with({*came, *left})
    announce([PresenceChanged(who, True, None, shared[who]) for who in came])
    announce([PresenceChanged(who, False, now, shared[who]) for who in left])


def shared_with(people: Collection[int]) -> dict[int, tuple[int, ...]]:
    """For each of these people those with whom they share a chat that goes on.

    A provider's chat with a customer has no end: either writes in it again whenever they like.
    """
    known: dict[int, set[int]] = {who: set() for who in people}
    for row in database.rows(CHATS_OF, people=sorted(people)):
        lasts = row.status in LIVING or row.provider_id is not None
        parties = {party for party in row[:3] if party} if lasts else set()
        for who in parties & known.keys():
            known[who] |= parties - {who}
    return {who: tuple(sorted(others)) for who, others in known.items()}


def expiry() -> int:
    return clock.now() + int(current_app.config["PRESENCE_SECONDS"]) * 1000

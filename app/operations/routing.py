"""Chats that wait come to who can take them: oldest first, whenever one can.

Nobody is asked first: the chat is the agent's, and goes on to another one, or back to its place in
the queue, if they do not answer. What is given is decided under the locks of the chat and of the
agent, so that two processes give no chat twice and nobody more than they take.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, func, or_, select

from app import clock
from app.models import chats, database, messages, teams, users
from app.models.availability import AVAILABLE, FREE, Colleague
from app.models.chats import SELECT_CHATS, ChatState
from app.models.jobs import Job
from app.models.messages import Line
from app.models.teams import Routing
from app.operations import access, assignments
from app.operations.availability import idle_at, put
from app.operations.transaction import Transaction, transaction

NO_TEAM = 0
MOST_MISSED = 20  # one after the other, to others who give at the same time; then they go on
c, m, u = chats.table.c, messages.table.c, users.table.c
ONE_FREE = FREE.where(u.id == bindparam("who"))
ONE_AVAILABLE = AVAILABLE.where(u.id == bindparam("who"))
WAYS = select(teams.table.c.id, teams.table.c.routing)
MEMBERS = select(teams.members.c.user_id).where(teams.members.c.team_id == bindparam("team"))
OLDEST = (
    select(c.id, c.team_id)
    .where(
        c.waiting_since > 0,
        func.coalesce(c.team_id, NO_TEAM).in_(bindparam("queues", expanding=True)),
    )
    .order_by(c.waiting_since, c.id)
    .limit(1)
)
TEAM_OF = select(c.team_id).where(c.id == bindparam("chat_id"))
ONE = SELECT_CHATS.where(c.id == bindparam("chat_id")).with_for_update(of=chats.table)
# The agent has written since, or somebody else has had to do with the chat.
SETTLED = (
    select(m.id)
    .where(
        m.chat_id == bindparam("chat"),
        m.seq > bindparam("since"),
        or_(m.line.is_not(None), m.sender_id == bindparam("agent")),
    )
    .limit(1)
)


def pull() -> list[int]:
    """Gives what waits to who is free, until nothing waits that anybody could take.

    The ids of the chats, in the order in which they were given. Where everything goes by hand it
    asks for no more than that.
    """
    ways = automatic()
    given: list[int] = []
    queues, missed = set(ways), 0
    while queues and missed < MOST_MISSED:
        found = database.row(OLDEST, queues=sorted(queues))
        if found is None:
            break
        team_id = found.team_id or NO_TEAM
        agent = next(iter(candidates(team_id, ways[team_id])), None)
        if agent is None:
            queues.discard(team_id)  # of other teams somebody may be free
        elif give(found.id, agent):
            given.append(found.id)
            missed = 0
        else:
            missed += 1
    return given


def automatic() -> dict[int, Routing]:
    """The teams whose chats come by themselves, and how; `NO_TEAM` stands for chats of none."""
    desk = Routing(current_app.config["ROUTING"])
    ways = {NO_TEAM: desk}
    ways |= {row.id: Routing(row.routing or desk) for row in database.rows(WAYS)}
    return {team_id: way for team_id, way in ways.items() if way != Routing.BY_HAND}


def candidates(team_id: int, way: Routing, but: int | None = None) -> list[Colleague]:
    """Who could take one more chat of the team, whose turn it is first."""
    rows = database.rows(FREE, **bounds())
    found = [each for each in map(Colleague._make, rows) if not each.away]
    if team_id != NO_TEAM:
        inside = {row.user_id for row in database.rows(MEMBERS, team=team_id)}
        found = [each for each in found if each.id in inside]
    is_by_load = way == Routing.LEAST_BUSY
    return sorted(
        (each for each in found if each.id != but),
        key=lambda each: (each.open_chats if is_by_load else 0, each.given_at or 0, each.id),
    )


def give(chat_id: int, agent: Colleague) -> bool:
    """The chat is the agent's, if it still waits and they can still take one."""
    with transaction() as tx:
        chat = locked(tx, chat_id)
        return bool(chat and chat.is_waiting and is_given(tx, chat, agent, chat.waiting_since))


def is_given(tx: Transaction, chat: ChatState, agent: Colleague, since: int | None) -> bool:
    """Asked once more under the agent's lock: another process may have given them one."""
    person = access.locked_person(tx, agent.id)
    if person is None or not is_one(tx, ONE_FREE, bounds() | {"who": agent.id}):
        return False
    taken = assignments.take(tx, chat, person)
    put(tx, person.id, given_at=clock.now())
    offered(tx, {"chat_id": chat.id, "agent_id": person.id, "seq": taken.version, "since": since})
    return True


def is_there(tx: Transaction, agent_id: int) -> bool:
    """Whether this colleague can answer now: they are connected, not away and not idle."""
    return is_one(tx, ONE_AVAILABLE, {"idle_at": idle_at(), "who": agent_id})


def is_one(tx: Transaction, statement: Any, values: Mapping[str, int]) -> bool:
    """Whether the statement finds the agent, and they are not away by their hours."""
    found = tx.run(statement, values).first()
    return found is not None and not Colleague._make(found).away


def offered(tx: Transaction, offer: Mapping[str, Any]) -> None:
    """It is looked at again when the agent has had the time to answer."""
    seconds = int(current_app.config["OFFER_SECONDS"])
    if seconds:
        tx.later(Job("look_at_offer", offer, run_at=clock.now() + seconds * 1000))


def look_at_offer(chat_id: int, agent_id: int, seq: int, since: int | None) -> None:
    """A chat that was given at `seq` and has had no answer goes to another agent who is free.

    Where nobody is, it stays with who has it, and is looked at again; whoever is not there any more
    loses it: it waits again, since when it did. What was answered, closed, or moved by somebody
    stays where it is.
    """
    found = database.row(TEAM_OF, chat_id=chat_id)
    team_id = (found and found.team_id) or NO_TEAM
    way = automatic().get(team_id)
    others = candidates(team_id, way, but=agent_id) if way else []
    with transaction() as tx:
        chat = locked(tx, chat_id)
        if chat is None or is_settled(tx, chat, agent_id, seq):
            return
        if others and is_given(tx, chat, others[0], since):
            return
        if not is_there(tx, agent_id):
            assignments.queue(tx, chat, Line.LEFT, chat.agent_name or "", since=since)
        else:
            offer = {"chat_id": chat_id, "agent_id": agent_id, "seq": seq, "since": since}
            offered(tx, offer)


def is_settled(tx: Transaction, chat: ChatState, agent_id: int, seq: int) -> bool:
    values = {"chat": chat.id, "since": seq, "agent": agent_id}
    # Who puts a chat aside has taken it up.
    is_theirs = chat.is_open and chat.agent_id == agent_id and not chat.is_snoozed
    return not is_theirs or tx.run(SETTLED, values).first() is not None


def locked(tx: Transaction, chat_id: int) -> ChatState | None:
    found = tx.run(ONE, {"chat_id": chat_id}).first()
    return found and access.locked(found, tx)


def bounds() -> dict[str, int]:
    return {"idle_at": idle_at(), "capacity": int(current_app.config["CAPACITY"])}

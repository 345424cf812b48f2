"""Who answers a chat: taking it, handing it over, giving it back to the queue."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, bindparam, or_, select, true

from app import clock
from app.direction import isolated
from app.errors import AlreadyAssigned, ChatBlocked, NewerChat, NotFound, NotSupportChat
from app.events import TakenOver
from app.models import chats, database
from app.models.audits import Action
from app.models.chats import SELECT_CHATS, ChatState, Status
from app.models.messages import Line
from app.models.presence import online
from app.models.topics import TopicState
from app.models.users import STAFF, Actor
from app.operations import access, presence, versions
from app.operations.audits import record
from app.operations.transaction import Transaction, transaction

# What a claim may be refused with, beside what any loading of a chat is.
CLAIM_REFUSALS = (AlreadyAssigned, ChatBlocked, NewerChat, NotSupportChat)
LOOKED_AT = 200  # a time: the rest comes the next time
IS_UNATTENDED = and_(
    chats.table.c.needs_reply.is_(true()),
    chats.table.c.status == Status.OPEN.value,
    chats.table.c.provider_id.is_(None),
    chats.table.c.snoozed_until.is_(None),  # until then nobody is to answer
    chats.table.c.last_sender_id == chats.table.c.customer_id,  # or it came back from a snooze
    or_(
        and_(chats.agents.c.last_seen_at <= bindparam("gone_at"), ~online(chats.table.c.agent_id)),
        chats.agents.c.role.not_in(STAFF),  # they may be here, and see it no more
        ~chats.agents.c.is_active,
    ),
)
UNATTENDED = (
    select(chats.table.c.id)
    .join(chats.agents, chats.agents.c.id == chats.table.c.agent_id)
    .where(IS_UNATTENDED)
    .limit(LOOKED_AT)
)
STILL_UNATTENDED = SELECT_CHATS.where(
    chats.table.c.id == bindparam("chat_id"), IS_UNATTENDED
).with_for_update(of=chats.table)


def claim(staff: Actor, chat_id: int) -> ChatState:
    """Takes a chat that nobody has; one's own again is fine.

    Of two who claim at once one gets it, the other `AlreadyAssigned`, which names the holder.
    """
    access.require_staff(staff)
    with transaction() as tx:
        chat = access.chat_for(staff, chat_id, tx)
        check_support(chat)
        if chat.agent_id == staff.id and chat.is_open:
            return chat
        if chat.is_open and chat.agent_id not in (None, staff.id):
            raise held(chat)  # who had one that is over has it no longer: a message takes it too
        return take(tx, chat, staff)


def assign(staff: Actor, chat_id: int, agent_id: int) -> ChatState:
    """Hands the chat to a member of staff, whoever has it now. Who takes it from a colleague
    answers for it, and the colleague is told."""
    access.require_staff(staff)
    with transaction() as tx:
        return assigned(tx, access.chat_for(staff, chat_id, tx), staff, agent_id)


def assigned(tx: Transaction, chat: ChatState, staff: Actor, agent_id: int) -> ChatState:
    check_support(chat)
    if chat.agent_id == agent_id and chat.is_open:
        return chat
    after = take(tx, chat, colleague(tx, agent_id))
    if chat.is_open and chat.agent_id is not None and agent_id == staff.id:
        record(tx, Action.CHAT_TAKEN_OVER, staff, chat_id=chat.id, agent=chat.agent_id)
        tx.say(TakenOver(after, chat.agent_id, staff.id, staff.name))
    elif agent_id != staff.id:
        given = {"agent": agent_id, "had_it": chat.agent_id}
        record(tx, Action.CHAT_TRANSFERRED, staff, chat_id=chat.id, **given)
    return after


def colleague(tx: Transaction, agent_id: int) -> Actor:
    """Somebody who can be given a chat, their row locked. Raises `NotFound`."""
    agent = access.locked_person(tx, agent_id)
    if agent is None or agent.role not in STAFF:
        raise NotFound(_l("That colleague is not there."))
    return agent


def release(staff: Actor, chat_id: int) -> ChatState:
    """Gives the chat back to the queue."""
    access.require_staff(staff)
    with transaction() as tx:
        return released(tx, access.chat_for(staff, chat_id, tx))


def released(tx: Transaction, chat: ChatState) -> ChatState:
    check_support(chat)
    return queue(tx, chat, Line.QUEUED) if chat.is_open else chat


def release_unattended() -> list[int]:
    """Gives back to the queue what nobody sees: chats that need a reply and whose agent has gone.

    An agent has gone `AWAY_SECONDS` after their last connection ended and their last call; who is
    no longer one has gone at once. The chats' ids.
    """
    return [chat_id for chat_id in unattended() if release_if_unattended(chat_id, gone_at())]


def unattended() -> list[int]:
    """The chats that nobody sees, so many of them as are looked at a time."""
    return [row.id for row in database.rows(UNATTENDED, gone_at=gone_at())]


def gone_at() -> int:
    """Who was last seen then or before, has gone."""
    return clock.now() - int(current_app.config["AWAY_SECONDS"]) * 1000


def release_if_unattended(chat_id: int, gone: int) -> bool:
    """Asked once more under the chat's lock: an answer or another process may have come first."""
    with transaction() as tx:
        found = tx.run(STILL_UNATTENDED, {"chat_id": chat_id, "gone_at": gone}).first()
        if found is not None:
            chat = access.locked(found, tx)
            # They have waited since they wrote, not since their agent was missed.
            queue(tx, chat, Line.LEFT, chat.agent_name or "", since=chat.active_at)
        return found is not None


def take(tx: Transaction, chat: ChatState, agent: Actor) -> ChatState:
    """The chat is open and this agent's; both sides are told."""
    check_not_blocked(chat)
    check_newest(tx, chat)
    # Who takes a chat is there, by whatever door: the time after which they are missed begins.
    presence.seen(tx, agent.id, clock.now())
    changes: dict[str, Any] = {
        "status": Status.OPEN.value,
        "agent_id": agent.id,
        "agent_name": agent.name,
        "waiting_since": None,
        "closed_at": None,
        "active_at": chat.active_at or clock.now(),
        "needs_reply": chat.awaits_answer,
    }
    return versions.line(tx, versions.changed(tx, chat, **changes), Line.JOINED, agent.name)


def queue(
    tx: Transaction,
    chat: ChatState,
    line: Line | None = None,
    name: str = "",
    since: int | None = None,
    team_id: int | None = None,
    topic: TopicState | None = None,
) -> ChatState:
    """The chat waits for an agent, behind those who wait already or from `since` on; for one of
    its team, of another one where that is named, or of that to which its new topic leads."""
    now = clock.now()
    asks_again = chat.is_over and since is None
    waiting = versions.changed(
        tx,
        chat,
        status=Status.WAITING.value,
        agent_id=None,
        agent_name=None,
        team_id=topic.team_id if topic else team_id or chat.team_id,
        topic_id=topic.id if topic else chat.topic_id,
        waiting_since=since or now,
        asked_at=now if asks_again else chat.asked_at,
        closed_at=None,
        needs_reply=chat.awaits_answer,
    )
    return versions.line(tx, waiting, line, name) if line else waiting


def check_support(chat: ChatState) -> None:
    check_not_blocked(chat)
    if not chat.is_support:
        raise NotSupportChat


def check_not_blocked(chat: ChatState) -> None:
    if chat.is_blocked:
        raise ChatBlocked


def check_newest(tx: Transaction, chat: ChatState) -> None:
    """A finished chat after which its customer has begun another stays finished.

    They look at the newest, and would never see what is said in this one.
    """
    if access.has_newer_now(chat, tx):
        raise NewerChat


def check_not_merged(chat: ChatState) -> None:
    """All that was said in such a one goes on in another, and so does what staff does about it."""
    if chat.merged_into_id is not None:
        raise NewerChat


def held(chat: ChatState) -> AlreadyAssigned:
    return AlreadyAssigned(_l("%(name)s has this chat.", name=isolated(chat.agent_name or "")))

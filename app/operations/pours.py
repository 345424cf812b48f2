"""Two chats that become one: all that was said in one of them follows in the other.

In the order of time. What was said in the other one after that gets a new place as well, so that
both read as one chat: as its next versions, which brings them to everybody who has it open.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from heapq import merge as in_order
from itertools import dropwhile
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from app import clock
from app.events import ChatChanged, TagsChanged
from app.models import bots, chats, links, mail, messages, ratings, rules, topics
from app.models.chats import LIVING, ChatState, Priority, Side, Status
from app.models.rules import When
from app.models.topics import TopicState
from app.operations import blocks, mails, notes, pins, reactions, search, tags, versions
from app.operations.transaction import Transaction

m, b, r, post = messages.table.c, bots.table.c, ratings.table.c, mail.mails.c
runs = rules.runs.c
SAID_IN = (
    select(
        m.id,
        m.seq,
        m.chat_id,
        m.sender_id,
        m.client_id,
        m.created_at,
        m.reactions,
        m.held_at,
    )
    .where(m.chat_id == bindparam("chat_id"))
    .order_by(m.seq)
)
# From the first that was said then or later.
SAID_SINCE = SAID_IN.where(
    m.seq
    >= select(func.min(m.seq))
    .where(m.chat_id == bindparam("chat_id"), m.created_at >= bindparam("since"))
    .scalar_subquery()
)
# What senders have called their messages there that is a name here, too.
there: Any = messages.table.alias("there")
NAMED_TWICE = (
    select(there.c.sender_id, there.c.client_id)
    .where(there.c.chat_id == bindparam("into_id"))
    # Not a join, for which SQLite reads the one chat whole for each message of the other.
    .where(there.c.client_id.in_(select(m.client_id).where(m.chat_id == bindparam("chat_id"))))
)
POUR = (
    update(messages.table)
    .where(m.id == bindparam("message_id"))
    .values(
        chat_id=bindparam("into_id"),
        seq=bindparam("place"),
        version=bindparam("place"),
        sender_id=bindparam("by"),
        client_id=bindparam("name"),
        reactions=bindparam("reacted"),
    )
)
PRIORITIES = (None, Priority.HIGH, Priority.URGENT)
# Where one goes on is where all go on that have led to it.
LEAD_ON = (
    update(chats.table)
    .where(chats.table.c.merged_into_id == bindparam("of_chat"))
    .values(merged_into_id=bindparam("into_id"))
)
MAILS_OF = select(post.id, post.after_seq, post.up_to).where(post.chat_id == bindparam("chat_id"))
DROP_BEGUN = delete(mail.mails).where(
    post.chat_id == bindparam("of_chat"), post.sent_at.is_(None), post.refused_at.is_(None)
)
MOVE_MAIL = (
    update(mail.mails)
    .where(post.id == bindparam("which"))
    .values(chat_id=bindparam("into_id"), after_seq=bindparam("since"), up_to=bindparam("until"))
)
MOVE_LINKS = (
    update(links.table)
    .where(links.table.c.chat_id == bindparam("of_chat"))
    .values(chat_id=bindparam("into_id"))
)
ANSWERED = select(b.chat_id, b.seq).where(b.chat_id.in_(bindparam("ids", expanding=True)))
MOVE_ANSWERED = (
    update(bots.table)
    .where(b.chat_id == bindparam("of_chat"))
    .values(chat_id=bindparam("into_id"), seq=bindparam("place"))
)
RATED = select(r.chat_id).where(r.chat_id == bindparam("into_id"))
# What was asked and not answered stays behind, where nobody is asked any more.
MOVE_RATED = (
    update(ratings.table)
    .where(r.chat_id == bindparam("of_chat"), r.rated_at.is_not(None))
    .values(chat_id=bindparam("into_id"))
)
RUNS = (
    select(runs.id, runs.rule_id, runs.cause)
    .join(rules.table, rules.table.c.id == runs.rule_id)
    .where(runs.chat_id == bindparam("chat_id"), rules.table.c.event != When.CLOSED_FOR)
    .order_by(runs.cause.desc())
)
MOVE_RUN = (
    update(rules.runs)
    .where(runs.id == bindparam("which"))
    .values(chat_id=bindparam("into_id"), cause=bindparam("place"))
)


class Places:
    """Where what was said in a chat stands now, by its `seq` before.

    `start` is where that stands now which was before all of it; without one it has not moved.
    """

    def __init__(self, said: Mapping[int, int], start: int | None = None) -> None:
        self.said, self.start = said, start
        self.seqs = list(said)

    def of(self, seq: int) -> int:
        before = bisect_right(self.seqs, seq)
        if before:
            return self.said[self.seqs[before - 1]]
        return seq if self.start is None else self.start


def pour(tx: Transaction, chat: ChatState, into: ChatState) -> ChatState:
    """All that was said in the chat follows in the other one; the chat stays behind, empty.

    Both are locked. What belongs to the chat goes along: notes, tags as far as there is room,
    pins, a block, what was rated, what was mailed, and links to it.
    """
    ids = {"into_id": into.id, "chat_id": chat.id}
    taken = {tuple(row) for row in tx.run(NAMED_TWICE, ids)}
    ordered = both(tx, chat, into)
    moved: list[dict[str, Any]] = []
    said: dict[int, dict[int, int]] = {chat.id: {}, into.id: {}}
    for place, row in enumerate(ordered, into.version + 1):
        said[row.chat_id][row.seq] = place
        by = into.customer_id if row.sender_id == chat.customer_id else row.sender_id
        # Two messages that one sender calls the same are two here; one of them loses its name.
        is_twice = row.chat_id == chat.id and (by, row.client_id) in taken
        reacted = reactions.moved(row.reactions, {chat.customer_id: into.customer_id})
        named = {"place": place, "by": by, "name": None if is_twice else row.client_id}
        moved.append(named | {"message_id": row.id, "into_id": into.id, "reacted": reacted})
    theirs, ours = Places(said[chat.id], into.version), Places(said[into.id])
    leave(tx, chat, into)
    if ours.said:  # first, while there are no others among them
        notes.move(tx, into, into, ours.of, ours.seqs[0])
    notes.move(tx, chat, into, theirs.of)
    search.later(tx, into.id)
    is_blocked = chat.is_blocked and not into.is_blocked
    blocks.move(tx, chat, into, is_blocked=is_blocked)
    if not moved:
        tx.run(pins.LEAVE_NONE, {"of_chat": chat.id})
        tx.run(tags.LEAVE_NONE, {"of_chat": chat.id})
        if not is_blocked:
            return into
        changes = {"needs_reply": False, "waiting_since": None}
        return versions.changed(tx, into, status=Status.BLOCKED.value, **changes)
    tx.connection.execute(POUR, moved)
    pins.pour(tx, chat, into)
    go_along(tx, chat, into, theirs, ours)
    # The change of the chat itself has a version of its own: whoever is in step with the chat sees
    # the gap, and asks for what was said.
    end = into.version + len(moved)
    after = into._replace(
        version=end + 1,
        updated_at=clock.now(),
        active_at=max(into.active_at, chat.active_at),
        team_id=into.team_id or chat.team_id,
        topic_id=into.topic_id or topic_for(tx, chat, into),
        priority=max(into.priority, chat.priority, key=PRIORITIES.index),
        snoozed_until=None,  # there is more in it than was put aside
        unread_mark=end + 1 if into.is_marked_unread or chat.is_marked_unread else None,
        **going_on(chat, into),
    )
    for side in Side:
        after = after._replace(**read(side, chat, into, ordered))
    after = after._replace(**last_words(chat, into, ordered))
    after = after._replace(needs_reply=after.status in LIVING and after.awaits_answer)
    if chat.held_seq is not None or into.held_seq is not None:
        after = versions.with_held(tx, after)
    is_moved = (after.agent_id, after.team_id) != (into.agent_id, into.team_id)
    stored = versions.store(tx, into, after)
    tx.say(ChatChanged(stored, before=Status(into.status), is_reassigned=is_moved))
    found = tags.pour(tx, chat, into)
    if found is not None:
        tx.say(TagsChanged(after, tuple(each.name for each in found)))
    if after.customer_unread:
        mails.ask(tx, after)
    return after


def topic_for(tx: Transaction, chat: ChatState, into: ChatState) -> int | None:
    """The chat's topic, unless it is one of another site."""
    found = chat.topic_id and tx.run(topics.BY_ID, {"topic_id": chat.topic_id}).first()
    return chat.topic_id if found and TopicState._make(found).stands_on(into.site_id) else None


def both(tx: Transaction, chat: ChatState, into: ChatState) -> list[Row[Any]]:
    """What gets a place behind all others: each chat's own order holds, and that of time."""
    theirs = tx.run(SAID_IN, {"chat_id": chat.id}).all()
    if not theirs:
        return []
    since = min(row.created_at for row in theirs)
    ours = tx.run(SAID_SINCE, {"chat_id": into.id, "since": since}).all()
    two = (theirs, ours) if chat.id < into.id else (ours, theirs)  # of one moment: as they began
    ordered = in_order(*two, key=attrgetter("created_at"))
    return list(dropwhile(lambda row: row.chat_id == into.id, ordered))


def go_along(
    tx: Transaction, chat: ChatState, into: ChatState, theirs: Places, ours: Places
) -> None:
    """What was answered by itself, rated and mailed, and links.

    Mail to somebody who was not known as this customer stays where it was.
    """
    move_runs(tx, chat, into, theirs, ours)
    key = {"of_chat": chat.id, "into_id": into.id}
    answered = {row.chat_id: row.seq for row in tx.run(ANSWERED, {"ids": [chat.id, into.id]})}
    if into.id in answered:
        key_of_into = {"of_chat": into.id, "into_id": into.id}
        tx.run(MOVE_ANSWERED, key_of_into | {"place": ours.of(answered[into.id])})
    elif chat.id in answered:
        tx.run(MOVE_ANSWERED, key | {"place": theirs.of(answered[chat.id])})
    if tx.run(RATED, {"into_id": into.id}).first() is None:
        tx.run(MOVE_RATED, key)
    if chat.customer_id != into.customer_id:
        return
    tx.run(DROP_BEGUN, {"of_chat": chat.id})
    sent = [(row, theirs) for row in tx.run(MAILS_OF, {"chat_id": chat.id})]
    sent += [(row, ours) for row in tx.run(MAILS_OF, {"chat_id": into.id})]
    for row, places in sent:
        span = {"since": places.of(row.after_seq), "until": places.of(row.up_to)}
        tx.run(MOVE_MAIL, span | {"which": row.id, "into_id": into.id})
    tx.run(MOVE_LINKS, key)


def move_runs(
    tx: Transaction, chat: ChatState, into: ChatState, theirs: Places, ours: Places
) -> None:
    """What rules have done because of a message is so where that stands now."""
    taken = set()
    for of, places in ((into, ours), (chat, theirs)):
        for row in tx.run(RUNS, {"chat_id": of.id}).all():  # the last first: each place is free
            place = places.of(row.cause)
            if (row.rule_id, place) not in taken:
                taken.add((row.rule_id, place))
                moved = {"which": row.id, "into_id": into.id, "place": place}
                tx.run(MOVE_RUN, moved)


def going_on(chat: ChatState, into: ChatState) -> dict[str, Any]:
    """The state of what both have become. Blocked stays blocked; who answers goes on answering."""
    if into.is_blocked or (into.is_open and not chat.is_blocked):
        return {}
    if into.is_waiting and not (chat.is_open or chat.is_blocked):
        return waiting_on(chat, into)
    if chat.is_over or (chat.is_waiting and chat.waiting_since is None):
        return {}
    kept = ("status", "agent_id", "agent_name", "waiting_since", "closed_at")
    return {name: getattr(chat, name) for name in (*kept, "asked_at", "first_reply_at")}


def waiting_on(chat: ChatState, into: ChatState) -> dict[str, Any]:
    """Who waits keeps the better place of two in the queue, and the first question of which nobody
    has answered any."""
    waits = [
        each for each in (into, chat) if each.is_waiting and each.waiting_since
    ]  # else not yet
    if not waits:
        return {}
    asked = [each for each in waits if each.awaits_first_answer]
    since = min(each.waiting_since or 0 for each in waits)
    first = min(asked, key=lambda each: each.asked_at or 0, default=into)
    answered = {"asked_at": first.asked_at, "first_reply_at": first.first_reply_at}
    return {"waiting_since": since} | answered


def read(
    side: Side, chat: ChatState, into: ChatState, ordered: Sequence[Row[Any]]
) -> dict[str, Any]:
    """How far a side has read what was said to it, in its new order.

    What stands behind something that it has not read counts as unread as well.
    """
    from_customer, of = side == Side.STAFF, {chat.id: chat, into.id: into}
    said = [
        (place, row)
        for place, row in enumerate(ordered, into.version + 1)
        if row.sender_id and (row.sender_id == of[row.chat_id].customer_id) == from_customer
    ]
    to_side = [(place, row) for place, row in said if row.held_at is None]
    unread = [place for place, row in to_side if row.seq > of[row.chat_id].read_by(side)]
    new = [row for _place, row in to_side if row.seq > into.read_by(side)]
    # Those that have kept their places.
    before = into.unread_by(side) - sum(row.chat_id == into.id for row in new)
    seen = [place for place, row in said if row.seq <= of[row.chat_id].read_by(side)]
    got = [place for place, row in said if row.seq <= of[row.chat_id].delivered_to(side)]
    pointer, delivered = into.read_by(side), into.delivered_to(side)
    if not before:
        behind = [place for place, row in to_side if row.seq > of[row.chat_id].delivered_to(side)]
        pointer = last_before(unread, seen, pointer)
        delivered = last_before(behind, got, delivered)
    return {
        f"{side}_read": pointer,
        f"{side}_delivered": max(delivered, pointer),
        f"{side}_unread": before + sum(place > pointer for place, _row in to_side),
    }


def last_before(unknown: Sequence[int], known: Sequence[int], otherwise: int) -> int:
    """The last place that is known before the first that is not; never one of what is held below
    it, which nobody has seen: that is new when it is released."""
    first = min(unknown, default=None)
    return max((place for place in known if first is None or place < first), default=otherwise)


def is_counted(row: Row[Any]) -> bool:
    """Whether somebody said it to the other side, which lines are not, nor what is held."""
    return row.sender_id is not None and row.held_at is None


def last_words(chat: ChatState, into: ChatState, ordered: Sequence[Row[Any]]) -> dict[str, Any]:
    """Of whichever was said last."""
    places = enumerate(ordered, into.version + 1)
    said = [(place, row) for place, row in places if is_counted(row)]
    if not said:
        return {}
    place, row = said[-1]
    if row.chat_id == into.id:
        return {"last_seq": place}
    by = into.customer_id if chat.awaits_answer else chat.last_sender_id
    kept = {"last_text": chat.last_text, "last_gist": chat.last_gist}
    return {"last_seq": place, "last_sender_id": by, **kept}


def leave(tx: Transaction, chat: ChatState, into: ChatState) -> None:
    """The chat is put away, and says where to go on."""
    tx.run(LEAD_ON, {"of_chat": chat.id, "into_id": into.id})
    versions.changed(
        tx,
        chat,
        status=Status.ARCHIVED.value,
        merged_into_id=into.id,
        needs_reply=False,
        waiting_since=None,
        closed_at=chat.closed_at or clock.now(),
        customer_unread=0,
        staff_unread=0,
        unread_mark=None,
        last_seq=0,
        last_text="",
        held_seq=None,
        last_gist=None,
    )

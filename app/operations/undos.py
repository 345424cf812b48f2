"""Undoing: a chat is put back as it was, where nobody has changed it since.

What it takes to know that is signed and given to who did it, so nothing is kept here. What its
customer was told stays in the chat, and a line says what is so now.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock
from app.direction import isolated
from app.errors import Conflict, Forbidden, Invalid, TooLate
from app.models.audits import Action
from app.models.chats import LIVING, ChatState, Priority, Status
from app.models.messages import Line
from app.models.users import Actor
from app.operations import (
    access,
    assignments,
    audits,
    notes,
    priorities,
    ratings,
    snoozes,
    tags,
    teams,
    topics,
    unread_marks,
    versions,
)
from app.operations.transaction import Transaction, transaction

# It is offered for ten seconds; who holds on to the offer, or reads slowly, has some more.
VALID_MS = 60_000
BESIDE = ("snoozed_until", "unread_mark", "priority")  # staff's alone: these move no version
STANDING = ("status", "agent_id", "team_id")
FIELDS = (*STANDING, "topic_id", "waiting_since", "asked_at", "closed_at", "needs_reply", *BESIDE)


class Changed(NamedTuple):
    """A chat before and after what was done to it; the tag (its id) that it got or lost, and the
    note that was written with it."""

    before: ChatState
    after: ChatState
    tag_on: int | None = None
    tag_off: int | None = None
    note_id: int | None = None


class Entry(NamedTuple):
    """What is undone of a chat: fields, each as it was and as it is; who had it then in which
    state, and when it became so, if its parties saw that; the last message then, if an answer may
    have come of it; tags; a note."""

    chat_id: int
    fields: dict[str, list[Any]]
    standing: list[Any] | None
    changed_at: int | None
    last_seq: int | None
    tag_on: int | None
    tag_off: int | None
    note_id: int | None = None

    @property
    def is_something(self) -> bool:
        return bool(self.fields or self.tag_on or self.tag_off or self.note_id)


def token(staff: Actor, changed: Iterable[Changed]) -> str | None:
    """What `read` takes, where there is something to undo."""
    entries = [entry_of(each) for each in changed]
    entries = [each for each in entries if each.is_something]
    if not entries:
        return None
    until = clock.now() + VALID_MS
    return str(signer().dumps([staff.id, until, entries]))


def entry_of(changed: Changed) -> Entry:
    before, after = changed.before, changed.after
    fields = {
        name: [getattr(before, name), getattr(after, name)]
        for name in FIELDS
        if getattr(before, name) != getattr(after, name)
    }
    if before.staff_unread and not after.staff_unread:
        # What its customer was told as read stays so; to staff it is unread again.
        fields["unread_mark"] = [after.version, after.unread_mark]
    is_seen = any(name in fields for name in STANDING)
    standing = [getattr(after, name) for name in STANDING] if is_seen else None
    changed_at = after.updated_at if is_seen else None
    last_seq = after.last_seq if is_seen or "unread_mark" in fields else None
    beside = (changed.tag_on, changed.tag_off, changed.note_id)
    return Entry(after.id, fields, standing, changed_at, last_seq, *beside)


def read(staff: Actor, text: str) -> list[Entry]:
    """What is to be undone. Raises `Invalid`, `Forbidden` for who has not done it, `TooLate`."""
    try:
        by, until, entries = signer().loads(text)
    except BadSignature:
        raise Invalid(fields={"undo": _l("That is nothing that can be undone.")}) from None
    if by != staff.id:
        raise Forbidden
    if until < clock.now():
        raise TooLate(_l("It is too late to undo that."))
    return [Entry(*each) for each in entries]


def undo(staff: Actor, entry: Entry) -> ChatState:
    """The chat as it was. Raises `Conflict` where somebody has changed it since, and nothing
    happens."""
    before = {name: old for name, (old, _new) in entry.fields.items()}
    with transaction() as tx:
        if before.get("team_id") is not None:  # locked before the chat, as a transfer does
            before["team_id"] = teams.if_there(tx, before["team_id"])
        topic_id = before.get("topic_id")
        # Before the chat, too; who removes a topic leaves its chats without one.
        topic = None if topic_id is None else topics.shared(tx, topic_id)
        chat = access.chat_for(staff, entry.chat_id, tx)
        check_unchanged(chat, entry)
        beside = {name: before.pop(name) for name in BESIDE if name in before}
        if "topic_id" in before:
            assignments.check_not_merged(chat)
            if topic is not None:
                topics.check_stands(topic, chat)
            del before["topic_id"]
            # To whose team it was led by it, which no line has told.
            team_id = before.pop("team_id", chat.team_id)
            chat = topics.led(tx, chat, topic and topic.id, team_id)
        if before:
            chat = put_back(tx, chat, staff, before)
        if "snoozed_until" in beside:
            chat = asleep_again(tx, chat, beside["snoozed_until"])
        if "priority" in beside:
            chat = priorities.put(tx, chat, Priority(beside["priority"] or Priority.NORMAL))
        if "unread_mark" in beside and chat.unread_mark != beside["unread_mark"]:
            chat = unread_marks.put(tx, chat, beside["unread_mark"])
        if entry.tag_on and tags.take(tx, chat, entry.tag_on) is None:
            raise changed_since(chat)
        if entry.tag_off and tags.give_again(tx, chat, staff, entry.tag_off) is None:
            raise changed_since(chat)
        is_back = entry.note_id and notes.take_back_as_written(tx, chat, staff, entry.note_id)
        if entry.note_id and not is_back and not entry.fields:
            raise changed_since(chat)
        return chat


def check_unchanged(chat: ChatState, entry: Entry) -> None:
    """Neither what was changed is another one, nor has anything been done or said since that its
    parties saw: an answer may have come of it."""
    standing = [getattr(chat, name) for name in STANDING]
    is_moved = entry.standing not in (None, standing)
    is_moved |= entry.changed_at not in (None, chat.updated_at)  # which receipts leave as it is
    is_answered = entry.last_seq not in (None, chat.last_seq)
    if (
        is_moved
        or is_answered
        or any(getattr(chat, name) != new for name, (_, new) in entry.fields.items())
    ):
        raise changed_since(chat)


def changed_since(chat: ChatState) -> Conflict:
    name = isolated(chat.customer_name)
    return Conflict(_l("The chat with %(name)s has changed since. It stays as it is.", name=name))


def put_back(tx: Transaction, chat: ChatState, staff: Actor, before: dict[str, Any]) -> ChatState:
    """Status, agent and place in the queue as they were; a line says so to who saw the change."""
    if before.get("status", chat.status) in LIVING:
        assignments.check_newest(tx, chat)
    if "agent_id" in before:
        agent = before["agent_id"] and assignments.colleague(tx, before["agent_id"])
        before["agent_name"] = agent.name if agent else None
    after = versions.changed(tx, chat, **before)
    if not after.is_over and (after.agent_id, after.team_id) != (chat.agent_id, chat.team_id):
        # The log has said that somebody else has it.
        given = {"agent": after.agent_id, "had_it": chat.agent_id}
        given |= {} if after.agent_id else {"team": after.team_id}
        audits.record(tx, Action.CHAT_TRANSFERRED, staff, chat_id=chat.id, **given)
    if chat.is_over and not after.is_over:
        ratings.withdraw(tx, after, chat.closed_at or 0)
    said = line_for(chat, after, staff)
    return versions.line(tx, after, *said) if said else after


def line_for(chat: ChatState, after: ChatState, staff: Actor) -> tuple[Line, str] | None:
    """What is so now, of what a line has told otherwise."""
    if chat.status == Status.ARCHIVED or after.status == Status.ARCHIVED:
        return None  # which no line tells
    if chat.is_over != after.is_over:
        return (Line.CLOSED if after.is_over else Line.REOPENED), staff.name
    if after.is_open:
        return Line.JOINED, after.agent_name or ""
    return (Line.QUEUED, "") if chat.is_open else None


def asleep_again(tx: Transaction, chat: ChatState, until: int | None) -> ChatState:
    if until is None:
        return snoozes.woken(tx, chat)
    # Its time may have come meanwhile.
    return snoozes.snoozed(tx, chat, until) if until > clock.now() and chat.is_open else chat


def signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="undo")

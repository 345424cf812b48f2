"""What staff does to chats, one or many at once, in a way that can be undone.

Each chat is done for itself, in a transaction of its own: what cannot be done to one is said, and
the others are done.
"""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from app.errors import ChatError, ChatNotFound, Invalid, Unauthorized
from app.models.audits import Action as Noted
from app.models.chats import ChatState, Priority
from app.models.users import Actor
from app.operations import (
    access,
    archives,
    assignments,
    audits,
    closures,
    limits,
    priorities,
    receipts,
    snoozes,
    tags,
    teams,
    times,
    topics,
    transfers,
    undos,
    unread_marks,
)
from app.operations.transaction import Transaction, transaction
from app.operations.undos import Changed

MOST = 100


class What(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    ASSIGN = "assign"
    RELEASE = "release"
    SNOOZE = "snooze"
    WAKE = "wake"
    TAG = "tag"
    UNTAG = "untag"
    MARK_UNREAD = "mark_unread"
    MARK_READ = "mark_read"
    SET_PRIORITY = "set_priority"
    SET_TOPIC = "set_topic"


class Action(NamedTuple):
    """What is done, and with whom, until when (ms), by which name, how urgent or about which topic
    (None: about none), as it takes that."""

    what: What
    agent_id: int | None = None
    team_id: int | None = None
    until: int | None = None
    name: str = ""
    tag_id: int | None = None
    priority: Priority | None = None
    topic_id: int | None = None


class Refused(NamedTuple):
    """A chat to which it could not be done; `name` is its customer's, if it is there."""

    chat_id: int
    name: str
    error: ChatError


class Outcome(NamedTuple):
    done: list[ChatState]
    refused: list[Refused]
    undo: str | None = None  # what `undos.undo` takes, where there is something to undo


def act(staff: Actor, chat_ids: Sequence[int], action: Action) -> Outcome:
    """Does it to each chat, at most `MOST`, under the rules that it has for one.

    Raises `Forbidden`, `Unauthorized`, `Invalid`, `TooFast`; what else a chat is refused with is
    in the outcome.
    """
    access.require_staff(staff)
    wanted = list(dict.fromkeys(chat_ids))
    if not 1 <= len(wanted) <= MOST:
        wrong = _l("That takes one to %(limit)s chats.", limit=MOST)
        raise Invalid(fields={"chatIds": wrong})
    action = checked(action)
    limits.sends(staff)
    changed: list[Changed] = []
    refused: list[Refused] = []
    for chat_id in wanted:
        try:
            changed.append(done(staff, chat_id, action))
        except Unauthorized:
            raise
        except ChatError as error:
            refused.append(Refused(chat_id, name_of(staff, chat_id), error))
        time.sleep(0)  # others go on between one chat and the next
    return Outcome([each.after for each in changed], refused, undos.token(staff, changed))


def act_on(staff: Actor, chat_id: int, action: Action) -> Outcome:
    """The same to one chat; raises what it is refused with."""
    access.require_staff(staff)
    action = checked(action)
    if action.what in (What.TAG, What.UNTAG, What.SET_PRIORITY, What.SET_TOPIC):
        limits.sends(staff)
    changed = done(staff, chat_id, action)
    return Outcome([changed.after], [], undos.token(staff, [changed]))


def checked(action: Action) -> Action:
    """Raises `Invalid` for what the action takes and has not."""
    if action.what == What.ASSIGN and (action.agent_id is None) == (action.team_id is None):
        raise Invalid(fields={"agentId": _l("It takes a colleague or a team.")})
    if action.what == What.SNOOZE:
        times.check_to_come(action.until or 0)
    if action.what == What.TAG:
        return action._replace(name=tags.checked(action.name))
    if action.what == What.UNTAG and action.tag_id is None:
        raise Invalid(fields={"tagId": _l("It is missing.")})
    if action.what == What.SET_PRIORITY and action.priority is None:
        raise Invalid(fields={"priority": _l("It is missing.")})
    return action


def done(staff: Actor, chat_id: int, action: Action) -> Changed:
    """The chat before and after. Raises what the chat is refused with."""
    with transaction() as tx:
        if action.team_id is not None:
            teams.shared(tx, action.team_id)  # before the chat, as a transfer locks them
        # Before the chat, too.
        topic = None if action.topic_id is None else topics.shared(tx, action.topic_id)
        chat = access.chat_for(staff, chat_id, tx)
        if action.what == What.TAG:
            tag = tags.named(tx, action.name)
            found = tags.give(tx, chat, staff, tag.id)
            return Changed(chat, chat, tag_on=None if found is None else tag.id)
        if action.what == What.UNTAG:
            found = tags.take(tx, chat, action.tag_id or 0)
            return Changed(chat, chat, tag_off=None if found is None else action.tag_id)
        if action.what == What.SET_TOPIC:
            return Changed(chat, topics.put(tx, chat, action.topic_id, topic))
        return Changed(chat, DO[action.what](tx, chat, staff, action))


def assign(tx: Transaction, chat: ChatState, staff: Actor, action: Action) -> ChatState:
    if action.team_id is None:
        return assignments.assigned(tx, chat, staff, action.agent_id or 0)
    assignments.check_support(chat)
    assignments.check_newest(tx, chat)
    transfers.check_goes_on(chat)
    if chat.is_waiting and chat.team_id == action.team_id:
        return chat
    given = {"team": action.team_id, "had_it": chat.agent_id}
    audits.record(tx, Noted.CHAT_TRANSFERRED, staff, chat_id=chat.id, **given)
    return transfers.queued(tx, chat, action.team_id)


def read(tx: Transaction, chat: ChatState, staff: Actor, _action: Action) -> ChatState:
    chat = receipts.read_up_to(tx, chat, staff, chat.version, read=True)
    return unread_marks.cleared(tx, chat)


DO: dict[What, Callable[[Transaction, ChatState, Actor, Action], ChatState]] = {
    What.CLOSE: lambda tx, chat, staff, _: closures.closed(tx, chat, staff),
    What.REOPEN: lambda tx, chat, staff, _: closures.reopened(tx, chat, staff),
    What.ARCHIVE: lambda tx, chat, _staff, _: archives.archived(tx, chat),
    What.UNARCHIVE: lambda tx, chat, _staff, _: archives.unarchived(tx, chat),
    What.ASSIGN: assign,
    What.RELEASE: lambda tx, chat, _staff, _: assignments.released(tx, chat),
    What.SNOOZE: lambda tx, chat, _staff, action: snoozes.snoozed(tx, chat, action.until or 0),
    What.WAKE: lambda tx, chat, _staff, _: snoozes.woken(tx, chat),
    What.MARK_UNREAD: lambda tx, chat, _staff, _: unread_marks.marked(tx, chat),
    What.MARK_READ: read,
    What.SET_PRIORITY: lambda tx, chat, _staff, action: priorities.put(
        tx, chat, action.priority or Priority.NORMAL
    ),
}


def undo(staff: Actor, token: str) -> Outcome:
    """Takes back what was done, chat by chat, where nobody has changed it since.

    Of one chat it raises what it is refused with, of several that is in the outcome. Raises
    `Forbidden`, `Invalid`, `TooLate`.
    """
    access.require_staff(staff)
    access.check_still_holds(staff)
    limits.sends(staff)
    entries = undos.read(staff, token)
    back: list[ChatState] = []
    refused: list[Refused] = []
    for entry in entries:
        try:
            back.append(undos.undo(staff, entry))
        except ChatError as error:
            if len(entries) == 1 or isinstance(error, Unauthorized):
                raise
            refused.append(Refused(entry.chat_id, name_of(staff, entry.chat_id), error))
        time.sleep(0)
    return Outcome(back, refused)


def name_of(staff: Actor, chat_id: int) -> str:
    try:
        return access.chat_for(staff, chat_id).customer_name
    except ChatNotFound:
        return ""

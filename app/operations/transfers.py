"""A chat goes to a colleague or a team, with a word about it that its customer never sees."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select

from app import clock
from app.direction import isolated
from app.errors import AlreadyAssigned, Conflict, Invalid
from app.models import messages
from app.models.audits import Action
from app.models.chats import ChatState
from app.models.messages import Line
from app.models.users import Actor
from app.operations import access, assignments, audits, limits, notes, teams, undos
from app.operations.transaction import Transaction, transaction
from app.operations.undos import Changed

m = messages.table.c
# What is said in a chat changes nothing about who has it: a line does.
LINE_SINCE = (
    select(m.id)
    .where(m.chat_id == bindparam("chat"), m.seq > bindparam("since"), m.line.is_not(None))
    .limit(1)
)


class Transferred(NamedTuple):
    """The chat as it is then; `undo` is what `actions.undo` takes, where anything was changed."""

    chat: ChatState
    undo: str | None


def transfer(
    staff: Actor,
    chat_id: int,
    version: int,
    *,
    agent_id: int | None = None,
    team_id: int | None = None,
    note: str = "",
) -> Transferred:
    """Hands the chat to a colleague, or puts it into a team's queue; `note` stands beside it.

    `version` is the chat's as the actor knows it: where somebody else has taken, closed or handed
    it over since, that holds, and this is `AlreadyAssigned`. Messages since then do no harm. In a
    queue the chat waits since its customer last wrote, if they have had no answer. Undone, the note
    is taken back with it, unless its author has edited it since. Raises `Forbidden`,
    `ChatNotFound`, `Unauthorized`, `NotFound`, `Invalid`, `TooLong`, `TooFast`, `Conflict`.
    """
    access.require_staff(staff)
    if (agent_id is None) == (team_id is None):
        raise Invalid(fields={"agentId": _l("It takes a colleague or a team.")})
    text = notes.checked(note) if note.strip() else ""
    limits.sends(staff)
    with transaction() as tx:
        team = teams.shared(tx, team_id) if team_id is not None else None
        chat = access.chat_for(staff, chat_id, tx)
        assignments.check_support(chat)
        check_unmoved(tx, chat, version)
        check_goes_on(chat)
        written = notes.written(tx, chat, staff, text, None) if text else None
        if team is not None:
            after = queued(tx, chat, team.id)
            given = {"team": team_id, "had_it": chat.agent_id}
            audits.record(tx, Action.CHAT_TRANSFERRED, staff, chat_id=chat.id, **given)
        else:
            after = assignments.assigned(tx, chat, staff, agent_id or 0)
    changed = Changed(chat, after, note_id=written.id if written else None)
    return Transferred(after, undos.token(staff, [changed]))


def check_goes_on(chat: ChatState) -> None:
    if chat.is_over:
        raise Conflict(_l("This chat is closed."))


def queued(tx: Transaction, chat: ChatState, team_id: int) -> ChatState:
    """The chat waits for a team that is there."""
    since = chat.waiting_since or (chat.active_at if chat.needs_reply else clock.now())
    return assignments.queue(tx, chat, Line.QUEUED, since=since, team_id=team_id)


def has_line_since(tx: Transaction, chat: ChatState, version: int) -> bool:
    """Whether it was taken, closed or given back after that version."""
    return tx.run(LINE_SINCE, {"chat": chat.id, "since": version}).first() is not None


def check_unmoved(tx: Transaction, chat: ChatState, version: int) -> None:
    if not has_line_since(tx, chat, version):
        return
    if chat.agent_name:
        raise AlreadyAssigned(_l("%(name)s has this chat by now.", name=isolated(chat.agent_name)))
    raise AlreadyAssigned(_l("Somebody else has moved this chat. Look at it once more."))

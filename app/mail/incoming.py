"""A mail that comes in becomes a message of whom its address was made for, or nothing.

Both ways lead here: `flask mail receive` and the mailbox. Nothing is ever answered by mail.
"""

from enum import StrEnum
from typing import IO, NamedTuple

import structlog
from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app import addresses
from app.direction import isolated
from app.errors import ChatNotFound, Conflict, NotFound, TooFast, Unauthorized
from app.mail import reading
from app.mail.addresses import address_of
from app.mail.reading import Mail
from app.mail.replies import is_ours, read_address
from app.models.jobs import Job
from app.models.messages import BY_MAIL
from app.models.users import Actor
from app.operations import access, jobs, limits, messages, replies
from app.operations.messages import Draft
from app.queries import users
from app.visible import shows

NAMED = 10  # files that a note names
log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What becomes of a mail. What is refused has a reason of its own each."""

    TAKEN = "taken"
    REPEAT = "repeat"  # taken before
    AUTOMATIC = "automatic"  # dropped: a program wrote it
    LOOP = "loop"  # dropped: it is ours, or there are too many
    UNREADABLE = "unreadable"
    UNKNOWN_ADDRESS = "unknown_address"  # nobody was asked to write to it, or too long ago
    STRANGER = "stranger"  # it comes from another address than the one that was asked
    NOT_ALLOWED = "not_allowed"  # the chat is blocked, or the account deactivated
    EMPTY = "empty"


class NotTaken(Exception):
    """A mail of which nothing is stored, and why."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)


class Reply(NamedTuple):
    """What is to be said, by whom and where; the payload of a job."""

    chat_id: int
    user_id: int
    text: str
    client_id: str


def reply_in(mail: Mail, recipients: str = "") -> Reply:
    """The reply that a mail is. `recipients` is the envelope's, where it is known.

    Raises `NotTaken`, `Unavailable`.
    """
    if mail.is_automatic:
        raise NotTaken(Outcome.AUTOMATIC)
    if is_ours(mail.message_id) or read_address(mail.sender):
        raise NotTaken(Outcome.LOOP)
    named = read_address(recipients) or read_address(mail.to)
    if named is None:
        raise NotTaken(Outcome.UNKNOWN_ADDRESS)
    chat_id, user_id = named[0], users.now_known_as(named[1])
    if not mail.sender or addresses.normal(mail.sender) not in address_of(user_id):
        raise NotTaken(Outcome.STRANGER)
    check_may(users.by_ids([user_id])[user_id], chat_id)
    if not shows(mail.text) and not mail.files:
        raise NotTaken(Outcome.EMPTY)
    return Reply(chat_id, user_id, with_notes(mail), f"mail-{mail.name}")


def check_may(actor: Actor, chat_id: int) -> None:
    """Whether the person may write there now: said at once, since later nobody is told."""
    try:
        is_blocked = access.chat_for(actor, chat_id).is_blocked
    except ChatNotFound as error:
        raise NotTaken(Outcome.UNKNOWN_ADDRESS) from error
    except Unauthorized as error:
        raise NotTaken(Outcome.NOT_ALLOWED) from error
    if is_blocked or not actor.is_customer:
        raise NotTaken(Outcome.NOT_ALLOWED)


def later(source: IO[bytes], recipients: str) -> None:
    """Takes a mail in a process without sockets: whoever does jobs will say it, and is heard.

    Raises `NotTaken`, `Unavailable`.
    """
    reply = reply_in(read(source), recipients)
    jobs.store(Job("take_reply", reply._asdict(), unique_key=reply.client_id))


def read(source: IO[bytes]) -> Mail:
    try:
        return reading.read(source, current_app.config["MAIL_SIZE"])
    except reading.Unreadable as error:
        raise NotTaken(Outcome.UNREADABLE) from error


def take(chat_id: int, user_id: int, text: str, client_id: str) -> Outcome:
    """Says the reply, as its writer says anything; what was said already is not said again.

    Raises `TooFast` and `Unavailable` for what may be tried again.
    """
    actor = users.by_ids([user_id]).get(user_id)
    if actor is None:
        return told(Outcome.UNKNOWN_ADDRESS, chat_id)
    draft = Draft(text, client_id, details={"via": BY_MAIL})
    try:
        limits.replies(chat_id)
    except TooFast:
        return told(Outcome.LOOP, chat_id)
    try:
        _message, is_new = messages.send_once(actor, chat_id, draft)
    except NotFound:
        return told(Outcome.UNKNOWN_ADDRESS, chat_id)
    except (Conflict, Unauthorized):
        return told(Outcome.NOT_ALLOWED, chat_id)
    return told(Outcome.TAKEN if is_new else Outcome.REPEAT, chat_id)


def told(outcome: Outcome, chat_id: int | None = None) -> Outcome:
    """Counts what became of a mail and says so in the log, without its words and addresses."""
    replies.count(outcome)
    log.info("mail came in", outcome=str(outcome), chat_id=chat_id)
    return outcome


def with_notes(mail: Mail) -> str:
    """What was written, and in the words of those who answer what of the mail is not there."""
    most = current_app.config["MESSAGE_LENGTH"]
    with force_locale(current_app.config["LANGUAGES"][0]):
        notes = [note_on(mail.files)] if mail.files else []
        if mail.is_cut or len("\n\n".join([mail.text, *notes])) > most:
            notes.append(_("[The e-mail was longer. The rest of it did not come along.]"))
    below = "\n".join(notes)
    room = max(0, most - len(below) - 2)
    return f"{mail.text[:room].rstrip()}\n\n{below}".strip()[:most] if below else mail.text


def note_on(files: list[str]) -> str:
    names = ", ".join(isolated(name) for name in files[:NAMED])
    if len(files) > NAMED:
        names += ", …"
    note: str = ngettext(
        "[%(num)s file that did not come along: %(names)s]",
        "[%(num)s files that did not come along: %(names)s]",
        len(files),
        names=names,
    )
    return note

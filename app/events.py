"""What can happen, as frozen values that name their recipients.

An operation says an event within its transaction; it is announced after the commit. Deliverers
turn it into what their clients understand. An event carries what a deliverer needs; only the
inbox row of a page is asked whether its customer is online.
"""

from dataclasses import dataclass, field

from app.models.chats import ChatState, Status
from app.models.messages import MessageState, Quote
from app.models.notes import NoteState
from app.models.ratings import RatingState
from app.models.typing import SILENT_SECONDS


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who is told: those in a chat's room, staff, and single people by id."""

    chat_id: int | None = None
    staff: bool = False
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffRecipients:
    """Who is told of what staff alone may know: those of staff who follow a chat's notes, and
    single ones by id. It names no chat's room, so that no customer's door can make use of it."""

    notes_of: int | None = None
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and is committed."""


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    """A message, or a system line, is in the chat. `version` equals the message's `seq`.

    `began_waiting` tells that the message put its chat into the queue; `quote` is of what it
    replies to.
    """

    chat: ChatState
    message: MessageState
    began_waiting: bool = False
    quote: Quote | None = None

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat.id, staff=True)


@dataclass(frozen=True, slots=True)
class MessageChanged(Event):
    """A message was edited, taken back or reacted to, or one of its files was looked at
    (`of_files`). Its version is the chat's."""

    chat: ChatState
    message: MessageState
    of_files: bool = False

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat.id, staff=True)


@dataclass(frozen=True, slots=True)
class MessageReleased(Event):
    """A message that was held is one that everybody sees, where it stands. Its sender knows it, and
    staff; to anybody else it is new, unless it `was_shown` before an edit of it was held."""

    chat: ChatState
    message: MessageState
    began_waiting: bool = False
    quote: Quote | None = None
    was_shown: bool = False

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat.id, staff=True)


@dataclass(frozen=True, slots=True)
class ChatChanged(Event):
    """Status or assignment changed, or the chat is new (`before` is None). `is_reassigned` tells
    that another one has it, or another team."""

    chat: ChatState
    before: Status | None
    is_reassigned: bool = field(default=False, compare=False)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def recipients(self) -> Recipients:
        # Its customer has joined no room yet when somebody else opened the chat; and an empty
        # one, which nobody has written in, is nothing to staff.
        parties = (self.chat.customer_id, self.chat.provider_id) if self.is_new else ()
        is_empty = self.chat.active_at == 0
        return Recipients(self.chat.id, not is_empty, tuple(p for p in parties if p))


@dataclass(frozen=True, slots=True)
class ChatErased(Event):
    """A chat is gone for good, with all that was said in it and beside it."""

    chat_id: int

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat_id, staff=True)


@dataclass(frozen=True, slots=True)
class ChatRated(Event):
    """A customer has said what a chat was like."""

    chat_id: int
    rating: RatingState

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class TagsChanged(Event):
    """A chat has other tags: staff's to know, and nobody else's. The chat itself is as it was."""

    chat: ChatState
    tags: tuple[str, ...]

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class SnoozeChanged(Event):
    """Staff has put a chat aside, or it is back: theirs to know, as tags are.

    `is_due` tells that its time has come.
    """

    chat: ChatState
    is_due: bool = False

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """A manager has taken over a chat that `user_id` had, who is to hear of it."""

    chat: ChatState
    user_id: int
    by_id: int
    by_name: str

    @property
    def recipients(self) -> StaffRecipients:
        return StaffRecipients(user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class UnreadMarkChanged(Event):
    """Staff has marked a chat as unread, or has come back to it: theirs to know, as tags are."""

    chat: ChatState

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class PriorityChanged(Event):
    """A chat is more urgent, or less: staff's to know, as tags are."""

    chat: ChatState

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class ReceiptsMoved(Event):
    """`user_id` has received up to `delivered_up_to` and read up to `read_up_to` (a `seq` each).

    `seqs` are the messages that were passed; `read` tells whether the read pointer moved.
    """

    chat: ChatState
    user_id: int
    delivered_up_to: int
    read_up_to: int
    at: int
    seqs: tuple[int, ...]
    read: bool

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat.id, staff=self.user_id != self.chat.customer_id)


@dataclass(frozen=True, slots=True)
class TypingSignalled(Event):
    """Somebody began or stopped typing; silent for so long, they have stopped. Never stored."""

    chat: ChatState
    user_id: int
    name: str
    is_typing: bool
    silent_seconds: float = SILENT_SECONDS

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat.id, staff=True)


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """Somebody came or went. `shared_with` are the people who share a chat with them."""

    user_id: int
    is_online: bool
    last_seen: int | None
    shared_with: tuple[int, ...] = field(default=())

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True, user_ids=(self.user_id, *self.shared_with))


@dataclass(frozen=True, slots=True)
class AvailabilityChanged(Event):
    """A member of staff can be given a chat, or no more, or another number of chats; of who is
    away why, and until when that is so."""

    user_id: int
    state: str
    why: str | None = None
    until: int | None = None

    @property
    def recipients(self) -> StaffRecipients:
        return StaffRecipients(user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class SavedViewsChanged(Event):
    """Staff has a view more or less, or one of them; none says that it is everybody's."""

    owner_id: int | None

    @property
    def recipients(self) -> Recipients:
        if self.owner_id is None:
            return Recipients(staff=True)
        return Recipients(user_ids=(self.owner_id,))


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """Something that staff sets was made, changed or removed: `about` is the noun (`tags`),
    `what` one of `made`, `changed`, `renamed` (of what is shown by its name), `removed`; no `id`
    where it is several. What is one person's own has an `owner_id`."""

    about: str
    what: str
    id: int | None = None
    owner_id: int | None = None

    @property
    def recipients(self) -> Recipients:
        if self.owner_id is None:
            return Recipients(staff=True)
        return Recipients(user_ids=(self.owner_id,))


@dataclass(frozen=True, slots=True)
class PlaceChanged(Event):
    """A chat that waits has another place in its queue: 1 is next."""

    chat_id: int
    customer_id: int
    place: int

    @property
    def recipients(self) -> Recipients:
        return Recipients(user_ids=(self.customer_id,))


@dataclass(frozen=True, slots=True)
class PersonChanged(Event):
    """Somebody has another name or address since `at`.

    Beside these recipients all are told, by name alone, who have a chat open in which they take
    part; each process knows its own.
    """

    user_id: int
    name: str
    email: str
    at: int

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True, user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class NoteChanged(Event):
    """Staff has written a note, or it says something else, or nothing any more.

    `names` are those of the people it names, `mentioned` the ids of those who are to hear of it.
    """

    note: NoteState
    names: tuple[tuple[int, str], ...] = ()
    mentioned: tuple[int, ...] = ()

    @property
    def recipients(self) -> StaffRecipients:
        return StaffRecipients(self.note.chat_id, self.mentioned)


@dataclass(frozen=True, slots=True)
class MentionsSeen(Event):
    """A member of staff has seen where they are named: in one chat, or everywhere."""

    user_id: int
    chat_id: int | None

    @property
    def recipients(self) -> StaffRecipients:
        return StaffRecipients(user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class PinChanged(Event):
    """A member of staff keeps a chat on top of their lists, or no more: theirs alone to know.

    `pins` are all that they have then.
    """

    user_id: int
    chat_id: int
    is_pinned: bool
    pins: tuple[int, ...]

    @property
    def recipients(self) -> StaffRecipients:
        return StaffRecipients(user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class StaffJoined(Event):
    """A member of staff said hello, in the words of a protocol that tells of it."""

    user_id: int

    @property
    def recipients(self) -> Recipients:
        return Recipients(staff=True)


@dataclass(frozen=True, slots=True)
class AccessEnded(Event):
    """What was issued to this person before `auth_version`, or by `login`, no longer holds."""

    user_id: int
    auth_version: int
    login: str | None = None

    @property
    def recipients(self) -> Recipients:
        return Recipients(user_ids=(self.user_id,))


@dataclass(frozen=True, slots=True)
class ViewersChanged(Event):
    """Which members of staff have the chat open in one process."""

    chat_id: int
    process: str
    viewers: tuple[tuple[int, str], ...]

    @property
    def recipients(self) -> Recipients:
        return Recipients(chat_id=self.chat_id)


@dataclass(frozen=True, slots=True)
class JobStored(Event):
    """There is something to do for whoever runs jobs, in whatever process. Nobody else is told."""

    @property
    def recipients(self) -> Recipients:
        return Recipients()


@dataclass(frozen=True, slots=True)
class Missed(Event):
    """What was announced in other processes since then may not have been heard in this one."""

    since: int

    @property
    def recipients(self) -> Recipients:
        return Recipients()

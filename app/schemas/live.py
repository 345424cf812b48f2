"""The live protocol's acknowledgements and events out, as documentation and tests read them.

What comes in has its shapes beside the other shapes of its noun; `realtime.live.handlers` knows
which event takes which.
"""

from typing import Literal

from pydantic import Field

from app.models.chats import Priority
from app.schemas.actions import UNDO, OutcomeOut
from app.schemas.articles import ArticleAck, ArticlesOut
from app.schemas.availability import StateOut
from app.schemas.bots import SettledOut
from app.schemas.canned_answers import CannedAnswersOut, FilledOut
from app.schemas.chats import ChatOut, SyncOut
from app.schemas.exports import ExportAck
from app.schemas.files import FileOut
from app.schemas.messages import MessageOut
from app.schemas.notes import ColleaguesOut, NoteOut, NotesAfterOut
from app.schemas.pins import PinsOut
from app.schemas.priorities import PriorityOut
from app.schemas.ratings import RatingAck, RatingOut
from app.schemas.reports import To
from app.schemas.requests import RequestOut
from app.schemas.saved_views import SavedViewAck, SavedViewsEvent
from app.schemas.search import ChatsFoundOut, FoundOut, NotesFoundOut
from app.schemas.snoozes import SnoozeOut
from app.schemas.tags import TagsOut
from app.schemas.transcripts import TranscriptOut
from app.schemas.unread_marks import UnreadMarkOut
from app.schemas.wire import Wire

HTML = Field(default=None, description="for the product's own pages: the same, rendered")


class SentAck(Wire):
    message: MessageOut


class NoteAck(Wire):
    note: NoteOut


class ReportAck(NoteAck):
    """The note that tells the managers, and whom it went to."""

    to: To


class FileAck(Wire):
    file: FileOut


class FilesAck(Wire):
    files: list[FileOut]


class ChatAck(Wire):
    chat: ChatOut


class TransferAck(ChatAck):
    undo: str | None = UNDO


class VersionAck(Wire):
    version: int = Field(description="the chat's version after it")


ACKNOWLEDGED: dict[str, type[Wire] | None] = {
    "join_chat": SyncOut,
    "leave_chat": None,
    "send_message": SentAck,
    "sync": SyncOut,
    "edit_message": SentAck,
    "delete_message": SentAck,
    "redact_message": SentAck,
    "redact_file": SentAck,
    "forward_message": SentAck,
    "release_message": SentAck,
    "reject_message": SentAck,
    "react": SentAck,
    "unreact": SentAck,
    "announce_file": FileAck,
    "describe_file": FileAck,
    "give_up_file": None,
    "link_files": FilesAck,
    "mark_delivered": VersionAck,
    "mark_read": VersionAck,
    "typing": None,
    "find_messages": FoundOut,
    "find_chats": ChatsFoundOut,
    "find_notes": NotesFoundOut,
    "find_in_chat": FoundOut,
    "tag_chat": TagsOut,
    "untag_chat": TagsOut,
    "save_view": SavedViewAck,
    "remove_view": None,
    "block_chat": ChatAck,
    "unblock_chat": ChatAck,
    "report_chat": ReportAck,
    "watch_chat": ChatAck,
    "take_over_chat": ChatAck,
    "snooze_chat": SnoozeOut,
    "wake_chat": SnoozeOut,
    "act_on_chats": OutcomeOut,
    "undo_action": OutcomeOut,
    "pin_chat": PinsOut,
    "unpin_chat": PinsOut,
    "mark_unread": UnreadMarkOut,
    "unmark_unread": UnreadMarkOut,
    "set_priority": PriorityOut,
    "transfer_chat": TransferAck,
    "set_topic": ChatAck,
    "set_away": StateOut,
    "be_active": StateOut,
    "rate_chat": RatingAck,
    "settle_answer": SettledOut,
    "dismiss_rating": None,
    "link_transcript": TranscriptOut,
    "mail_transcript": None,
    "export_customer": ExportAck,
    "erase_customer": None,
    "merge_chats": ChatAck,
    "merge_customers": None,
    "find_articles": ArticlesOut,
    "get_article": ArticleAck,
    "find_canned_answers": CannedAnswersOut,
    "use_canned_answer": FilledOut,
    "join_notes": NotesAfterOut,
    "write_note": NoteAck,
    "edit_note": NoteAck,
    "delete_note": NoteAck,
    "see_mentions": None,
    "find_colleagues": ColleaguesOut,
    "request": RequestOut,
}


class MessageEvent(Wire):
    """A message was sent: to those who have joined its chat."""

    chat_id: int
    version: int
    message: MessageOut
    html: str | None = HTML


class ChangedEvent(MessageEvent):
    """A message was edited, taken back or reacted to: to those who have joined its chat."""


class ChatEvent(Wire):
    """Status or assignment changed: to those who have joined the chat, and to staff."""

    chat_id: int
    version: int
    chat: ChatOut
    snoozed_until: str | None = Field(
        default=None, description="for staff, of a chat that they have put aside"
    )
    due_at: str | None = Field(
        default=None, description="for staff: when the first answer to its question is due"
    )
    is_marked_unread: bool = Field(
        default=False, description="for staff, of a chat that one of them has marked as unread"
    )
    html: str | None = HTML


class InboxEvent(ChatEvent):
    """A message was sent in some chat: to staff, with the chat's last message and counts.

    A system line has none of its own: people's words are new where `lastMessage.seq` is `version`.
    """

    is_released: bool = Field(
        default=False, description="the message was held until now, and stands where it was sent"
    )


class TagsEvent(ChatEvent):
    """A chat has other tags, and is as it was: to staff."""

    tags: list[str]


class SnoozeEvent(ChatEvent):
    """Staff has put a chat aside, or it is back, and it is as it was: to staff."""

    is_due: bool = Field(description="whether its time has come")


class Viewer(Wire):
    id: int
    name: str


class TakenOverEvent(Wire):
    """A manager has taken over one's chat: to who had it."""

    chat_id: int
    chat: ChatOut
    by: Viewer


class UnreadMarkEvent(ChatEvent):
    """Staff has marked a chat as unread, or has come back to it, and it is as it was: to staff."""


class PriorityEvent(ChatEvent):
    """A chat is more urgent, or less, and is as it was: to staff."""

    priority: Priority | None = Field(default=None, description="left out where it is `normal`")


class ReceiptsEvent(Wire):
    """A side received or read: to those who have joined the chat."""

    chat_id: int
    version: int
    user_id: int
    delivered_up_to: int
    read_up_to: int
    at: str
    seqs: list[int] = Field(description="the messages that were passed")
    read: bool = Field(description="whether they were read, or only received")


class TypingEvent(Wire):
    """Somebody types, or has stopped: to the others in the chat, and to staff."""

    chat_id: int
    user_id: int
    name: str
    is_typing: bool


class PresenceEvent(Wire):
    """Somebody came or went: to staff, and to those who share a chat with them."""

    user_id: int
    is_online: bool
    last_seen: str | None


class AvailabilityEvent(StateOut):
    """A colleague can be given a chat, or no more: to staff."""

    user_id: int


class PlaceEvent(Wire):
    """A chat that waits has another place in its queue: to its customer."""

    chat_id: int
    place: int = Field(description="1 is next; 100 stands for more")


class SettingsEvent(Wire):
    """Something that is set for all was made, changed or removed, by whatever door: to staff; a
    canned answer of one's own to oneself. REST says what there is now."""

    about: Literal[
        "articles",
        "canned_answers",
        "incoming_webhooks",
        "rules",
        "sites",
        "tags",
        "teams",
        "topics",
        "webhooks",
        "word_lists",
    ]
    what: Literal["made", "changed", "renamed", "removed"] = Field(
        description="renamed: a site, tag, team or topic, whatever else was changed with it"
    )
    id: int | None = Field(description="null where several were")


class PersonEvent(Wire):
    """Somebody has another name or address: to them, staff, and who has joined a chat of theirs."""

    user_id: int
    name: str
    email: str | None = Field(default=None, description="for staff")


class ViewersEvent(Wire):
    """Which colleagues have the chat open in a page: to staff in the chat."""

    chat_id: int
    viewers: list[Viewer]


class NoteEvent(Wire):
    """A note was written, edited or taken back: to staff who have joined the chat's notes."""

    chat_id: int
    notes_version: int
    note: NoteOut
    html: str | None = HTML


class MentionedEvent(Wire):
    """A colleague has named one in a note: to them alone."""

    chat_id: int
    note: NoteOut


class MentionsSeenEvent(Wire):
    """One has seen where one is named, in this chat or everywhere: to one's other pages."""

    chat_id: int | None


class PinEvent(PinsOut):
    """One has pinned a chat, or has it pinned no more: to one's own pages and programs."""

    chat_id: int
    is_pinned: bool


class ErasedEvent(Wire):
    """A chat is gone for good: to who has joined it, and to all staff."""

    chat_id: int


class RatedEvent(Wire):
    """A customer has said what a chat was like: to staff."""

    chat_id: int
    rating: RatingOut


class RestartingEvent(Wire):
    """The server ends in order to start again: to everybody. Come back in a moment."""


EVENTS: dict[str, type[Wire]] = {
    "new_message": MessageEvent,
    "message_changed": ChangedEvent,
    "chat_changed": ChatEvent,
    "new_chat_message": InboxEvent,
    "receipts": ReceiptsEvent,
    "snooze_changed": SnoozeEvent,
    "unread_mark_changed": UnreadMarkEvent,
    "priority_changed": PriorityEvent,
    "tags_changed": TagsEvent,
    "taken_over": TakenOverEvent,
    "chat_erased": ErasedEvent,
    "chat_rated": RatedEvent,
    "user_typing": TypingEvent,
    "presence": PresenceEvent,
    "availability": AvailabilityEvent,
    "saved_views_changed": SavedViewsEvent,
    "settings_changed": SettingsEvent,
    "queue_place": PlaceEvent,
    "person_changed": PersonEvent,
    "viewers": ViewersEvent,
    "note_changed": NoteEvent,
    "mentioned": MentionedEvent,
    "mentions_seen": MentionsSeenEvent,
    "pin_changed": PinEvent,
    "restarting": RestartingEvent,
}

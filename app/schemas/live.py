"""The live protocol's acknowledgements and events out, as documentation and tests read them.

What comes in has its shapes beside the other shapes of its noun; `realtime.live.handlers` knows
which event takes which.
"""

from pydantic import Field

from app.schemas.canned_answers import CannedAnswersOut, FilledOut
from app.schemas.chats import ChatOut, SyncOut
from app.schemas.files import FileOut
from app.schemas.messages import MessageOut
from app.schemas.wire import Wire

HTML = Field(default=None, description="for the product's own pages: the same, rendered")


class SentAck(Wire):
    message: MessageOut


class FileAck(Wire):
    file: FileOut


class FilesAck(Wire):
    files: list[FileOut]


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
    "forward_message": SentAck,
    "react": SentAck,
    "unreact": SentAck,
    "announce_file": FileAck,
    "describe_file": FileAck,
    "give_up_file": None,
    "link_files": FilesAck,
    "mark_delivered": VersionAck,
    "mark_read": VersionAck,
    "typing": None,
    "find_canned_answers": CannedAnswersOut,
    "use_canned_answer": FilledOut,
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
    html: str | None = HTML


class InboxEvent(ChatEvent):
    """A message was sent in some chat: to staff, with the chat's last message and counts.

    A system line has none of its own: people's words are new where `lastMessage.seq` is `version`.
    """


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


class PersonEvent(Wire):
    """Somebody has another name or address: to them, staff, and who has joined a chat of theirs."""

    user_id: int
    name: str
    email: str | None = Field(default=None, description="for staff")


class Viewer(Wire):
    id: int
    name: str


class ViewersEvent(Wire):
    """Which colleagues have the chat open in a page: to staff in the chat."""

    chat_id: int
    viewers: list[Viewer]


class RestartingEvent(Wire):
    """The server ends in order to start again: to everybody. Come back in a moment."""


EVENTS: dict[str, type[Wire]] = {
    "new_message": MessageEvent,
    "message_changed": ChangedEvent,
    "chat_changed": ChatEvent,
    "new_chat_message": InboxEvent,
    "receipts": ReceiptsEvent,
    "user_typing": TypingEvent,
    "presence": PresenceEvent,
    "person_changed": PersonEvent,
    "viewers": ViewersEvent,
    "restarting": RestartingEvent,
}

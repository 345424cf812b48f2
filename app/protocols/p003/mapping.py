"""The core's nouns in the words of protocol 003, and its payloads."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, StrictBool

from app.clock import iso
from app.gists import preview
from app.models.chats import LIVING, ChatState
from app.models.messages import MessageState, MessageType
from app.models.users import Actor
from app.operations.messages import Draft
from app.protocols.p003.protocol import protocol
from app.protocols.shapes import Sending
from app.queries import messages as history
from app.queries import users
from app.schemas.wire import Id, Text, Wire

KINDS = ("text", "image", "file")
# What the other ways in can send and 003 has no word for.
SHOWN_AS = {MessageType.LOCATION: "text", MessageType.VOICE: "file"}
Kind = Literal["text", "image", "file"]
People = Mapping[int, Actor]


class ChatRef003(Wire):
    """`join_chat` and `leave_chat`; a bare id will do."""

    chat_id: Id


class Send003(Sending):
    """`send_message`: without `chatId` a user's own chat, opened if need be."""

    chat_id: Id | None = None
    message: Text
    message_type: Kind = "text"

    def draft(self) -> Draft:
        return Draft(self.message, self.client_id, self.message_type)


class Typing003(Wire):
    """`typing`."""

    chat_id: Id
    is_typing: StrictBool


class Person003(Wire):
    id: str = Field(alias="_id")
    name: str
    email: str
    role: Literal["user", "admin"]


class Unread003(Wire):
    """How many messages of the other side each side has not read."""

    user: int
    admin: int


class Chat003(Wire):
    """A chat; `isActive` while it waits or is open. `_id` and `id` are the same."""

    mongo_id: str = Field(alias="_id")
    id: str
    user: Person003
    admin: Person003 | None = Field(description="who answers, null while nobody does")
    is_active: bool
    last_message: str = Field(description="its first 160 characters")
    last_message_time: str | None
    unread_count: Unread003
    created_at: str
    updated_at: str


class Message003(Wire):
    """A message; `chat` is the id of its chat. `_id` and `id` are the same."""

    mongo_id: str = Field(alias="_id")
    id: str
    chat: str
    sender: Person003 | None
    message: str
    message_type: Kind
    is_read: bool
    read_at: str | None
    created_at: str
    updated_at: str


class Updated003(Wire):
    """How many messages were not read before."""

    updated: int


def chat_out(chat: ChatState) -> dict[str, Any]:
    return chats_out([chat])[0]


def chats_out(chats: Iterable[ChatState]) -> list[dict[str, Any]]:
    """Chats with their people, whom one question finds."""
    listed = list(chats)
    people = users.by_ids(chat.answering_id for chat in listed)
    newest = history.newest_of(listed)
    return [one_chat(chat, people, newest.get(chat.id)) for chat in listed]


def one_chat(chat: ChatState, people: People, newest: MessageState | None) -> dict[str, Any]:
    return {
        "_id": str(chat.id),
        "id": str(chat.id),
        "user": user_out(chat),
        "admin": person_out(people.get(chat.answering_id or 0)),
        "isActive": chat.status in LIVING,
        "lastMessage": preview(newest) if newest else "",
        "lastMessageTime": iso(chat.active_at) if chat.last_seq else None,
        "unreadCount": {"user": chat.customer_unread, "admin": chat.staff_unread},
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
    }


def message_out(message: MessageState) -> dict[str, Any]:
    return messages_out([message])[0]


def messages_out(messages: Iterable[MessageState]) -> list[dict[str, Any]]:
    """Messages with their senders, whom one question finds."""
    said = list(messages)
    people = users.by_ids(message.sender_id for message in said)
    return [one_message(message, people) for message in said]


def one_message(message: MessageState, people: People) -> dict[str, Any]:
    kind = message.message_type
    return {
        "_id": str(message.id),
        "id": str(message.id),
        "chat": str(message.chat_id),
        "sender": person_out(people.get(message.sender_id or 0)),
        "message": message.said,
        "messageType": kind if kind in KINDS else SHOWN_AS[MessageType(kind)],
        "isRead": message.read_at is not None,
        "readAt": iso(message.read_at),
        "createdAt": iso(message.created_at),
        "updatedAt": iso(changed_at(message)),
    }


def changed_at(message: MessageState) -> int:
    moments = (message.delivered_at, message.read_at, message.edited_at, message.deleted_at)
    return max(message.created_at, *(moment or 0 for moment in moments))


def user_out(chat: ChatState) -> dict[str, Any]:
    """The chat's customer, whose address the chat carries."""
    return {
        "_id": str(chat.customer_id),
        "name": chat.customer_name,
        "email": chat.customer_email,
        "role": protocol.roles[0],
    }


def person_out(person: Actor | None) -> dict[str, Any] | None:
    return person and {
        "_id": str(person.id),
        "name": person.name,
        "email": person.email,
        # In a chat there is its user, and who answers.
        "role": protocol.roles[not person.is_customer],
    }

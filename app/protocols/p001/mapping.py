"""The core's nouns in the words of protocol 001, and its payloads."""

from typing import Any, Literal

from pydantic import Field, StrictBool

from app.clock import iso
from app.events import ReceiptsMoved, TypingSignalled
from app.models.chats import LIVING, ChatState, Side, Status
from app.models.messages import MessageState
from app.operations.messages import Draft
from app.protocols.shapes import Hello, Paged, Sending
from app.schemas.wire import Id, Text, Wire

Status001 = Literal["ACTIVE", "CLOSED"]
STATUSES: dict[Status001, tuple[Status, ...]] = {
    "ACTIVE": (Status.WAITING, Status.OPEN),
    "CLOSED": (Status.CLOSED, Status.ARCHIVED, Status.BLOCKED),
}


class Authenticate001(Hello):
    """`authenticate`. `userId`, `email` and `role` are compared with what is proven."""


class Send001(Sending):
    """A message. Without `conversationId` a user's own, opened if need be; staff say `userId`."""

    conversation_id: Id | None = None
    content: Text
    user_id: Id | None = Field(default=None, description="the user with whom staff starts")

    def draft(self) -> Draft:
        return Draft(self.content, self.client_id)


class MarkAsRead001(Wire):
    """`markAsRead`."""

    conversation_id: Id


class Typing001(Wire):
    """`typing`."""

    conversation_id: Id
    is_typing: StrictBool


class ConversationQuery001(Paged):
    """Which conversations, and which page of them."""

    status: Status001 | None = None


class ConversationChange001(Wire):
    """What staff may change about a conversation."""

    status: Status001


class User001(Wire):
    id: int
    email: str
    name: str


class Message001(Wire):
    """A message."""

    id: int
    conversation_id: int
    sender_id: int
    content: str
    is_read: bool
    created_at: str


class Conversation001(Wire):
    """A conversation with its user. `unreadCount` is what the caller's side has not read."""

    id: int
    user_id: int
    status: Status001
    last_message_at: str | None
    created_at: str
    updated_at: str
    user: User001
    unread_count: int


class Updated001(Wire):
    """How many messages were not read before."""

    updated: int


class UnreadCount001(Wire):
    """What the caller's side has not read, in all conversations together."""

    unread_count: int


def message_out(message: MessageState) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversationId": message.chat_id,
        "senderId": message.sender_id,
        "content": message.said,
        "isRead": message.read_at is not None,
        "createdAt": iso(message.created_at),
    }


def conversation_out(chat: ChatState, side: Side) -> dict[str, Any]:
    return {
        "id": chat.id,
        "userId": chat.customer_id,
        "status": status_of(chat),
        "lastMessageAt": iso(chat.active_at) if chat.last_seq else None,
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
        "user": {
            "id": chat.customer_id,
            "email": chat.customer_email,
            "name": chat.customer_name,
        },
        "unreadCount": chat.unread_by(side),
    }


def status_of(chat: ChatState) -> Status001:
    return "ACTIVE" if chat.status in LIVING else "CLOSED"


def read_out(event: ReceiptsMoved) -> dict[str, Any]:
    """`messagesRead`."""
    return {"conversationId": event.chat.id, "readerId": event.user_id, "readAt": iso(event.at)}


def typing_out(event: TypingSignalled) -> dict[str, Any]:
    """`userTyping`."""
    return {
        "conversationId": event.chat.id,
        "userId": event.user_id,
        "isTyping": event.is_typing,
    }

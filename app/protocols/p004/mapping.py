"""The core's nouns in the words of protocol 004, and its payloads."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool

from app.clock import iso
from app.events import MessageChanged, PresenceChanged, ReceiptsMoved, TypingSignalled
from app.models.chats import ChatState, Side, Status
from app.models.messages import BY_MAIL, MessageState
from app.models.places import place_in
from app.models.typing import Typist
from app.operations.messages import Draft
from app.protocols.shapes import Page, Sending
from app.queries.messages import MessagePage
from app.queries.users import Person
from app.schemas.messages import text_of
from app.schemas.wire import Extra, Id, Text, Wire, digits

STATUS = {
    Status.WAITING: "ACTIVE",
    Status.OPEN: "ACTIVE",
    Status.CLOSED: "ENDED",
    Status.ARCHIVED: "ARCHIVED",
    Status.BLOCKED: "BLOCKED",
}
ConversationStatus = Literal["ACTIVE", "ENDED", "ARCHIVED", "BLOCKED"]
Sendable = Literal["TEXT", "IMAGE", "FILE", "LOCATION", "VOICE"]


class Conversation(Wire):
    """Which conversation: `chat-join-conversation`, `chat-leave-conversation`."""

    conversation_id: Id


class Typing(Conversation):
    """`chat-typing`."""

    is_typing: StrictBool


class Send(Sending):
    """`chat-send-message`: without `conversationId` a customer's own, opened if need be."""

    conversation_id: Id | None = None
    content: Text
    message_type: Sendable = "TEXT"
    attachments: Annotated[list[Extra], Field(max_length=5)] | None = None
    reply_to_id: Id | None = None
    metadata: Extra | None = None

    def draft(self) -> Draft:
        attachments = self.attachments or []
        others = [each for each in attachments if not is_file(each)]
        place = place_in(self.metadata) if self.message_type == "LOCATION" else None
        if place and not any(map(place_in, others)):
            others.append(place.attached)
        return Draft(
            self.content,
            self.client_id,
            self.message_type.lower(),
            self.reply_to_id,
            others,
            without_ours(self.metadata),
            files=[each["id"] for each in attachments if is_file(each)],
        )


def without_ours(metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    """How a message came is for us to say."""
    if metadata is None or metadata.get("via") != BY_MAIL:
        return metadata
    return {name: value for name, value in metadata.items() if name != "via"}


def is_file(attachment: dict[str, Any]) -> bool:
    """Whether it is nothing but the id of a file that was announced and sent."""
    return list(attachment) == ["id"] and type(attachment["id"]) is int


class UpdateStatus(Wire):
    """`chat-update-message-status`: by the receiver, forward only."""

    message_id: Id
    status: Literal["DELIVERED", "READ"]


class OpenConversation004(Wire):
    provider_id: Id
    customer_id: Id
    order_id: Id | None = None


class MessageQuery004(Wire):
    page: Page = 1
    limit: Annotated[
        int,
        BeforeValidator(digits),
        Field(ge=1, description="how many; more than `CHAT_MESSAGE_LIMIT` is taken as that"),
    ] = 50
    before: Id | None = Field(
        default=None, description="a message's id: pages count back from there"
    )


class Message004(Wire):
    """`senderId` is null for what the server itself says, of the type `SYSTEM`."""

    id: str
    conversation_id: str
    sender_id: int | None
    receiver_id: int | None = Field(description="null while nobody is assigned")
    message_type: Literal["TEXT", "IMAGE", "FILE", "LOCATION", "VOICE", "SYSTEM"]
    content: str
    attachments: list[dict[str, Any]] | None
    status: Literal["SENT", "DELIVERED", "READ"]
    read_at: str | None
    delivered_at: str | None
    created_at: str
    updated_at: str
    reply_to_id: str | None
    metadata: dict[str, Any] | None


class Party004(Wire):
    id: int
    name: str


class Conversation004(Wire):
    """The provider of a support chat is the agent who has it. `unreadCount` is the caller's."""

    id: str
    customer_id: int
    provider_id: int | None
    order_id: int | None
    status: ConversationStatus
    created_at: str
    updated_at: str
    last_message_at: str | None
    unread_count: int
    customer: Party004
    provider: Party004 | None
    last_message: Message004 | None


class MessagePage004(Wire):
    """Messages, oldest first. `before` is the id of the oldest, for the page before this one."""

    messages: list[Message004]
    page: int
    limit: int
    total: int = Field(description="how many the conversation has")
    has_more: bool
    before: str | None


class Updated004(Wire):
    """How many messages were not read before."""

    updated: int


class Typist004(Wire):
    user_id: int
    name: str
    is_typing: bool


class Presence004(Wire):
    """`lastSeen` is null for who is online."""

    user_id: int
    is_online: bool
    last_seen: str | None


def message_out(message: MessageState, chat: ChatState) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "conversationId": str(message.chat_id),
        "senderId": message.sender_id,
        "receiverId": receiver_of(message, chat),
        "messageType": message.message_type.upper(),
        "content": text_of(message),
        "attachments": message.attached or None,
        "status": message.status.upper(),
        "readAt": iso(message.read_at),
        "deliveredAt": iso(message.delivered_at),
        "createdAt": iso(message.created_at),
        "updatedAt": iso(updated_at(message)),
        "replyToId": message.reply_to_id and str(message.reply_to_id),
        "metadata": message.detailed,
    }


def receiver_of(message: MessageState, chat: ChatState) -> int | None:
    """The other side's person. What the server itself says is to nobody in particular."""
    if message.sender_id is None:
        return None
    return chat.answering_id if message.sender_id == chat.customer_id else chat.customer_id


def updated_at(m: MessageState) -> int:
    times = (m.created_at, m.delivered_at, m.read_at, m.edited_at, m.deleted_at)
    return max(time for time in times if time is not None)


def conversation_out(chat: ChatState, newest: MessageState | None, side: Side) -> dict[str, Any]:
    """A conversation as one side has read it, with its newest message."""
    provider = {"id": chat.answering_id, "name": chat.answering_name}
    return {
        "id": str(chat.id),
        "customerId": chat.customer_id,
        "providerId": chat.answering_id,
        "orderId": chat.order_id,
        "status": STATUS[Status(chat.status)],
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
        "lastMessageAt": newest and iso(newest.created_at),
        "unreadCount": chat.unread_by(side),
        "customer": {"id": chat.customer_id, "name": chat.customer_name},
        "provider": provider if chat.answering_id else None,
        "lastMessage": newest and message_out(newest, chat),
    }


def page_out(
    found: MessagePage, chat: ChatState, *, page: int, limit: int, total: int
) -> dict[str, Any]:
    messages = [message_out(message, chat) for message in found.messages]
    return {
        "messages": messages,
        "page": page,
        "limit": limit,
        "total": total,
        "hasMore": found.has_more,
        "before": messages[0]["id"] if messages else None,
    }


def status_out(message: MessageState) -> dict[str, Any]:
    """How far a message has come."""
    return {
        "messageId": str(message.id),
        "conversationId": str(message.chat_id),
        "status": message.status.upper(),
        "readAt": iso(message.read_at),
        "deliveredAt": iso(message.delivered_at),
    }


def status_updated(event: ReceiptsMoved, message_id: int) -> dict[str, Any]:
    """`chat-message-status-updated`: what has become of one message, and when."""
    return {
        "messageId": str(message_id),
        "conversationId": str(event.chat.id),
        "status": "READ" if event.read else "DELIVERED",
        "readAt" if event.read else "deliveredAt": iso(event.at),
    }


def file_told(event: MessageChanged) -> dict[str, Any]:
    """`chat-message-status-updated` of a message one of whose files was looked at: how far the
    message has come, which is what it was, and the message as it is now."""
    message = event.message
    return status_out(message) | {"message": message_out(message, event.chat)}


def typing_told(event: TypingSignalled) -> dict[str, Any]:
    return {
        "conversationId": str(event.chat.id),
        "userId": event.user_id,
        "isTyping": event.is_typing,
    }


def typist_out(typist: Typist) -> dict[str, Any]:
    return {"userId": typist.user_id, "name": typist.name, "isTyping": True}


def presence_told(event: PresenceChanged) -> dict[str, Any]:
    return {
        "userId": event.user_id,
        "isOnline": event.is_online,
        "lastSeen": iso(event.last_seen),
    }


def presence_out(person: Person) -> dict[str, Any]:
    return {
        "userId": person.id,
        "isOnline": bool(person.is_online),
        "lastSeen": None if person.is_online else iso(person.last_seen_at),
    }

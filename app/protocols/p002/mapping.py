"""The core's nouns in the words of protocol 002, and its payloads. Ids go out as strings."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import StrictBool

from app.clock import iso
from app.direction import straight
from app.events import MessageSent, TypingSignalled
from app.gists import preview
from app.models.chats import LIVING, ChatState, Status
from app.models.messages import Line, MessageState
from app.models.users import Actor
from app.operations.messages import Draft
from app.protocols.shapes import Hello, Paged, Sending
from app.queries import messages
from app.queries.holds import as_told
from app.schemas.messages import LINES
from app.schemas.wire import Id, Text, Wire

Status002 = Literal["waiting", "open", "closed"]
STATUSES: dict[Status002, tuple[Status, ...]] = {
    "waiting": (Status.WAITING,),
    "open": (Status.OPEN,),
    "closed": (Status.CLOSED, Status.ARCHIVED, Status.BLOCKED),
}


class Register002(Hello):
    """`register`. `userId` is compared with what is proven."""


class JoinRoom002(Wire):
    """`joinRoom`."""

    room_id: Id


class Send002(Sending):
    """`sendMessage`. `senderId` and `isFromSupport` are compared with what is proven."""

    room_id: Id
    message: Text

    def draft(self) -> Draft:
        return Draft(self.message, self.client_id)


class Typing002(Wire):
    """`typing`. `userId` is compared with what is proven."""

    room_id: Id
    is_typing: StrictBool


class RoomQuery002(Paged):
    """Which rooms, and which page of them; without `status` those that wait or are open."""

    status: Status002 | None = None

    @property
    def statuses(self) -> Sequence[Status]:
        return STATUSES[self.status] if self.status else [Status(each) for each in LIVING]


class Room002(Wire):
    """A room. `unreadCount` is what the caller's side has not read."""

    id: str
    user_id: str
    support_agent_id: str | None
    status: Status002
    last_message: str | None
    unread_count: int
    created_at: str
    updated_at: str


class Message002(Wire):
    """A message."""

    id: str
    chat_room_id: str
    sender_id: str
    message: str
    is_read: bool
    is_from_support: bool
    created_at: str


class Updated002(Wire):
    """How many messages were not read before."""

    updated: int


def message_out(message: MessageState, chat: ChatState) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "chatRoomId": str(message.chat_id),
        "senderId": str(message.sender_id),
        "message": message.said,
        "isRead": message.read_at is not None,
        "isFromSupport": message.sender_id != chat.customer_id,
        "createdAt": iso(message.created_at),
    }


def room_out(chat: ChatState, actor: Actor) -> dict[str, Any]:
    return rooms_out([as_told(actor, chat)], actor)[0]


def rooms_out(chats: Sequence[ChatState], actor: Actor) -> list[dict[str, Any]]:
    """Rooms, each with the whole of its newest message."""
    newest = messages.newest_of(chats)
    return [room_with(chat, actor, newest.get(chat.id)) for chat in chats]


def room_with(chat: ChatState, actor: Actor, newest: MessageState | None) -> dict[str, Any]:
    agent_id = chat.answering_id
    return {
        "id": str(chat.id),
        "userId": str(chat.customer_id),
        "supportAgentId": str(agent_id) if agent_id else None,
        "status": status_of(chat),
        "lastMessage": preview(newest) if newest else None,
        "unreadCount": chat.unread_by(chat.side_of(actor)),
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
    }


def status_of(chat: ChatState) -> Status002:
    return next(name for name, statuses in STATUSES.items() if chat.status in statuses)


def request_out(event: MessageSent) -> dict[str, Any]:
    """`newChatRequest`."""
    return {
        "roomId": str(event.chat.id),
        "userName": event.chat.customer_name,
        "message": event.message.said,
    }


def joined_out(agent_name: str) -> dict[str, Any]:
    """`supportJoined`."""
    told = LINES[Line.JOINED].format(name=straight(agent_name))
    return {"agentName": agent_name, "message": told}


def typing_out(event: TypingSignalled) -> dict[str, Any]:
    """`userTyping`, which also says in which room: an agent is in many."""
    return {
        "userId": str(event.user_id),
        "isTyping": event.is_typing,
        "roomId": str(event.chat.id),
    }

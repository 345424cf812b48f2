"""The core's nouns in the words of protocol 000, and its payloads."""

from typing import Any

from app.clock import iso
from app.models.chats import ChatState, Side, Status
from app.models.messages import MessageState
from app.protocols.shapes import Hello, Paged, Sending
from app.schemas.wire import Id, Text

STATUS = {
    Status.WAITING: "PENDING",
    Status.OPEN: "OPEN",
    Status.CLOSED: "CLOSED",
    Status.ARCHIVED: "CLOSED",
    Status.BLOCKED: "CLOSED",
}


class Join(Hello):
    """`user:join`. `userId` and `role` are compared with what the token or the session proves."""


class Send(Sending):
    """`message:send`: without `conversationId` a customer's own, opened if need be."""

    conversation_id: Id | None = None
    message: Text


class GetMessages(Paged):
    """`conversation:getMessages`."""

    conversation_id: Id


class GetConversations(Paged):
    """`admin:getConversations`."""


def message_out(message: MessageState, chat: ChatState) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversationId": message.chat_id,
        "sender": "CUSTOMER" if message.sender_id == chat.customer_id else "ADMIN",
        "content": message.said,
        "isRead": message.read_at is not None,
        "createdAt": iso(message.created_at),
    }


def received(message: MessageState, chat: ChatState, side: Side) -> dict[str, Any]:
    """`message:received`: the message and its conversation, as one side has read it."""
    return message_out(message, chat) | {"conversation": conversation_out(chat, side)}


def conversation_out(chat: ChatState, side: Side) -> dict[str, Any]:
    return {
        "id": chat.id,
        "userId": chat.customer_id,
        "status": STATUS[Status(chat.status)],
        "unreadCount": chat.unread_by(side),
    }


def listed(chat: ChatState, newest: MessageState | None) -> dict[str, Any]:
    """A conversation of the admin's list: with its user and its newest message."""
    return conversation_out(chat, Side.STAFF) | {
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
        "user": {
            "id": chat.customer_id,
            "name": chat.customer_name,
            "email": chat.customer_email,
        },
        "messages": [message_out(newest, chat)] if newest else [],
    }

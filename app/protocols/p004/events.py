"""Events in."""

from typing import Any

from flask import current_app

from app.operations import access, messages, receipts, typing
from app.protocols import deliver, speakers
from app.protocols.p004 import mapping
from app.protocols.p004.protocol import protocol
from app.protocols.shapes import Hello
from app.protocols.speakers import Speaker


@protocol.on("chat-authenticate", Hello, is_hello=True)
def authenticate(speaker: Speaker, _payload: Hello) -> dict[str, Any]:
    return told(speaker, "chat-authenticated", {"userId": speaker.actor.id})


@protocol.on("chat-join-conversation", mapping.Conversation)
def join(speaker: Speaker, payload: mapping.Conversation) -> dict[str, Any]:
    return joined(speaker, access.chat_for(speaker.actor, payload.conversation_id).id)


@protocol.on("chat-leave-conversation", mapping.Conversation)
def leave(speaker: Speaker, payload: mapping.Conversation) -> dict[str, Any]:
    chat = access.chat_for(speaker.actor, payload.conversation_id)
    speakers.leave(speaker, protocol, chat.id)
    return {"conversationId": str(chat.id)}


@protocol.on("chat-send-message", mapping.Send)
def send(speaker: Speaker, payload: mapping.Send) -> dict[str, Any]:
    message = messages.send(speaker.actor, payload.conversation_id, payload.draft())
    chat = access.chat_for(speaker.actor, message.chat_id)
    shown = {"message": mapping.message_out(message, chat)}
    if message.chat_id != payload.conversation_id:
        told(speaker, "chat-joined-conversation", {"conversationId": str(chat.id)})
        deliver.follow(speaker, protocol, chat.id, "chat-new-message", lambda: shown)
    return shown


@protocol.on("chat-typing", mapping.Typing)
def signal(speaker: Speaker, payload: mapping.Typing) -> None:
    seconds = current_app.config["CHAT_TYPING_TIMEOUT"] / 1000
    typing.signal(speaker.actor, payload.conversation_id, payload.is_typing, silent_seconds=seconds)


@protocol.on("chat-update-message-status", mapping.UpdateStatus)
def update_status(speaker: Speaker, payload: mapping.UpdateStatus) -> dict[str, Any]:
    is_read = payload.status == "READ"
    return mapping.status_out(receipts.confirm(speaker.actor, payload.message_id, read=is_read))


def joined(speaker: Speaker, chat_id: int) -> dict[str, Any]:
    speakers.join(speaker, protocol, chat_id)
    return told(speaker, "chat-joined-conversation", {"conversationId": str(chat_id)})


def told(speaker: Speaker, name: str, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer that goes out as an event too, whether or not there is a callback."""
    deliver.tell_socket(speaker.sid, protocol.namespace, name, answer)
    return answer

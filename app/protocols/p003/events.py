"""Events in."""

from typing import Any

from app.operations import access, messages, typing
from app.protocols import deliver, speakers
from app.protocols.p003 import mapping
from app.protocols.p003.protocol import protocol
from app.protocols.speakers import Speaker


@protocol.on("join_chat", mapping.ChatRef003, id_alone="chatId")
def join_chat(speaker: Speaker, payload: mapping.ChatRef003) -> dict[str, Any]:
    chat = access.chat_for(speaker.actor, payload.chat_id)
    speakers.join(speaker, protocol, chat.id)
    return {"chatId": str(chat.id)}


@protocol.on("leave_chat", mapping.ChatRef003, id_alone="chatId")
def leave_chat(speaker: Speaker, payload: mapping.ChatRef003) -> dict[str, Any]:
    speakers.leave(speaker, protocol, payload.chat_id)
    return {"chatId": str(payload.chat_id)}


@protocol.on("send_message", mapping.Send003)
def send_message(speaker: Speaker, payload: mapping.Send003) -> dict[str, Any]:
    message = messages.send(speaker.actor, payload.chat_id, payload.draft())
    shown = mapping.message_out(message)
    if message.chat_id != payload.chat_id:
        deliver.follow(speaker, protocol, message.chat_id, "new_message", lambda: shown)
    return {"message": shown}


@protocol.on("typing", mapping.Typing003)
def signal(speaker: Speaker, payload: mapping.Typing003) -> None:
    typing.signal(speaker.actor, payload.chat_id, payload.is_typing)

"""Events in."""

from typing import Any

from app.operations import access, messages, typing
from app.protocols import deliver, speakers
from app.protocols.p002 import mapping
from app.protocols.p002.protocol import protocol
from app.protocols.speakers import Speaker


@protocol.on("register", mapping.Register002, is_hello=True)
def register(speaker: Speaker, _payload: mapping.Register002) -> dict[str, Any]:
    return {"userId": str(speaker.actor.id), "role": protocol.role_of(speaker.actor)}


@protocol.on("joinRoom", mapping.JoinRoom002)
def join(speaker: Speaker, payload: mapping.JoinRoom002) -> dict[str, Any]:
    """From now on this socket hears what is said in the room."""
    chat = access.chat_for(speaker.actor, payload.room_id)
    speakers.join(speaker, protocol, chat.id)
    return {"roomId": str(chat.id)}


@protocol.on("sendMessage", mapping.Send002)
def send(speaker: Speaker, payload: mapping.Send002) -> dict[str, Any]:
    message = messages.send(speaker.actor, payload.room_id, payload.draft())
    chat = access.chat_for(speaker.actor, message.chat_id)
    shown = mapping.message_out(message, chat)
    if message.chat_id != payload.room_id:
        deliver.follow(speaker, protocol, message.chat_id, "newMessage", lambda: shown)
    return {"message": shown}


@protocol.on("typing", mapping.Typing002)
def signal(speaker: Speaker, payload: mapping.Typing002) -> None:
    typing.signal(speaker.actor, payload.room_id, payload.is_typing)

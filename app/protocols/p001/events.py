"""Events in."""

from typing import Any

from app.operations import receipts, typing
from app.protocols import deliver
from app.protocols.p001 import mapping, sending
from app.protocols.p001.protocol import protocol
from app.protocols.speakers import Speaker


@protocol.on("authenticate", mapping.Authenticate001, is_hello=True)
def authenticate(speaker: Speaker, _payload: mapping.Authenticate001) -> dict[str, Any]:
    """Answered by an event too, for the document's own client gives no callback."""
    who = {"userId": speaker.actor.id, "role": protocol.role_of(speaker.actor)}
    deliver.tell_socket(speaker.sid, speaker.namespace, "authenticated", who)
    return who


# `userId` is whom staff writes to, not who writes.
@protocol.on("sendMessage", mapping.Send001, free={"userId"})
def send(speaker: Speaker, payload: mapping.Send001) -> dict[str, Any]:
    return {"message": mapping.message_out(sending.send(speaker.actor, payload))}


@protocol.on("markAsRead", mapping.MarkAsRead001)
def mark_as_read(speaker: Speaker, payload: mapping.MarkAsRead001) -> dict[str, Any]:
    return {"updated": receipts.mark_all_read(speaker.actor, payload.conversation_id)}


@protocol.on("typing", mapping.Typing001)
def signal(speaker: Speaker, payload: mapping.Typing001) -> None:
    typing.signal(speaker.actor, payload.conversation_id, payload.is_typing)

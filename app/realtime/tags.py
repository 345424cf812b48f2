"""Events in: tags put on a chat and taken off."""

from typing import Any

from app.operations import tags
from app.realtime.live import on
from app.schemas.tags import TagChat, UntagChat, tags_out
from app.sockets.connections import Connection


@on("tag_chat", TagChat)
def tag_chat(connection: Connection, payload: TagChat) -> dict[str, Any]:
    return tags_out(tags.put_on(connection.actor, payload.chat_id, payload.name))


@on("untag_chat", UntagChat)
def untag_chat(connection: Connection, payload: UntagChat) -> dict[str, Any]:
    return tags_out(tags.take_off(connection.actor, payload.chat_id, payload.tag_id))

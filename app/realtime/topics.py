"""Events in: what a chat is about."""

from typing import Any

from app.operations import topics
from app.realtime.live import on
from app.schemas.chats import chat_out
from app.schemas.topics import SetTopic
from app.sockets.connections import Connection


@on("set_topic", SetTopic)
def set_topic(connection: Connection, payload: SetTopic) -> dict[str, Any]:
    return {"chat": chat_out(topics.put_on(connection.actor, payload.chat_id, payload.topic_id))}

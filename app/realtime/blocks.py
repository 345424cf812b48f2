"""Events in: chats that are blocked and unblocked."""

from typing import Any

from app.operations import blocks
from app.realtime.live import on
from app.schemas.blocks import BlockChat
from app.schemas.chats import ChatRef, chat_out
from app.sockets.connections import Connection


@on("block_chat", BlockChat)
def block_chat(connection: Connection, payload: BlockChat) -> dict[str, Any]:
    chat = blocks.block(connection.actor, payload.chat_id, payload.reason, payload.until_ms)
    return {"chat": chat_out(chat)}


@on("unblock_chat", ChatRef)
def unblock_chat(connection: Connection, payload: ChatRef) -> dict[str, Any]:
    return {"chat": chat_out(blocks.unblock(connection.actor, payload.chat_id))}

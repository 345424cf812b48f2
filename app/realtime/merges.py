"""Events in: two chats of a customer, or two customers, become one."""

from typing import Any

from app.operations import merges
from app.realtime.live import on
from app.schemas.chats import chat_out
from app.schemas.merges import MergeChats, MergeCustomers
from app.sockets.connections import Connection


@on("merge_chats", MergeChats)
def merge_chats(connection: Connection, payload: MergeChats) -> dict[str, Any]:
    chat = merges.merge_chats(connection.actor, payload.chat_id, payload.other_id)
    return {"chat": chat_out(chat)}


@on("merge_customers", MergeCustomers)
def merge_customers(connection: Connection, payload: MergeCustomers) -> dict[str, Any]:
    merges.merge_customers(connection.actor, payload.customer_id, payload.other_id)
    return {}

"""Events in: erasing a customer."""

from typing import Any

from app.operations import erasures
from app.realtime.live import on
from app.schemas.erasures import EraseCustomer
from app.sockets.connections import Connection


@on("erase_customer", EraseCustomer)
def erase_customer(connection: Connection, payload: EraseCustomer) -> dict[str, Any]:
    erasures.erase(connection.actor, payload.customer_id, payload.name)
    return {}

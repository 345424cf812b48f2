"""Events in: an export of all that is kept of a customer."""

from typing import Any

from app.operations import exports
from app.realtime.live import on
from app.schemas.exports import ExportCustomer, export_out
from app.sockets.connections import Connection


@on("export_customer", ExportCustomer)
def export_customer(connection: Connection, payload: ExportCustomer) -> dict[str, Any]:
    return {"export": export_out(exports.ask(connection.actor, payload.customer_id))}

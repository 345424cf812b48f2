"""Exports on the wire."""

from typing import Any

from app.clock import iso
from app.models.exports import ExportState
from app.schemas.wire import Id, Wire


class ExportOut(Wire):
    """All that is kept of a customer, in one file; not there as long as `readyAt` is null."""

    customer_id: int
    asked_at: str
    ready_at: str | None
    size: int | None


class ExportCustomer(Wire):
    """`export_customer`."""

    customer_id: Id


class ExportAck(Wire):
    export: ExportOut


def export_out(made: ExportState) -> dict[str, Any]:
    return {
        "customerId": made.customer_id,
        "askedAt": iso(made.asked_at),
        "readyAt": iso(made.ready_at),
        "size": made.size,
    }

"""Customers whom the managers are told of."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, TooFast
from app.models.users import Actor
from app.operations import reports
from app.queries import notes
from app.rest import STAFF
from app.schemas.reports import Report, ReportOut, report_out


@endpoint(
    "POST",
    "/chats/<id:chat_id>/report",
    body=Report,
    answer=ReportOut,
    status=201,
    only=STAFF,
    raises=(ChatNotFound, TooFast),
)
def report(actor: Actor, chat_id: int, body: Report) -> dict[str, Any]:
    """Tell the managers of a chat's customer: a note beside it, which names them.

    `to` says who hears of it. Sent again with the same `clientId`, it is the first one.
    """
    note = reports.report(actor, chat_id, body.reason, body.client_id)
    return report_out(note, notes.names_in([note]), reports.to(note))

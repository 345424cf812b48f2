"""Events in: a customer whom the managers are told of."""

from typing import Any

from app.operations import reports
from app.queries import notes
from app.realtime.live import on
from app.schemas.notes import note_out
from app.schemas.reports import ReportChat, to_out
from app.sockets.connections import Connection


@on("report_chat", ReportChat)
def report_chat(connection: Connection, payload: ReportChat) -> dict[str, Any]:
    said = (payload.chat_id, payload.reason, payload.client_id)
    note = reports.report(connection.actor, *said)
    names = notes.names_in([note])
    return {"note": note_out(note, names), "to": to_out(reports.to(note), names)}

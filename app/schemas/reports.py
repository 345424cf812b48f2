"""Reports of customers on the wire: for staff."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from app.models.notes import NoteState
from app.schemas.chats import ChatRef
from app.schemas.messages import ClientId
from app.schemas.notes import NoteOut, note_out
from app.schemas.teams import MemberOut
from app.schemas.wire import Text, Wire


class Report(Wire):
    """With `clientId` a repeat gives the first note again."""

    reason: Text
    client_id: ClientId | None = None


class ReportChat(Report, ChatRef):
    """`report_chat`."""


To = Annotated[
    list[MemberOut],
    Field(description="the managers who hear of it; nobody where there is no other one"),
]


class ReportOut(NoteOut):
    """The note that tells of it."""

    to: To


def to_out(to: Sequence[int], names: Mapping[int, str]) -> list[dict[str, Any]]:
    return [{"id": user_id, "name": names.get(user_id, "")} for user_id in to]


def report_out(note: NoteState, names: Mapping[int, str], to: Sequence[int]) -> dict[str, Any]:
    return note_out(note, names) | {"to": to_out(to, names)}

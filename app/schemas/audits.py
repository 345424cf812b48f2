"""The audit log on the wire: for admins."""

from typing import Any

from pydantic import Field

from app.clock import iso
from app.models.audits import Action, AuditState
from app.queries.audits import Log
from app.schemas.wire import Id, Limit, Wire


class AuditQuery(Wire):
    user_id: Id | None = Field(default=None, description="by whom, or about whom")
    action: Action | None = None
    before: Id | None = Field(default=None, description="`next` of the page before")
    limit: Limit = 50


class AuditOut(Wire):
    """Something that was done. `actorId` is null where no person did it who is known here.

    That is the desk itself, its shell, or a rule, whose id is `rule` of `details` then.
    """

    id: int
    created_at: str
    action: str
    actor_id: int | None
    chat_id: int | None
    subject_id: int | None = Field(description="the person, message, site, team or rule")
    details: dict[str, Any] = Field(description="ids, numbers and settings")


class AuditPage(Wire):
    """Newest first; `next` goes into `before` for the next page, null ends the list."""

    audit: list[AuditOut]
    next: int | None


def audit_out(row: AuditState) -> dict[str, Any]:
    return {
        "id": row.id,
        "createdAt": iso(row.created_at),
        "action": row.action,
        "actorId": row.actor_id,
        "chatId": row.chat_id,
        "subjectId": row.subject_id,
        "details": row.said,
    }


def page_out(log: Log) -> dict[str, Any]:
    return {"audit": [audit_out(row) for row in log.rows], "next": log.following}

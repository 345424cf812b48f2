"""The audit log."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.queries import audits
from app.rest import ADMINS
from app.schemas.audits import AuditPage, AuditQuery, page_out


@endpoint("GET", "/audit", query=AuditQuery, answer=AuditPage, only=ADMINS)
def audit(actor: Actor, query: AuditQuery) -> dict[str, Any]:
    """What was done that somebody answers for, newest first; nobody can change a row of it."""
    return page_out(audits.page(query.user_id, query.action, query.before, query.limit))

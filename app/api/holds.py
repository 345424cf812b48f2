"""Messages that are held until staff decides."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, MessageNotFound, NotHeld, TooFast
from app.models.users import Actor
from app.operations import holds as operations
from app.queries import holds
from app.rest import STAFF
from app.schemas.holds import HeldOut, HeldQuery, held_out
from app.schemas.messages import MessageOut, message_out

REFUSALS = (MessageNotFound, NotHeld, TooFast)


@endpoint("GET", "/held-messages", query=HeldQuery, answer=HeldOut, only=STAFF)
def list_held(actor: Actor, query: HeldQuery) -> dict[str, Any]:
    """What waits for staff to decide, the oldest first."""
    return held_out(holds.page(query.after or 0, query.limit))


@endpoint(
    "POST",
    "/messages/<id:message_id>/release",
    answer=MessageOut,
    only=STAFF,
    raises=(*REFUSALS, ChatBlocked),
)
def release(actor: Actor, message_id: int) -> dict[str, Any]:
    """Let a held message through: everybody sees it, in its place. Again is fine."""
    return message_out(operations.release(actor, message_id), for_staff=True)


@endpoint(
    "POST", "/messages/<id:message_id>/reject", answer=MessageOut, only=STAFF, raises=REFUSALS
)
def reject(actor: Actor, message_id: int) -> dict[str, Any]:
    """Reject a held message: its text and files are gone for good. Again is fine."""
    return message_out(operations.reject(actor, message_id), for_staff=True)

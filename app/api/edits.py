"""Messages that are edited, or taken back."""

from typing import Any

from app.api.endpoint import endpoint
from app.clock import iso
from app.errors import ChatBlocked, MessageNotFound, TooFast, TooLate
from app.models.audits import Action
from app.models.users import Actor
from app.operations import access, supervision
from app.operations import edits as operations
from app.queries import edits
from app.rest import STAFF
from app.schemas.edits import EarlierTexts, NewText
from app.schemas.messages import MessageOut, message_out

REFUSALS = (MessageNotFound, ChatBlocked, TooLate, TooFast)


@endpoint("PATCH", "/messages/<id:message_id>", body=NewText, answer=MessageOut, raises=REFUSALS)
def edit(actor: Actor, message_id: int, body: NewText) -> dict[str, Any]:
    """Let one's own message say something else.

    For `EDIT_SECONDS` after it was sent (staff: `STAFF_EDIT_SECONDS`); staff can read what it said.
    """
    return message_out(operations.edit(actor, message_id, body.message))


@endpoint("DELETE", "/messages/<id:message_id>", answer=MessageOut, raises=REFUSALS)
def take_back(actor: Actor, message_id: int) -> dict[str, Any]:
    """Take one's own message back: its text is gone for good, its place stays."""
    return message_out(operations.take_back(actor, message_id))


@endpoint(
    "GET",
    "/messages/<id:message_id>/earlier-texts",
    answer=EarlierTexts,
    only=STAFF,
    raises=(MessageNotFound,),
)
def earlier(actor: Actor, message_id: int) -> dict[str, Any]:
    """Read what a message said before it was edited."""
    message = access.message_for(actor, message_id)
    texts = edits.earlier_texts(message.id)
    if texts:
        supervision.read_beneath(actor, message.id, Action.EARLIER_READ)
    return {"texts": [{"message": each.text, "until": iso(each.until)} for each in texts]}

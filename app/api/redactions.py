"""Words and files of a message that are hidden for good."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import FileNotFound, MessageNotFound, TooFast
from app.models.users import Actor
from app.operations import redactions as operations
from app.rest import ADMINS
from app.schemas.messages import MessageOut, message_out
from app.schemas.redactions import Redaction


@endpoint(
    "POST",
    "/messages/<id:message_id>/redactions",
    body=Redaction,
    answer=MessageOut,
    only=ADMINS,
    raises=(MessageNotFound, TooFast),
)
def redact(actor: Actor, message_id: int, body: Redaction) -> dict[str, Any]:
    """Hide words of anybody's message for good: `•••` stands there from now on.

    Wherever they stand in it exactly so, also in what it said before it was edited. Copies that
    were forwarded, mailed or backed up stay as they are.
    """
    return message_out(operations.redact(actor, message_id, body.words))


@endpoint(
    "DELETE",
    "/messages/<id:message_id>/files/<id:file_id>",
    answer=MessageOut,
    only=ADMINS,
    raises=(MessageNotFound, FileNotFound, TooFast),
)
def redact_file(actor: Actor, message_id: int, file_id: int) -> dict[str, Any]:
    """Remove a file of anybody's message for good: neither row nor content is left.

    Where it was all that the message had, `•••` stands there. Copies that were forwarded, mailed
    or backed up stay as they are.
    """
    return message_out(operations.redact_file(actor, message_id, file_id))

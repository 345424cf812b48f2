"""Messages that are said again in another chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.api.messages import REPEATED
from app.errors import ChatBlocked, ChatNotFound, MessageNotFound, NewerChat, TooFast
from app.models.users import Actor
from app.operations import forwards as operations
from app.rest import STAFF
from app.schemas.forwards import Forward
from app.schemas.messages import MessageOut, message_out


@endpoint(
    "POST",
    "/messages/<id:message_id>/forwards",
    body=Forward,
    answer=MessageOut,
    status=201,
    also=REPEATED,
    only=STAFF,
    raises=(MessageNotFound, ChatNotFound, ChatBlocked, NewerChat, TooFast),
)
def forward(actor: Actor, message_id: int, body: Forward) -> tuple[dict[str, Any], int]:
    """Send a message's words and attachments to another chat, as one's own message.

    The customer there is not told where it comes from. A repeat gives the first message again.
    """
    message, is_new = operations.forward_once(actor, message_id, body.chat_id, body.client_id)
    return message_out(message), 201 if is_new else 200

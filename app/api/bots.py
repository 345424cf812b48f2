"""What customers say to the bot's answer."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, TooFast
from app.models.users import Actor
from app.operations import bots
from app.rest import CUSTOMERS
from app.schemas.bots import Settle, SettledOut, settled_out


@endpoint(
    "PUT",
    "/chats/<id:chat_id>/automatic-answer",
    body=Settle,
    answer=SettledOut,
    only=CUSTOMERS,
    raises=(Conflict, TooFast),
)
def settle(actor: Actor, chat_id: int, body: Settle) -> dict[str, Any]:
    """Say whether the articles that were named by themselves helped, or ask for a person."""
    return settled_out(bots.settle(actor, chat_id, has_helped=body.has_helped))

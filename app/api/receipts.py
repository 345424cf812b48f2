"""How far somebody has received and read."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Forbidden
from app.models.users import Actor
from app.operations import receipts
from app.schemas.receipts import MovedOut, Receipts, moved_out


@endpoint(
    "PUT", "/chats/<id:chat_id>/receipts", body=Receipts, answer=MovedOut, raises=(Forbidden,)
)
def move(actor: Actor, chat_id: int, body: Receipts) -> dict[str, Any]:
    """Say how far one has received and read.

    Both are the `seq` of a message and move forward only; a smaller one changes nothing. Staff
    who look into a provider's chat confirm nothing there.
    """
    delivered, read = body.delivered_up_to or 0, body.read_up_to or 0
    # Reading receives too. The further one goes first: when it is refused, nothing was stored.
    if delivered > read:
        chat = receipts.mark_delivered(actor, chat_id, delivered)
    if read:
        chat = receipts.mark_read(actor, chat_id, read)
    return moved_out(chat, actor)

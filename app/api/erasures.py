"""Erasing a customer."""

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import erasures
from app.rest import MANAGERS
from app.schemas.erasures import Erasure


@endpoint(
    "POST",
    "/users/<id:user_id>/erasure",
    body=Erasure,
    status=204,
    only=MANAGERS,
    raises=(NotFound, TooFast),
)
def erase(actor: Actor, user_id: int, body: Erasure) -> None:
    """Erase a customer for good: their chats, what stands beside these, their files and names.

    They are logged out at once; all else is gone a moment later, and nobody can bring it back.
    What mailboxes and backups hold of it stays there.
    """
    erasures.erase(actor, user_id, body.name)

"""Chats that one keeps on top of one's lists."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, Conflict
from app.models.users import Actor
from app.operations import pins as operations
from app.queries import pins
from app.rest import STAFF
from app.schemas.pins import PinsOut, pins_out

PATH = "/chats/<id:chat_id>/pin"


@endpoint("GET", "/me/pins", answer=PinsOut, only=STAFF)
def list_pins(actor: Actor) -> dict[str, Any]:
    """The chats that one has pinned."""
    return pins_out(pins.of(actor.id))


@endpoint("PUT", PATH, answer=PinsOut, only=STAFF, raises=(ChatNotFound, Conflict))
def pin(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Keep a chat on top of one's own lists. Again is fine; 20 at most."""
    return pins_out(operations.pin(actor, chat_id))


@endpoint("DELETE", PATH, answer=PinsOut, only=STAFF, raises=(ChatNotFound,))
def unpin(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Let it stand where it belongs. Again is fine."""
    return pins_out(operations.unpin(actor, chat_id))

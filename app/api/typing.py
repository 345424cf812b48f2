"""Typing."""

from app.api.endpoint import endpoint
from app.errors import TooFast
from app.models.users import Actor
from app.operations import typing
from app.schemas.typing import TypingSignal


@endpoint("PUT", "/chats/<id:chat_id>/typing", body=TypingSignal, status=204, raises=(TooFast,))
def signal(actor: Actor, chat_id: int, body: TypingSignal) -> None:
    """Say that one is typing, or has stopped.

    Told to the others in the chat, stored nowhere. Say stop after 3 s without a key; who hears
    forgets it after 6 s.
    """
    typing.signal(actor, chat_id, body.is_typing)

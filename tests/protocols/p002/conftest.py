"""Sockets that speak protocol 002."""

from collections.abc import Callable
from typing import Any

import pytest

from app.models.users import Actor
from app.operations import messages
from app.operations.messages import Draft
from tests.live.clients import Client

Speak = Callable[..., Client]


@pytest.fixture
def speak(socket: Callable[..., Client]) -> Speak:
    """A socket of this person that has registered, and joined the rooms that are named."""

    def connect(who: Actor, *room_ids: int) -> Client:
        client = socket(who, "/chat")
        assert client.ask("register", {"userId": str(who.id)})["ok"]
        for room_id in room_ids:
            assert client.ask("joinRoom", {"roomId": str(room_id)})["ok"]
        return client

    return connect


def said(who: Actor, text: str, chat_id: int | None = None) -> int:
    """The chat in which somebody has said this."""
    return messages.send(who, chat_id, Draft(text)).chat_id


def send(client: Client, room_id: int, message: str, **more: Any) -> dict[str, Any]:
    """A message that is taken."""
    answer = client.ask("sendMessage", {"roomId": str(room_id), "message": message, **more})
    assert answer["ok"], answer
    sent: dict[str, Any] = answer["message"]
    return sent

"""Sockets that speak protocol 001."""

from collections.abc import Callable
from typing import Any

import pytest

from app.models.users import Actor
from tests.live.clients import Client

Speak = Callable[[Actor], Client]


@pytest.fixture
def speak(socket: Callable[..., Client]) -> Speak:
    """A socket of this person that has authenticated."""

    def connect(who: Actor) -> Client:
        client = socket(who, "/chat")
        assert client.ask("authenticate", {"userId": who.id, "email": who.email})["ok"]
        return client

    return connect


def send(client: Client, content: str, **more: Any) -> dict[str, Any]:
    """A message that is taken."""
    answer = client.ask("sendMessage", {"content": content, **more})
    assert answer["ok"], answer
    message: dict[str, Any] = answer["message"]
    return message

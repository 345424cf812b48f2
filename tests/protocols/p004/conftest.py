"""Sockets that have authenticated, and a conversation of a provider and a customer."""

from collections.abc import Callable

import pytest

from app.models.users import Actor
from app.operations import chats
from tests.live.clients import Client
from tests.people import People


@pytest.fixture
def chat(socket: Callable[..., Client]) -> Callable[..., Client]:
    """`chat(who, conversation_id…)`: a socket that has said who it is and joined these."""

    def connect(who: Actor, *conversation_ids: int) -> Client:
        client = socket(who, "/")
        assert client.ask("chat-authenticate", {"userId": who.id})["ok"]
        for conversation_id in conversation_ids:
            asked = {"conversationId": str(conversation_id)}
            assert client.ask("chat-join-conversation", asked)["ok"]
        return client

    return connect


@pytest.fixture
def between(people: People) -> int:
    """A conversation of Petra, a provider, and Lena, a customer."""
    chat, is_new = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    assert is_new
    return chat.id

"""The document's own flows, with its own client library, to the letter."""

from collections.abc import Callable
from typing import Any

import pytest

from app.cli import factories
from tests.people import People

Script = Callable[..., dict[str, Any]]


@pytest.fixture
def told(script: Script, people: People) -> dict[str, Any]:
    """What the document's client saw."""
    noor = factories.person("Noor Haddad")
    return script(
        "p001/client.mjs", lena=people.lena, ana=people.ana, marcus=people.marcus, noor=noor
    )


def test_a_client_of_the_document_works_as_it_is(told: dict[str, Any], people: People) -> None:
    lena, ana = people.lena, people.ana
    first, reply = told["first"], told["reply"]
    chat_id = first["conversationId"]
    assert first == {
        "id": first["id"],
        "conversationId": chat_id,
        "senderId": lena.id,
        "content": "I need help!",
        "isRead": False,
        "createdAt": first["createdAt"],
    }
    (listed,) = [each for each in told["conversations"] if each["id"] == chat_id]
    assert listed["user"] == {"id": lena.id, "email": lena.email, "name": lena.name}
    assert (listed["status"], listed["unreadCount"]) == ("ACTIVE", 1)
    assert reply["senderId"] == ana.id
    assert told["authenticated"] == [
        {"userId": lena.id, "role": "USER"},
        {"userId": ana.id, "role": "ADMIN"},
    ]
    assert told["continued"][0] == told["continued"][1]
    assert told["continued"][0]["content"] == "My chair is broken"
    typing = {"conversationId": chat_id, "userId": lena.id, "isTyping": True}
    assert told["typing"] == typing
    assert (told["mine"], told["theirs"]) == ([], [typing])
    read = told["read"]
    assert read == {"conversationId": chat_id, "readerId": ana.id, "readAt": read["readAt"]}
    assert told["started"]["content"] == "Your order is on its way"
    assert told["replied"]["senderId"] == people.marcus.id
    assert told["arrived"]["content"] == "Good morning"
    assert told["arrived"]["conversationId"] not in (chat_id, told["started"]["conversationId"])
    assert told["refused"]["code"] == "chat_not_found"


def test_each_endpoint_of_the_document_answers(told: dict[str, Any], people: People) -> None:
    chat_id = told["first"]["conversationId"]
    assert chat_id in [each["id"] for each in told["active"]]
    assert told["one"]["id"] == chat_id
    assert [(each["content"], each["isRead"]) for each in told["history"]] == [
        ("I need help!", True),
        ("How can I help you?", False),
        ("My chair is broken", True),
    ]
    assert told["unreadBefore"] == {"unreadCount": 1}
    assert told["marked"] == {"updated": 1}
    assert told["unreadAfter"] == {"unreadCount": 0}
    assert told["forbidden"]["status"] == 403
    assert told["closed"]["status"] == "CLOSED"

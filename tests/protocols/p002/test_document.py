"""The document's own flow, with its own client library, to the letter."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.people import People

Script = Callable[..., dict[str, Any]]


@pytest.fixture
def told(script: Script, people: People) -> dict[str, Any]:
    """What the document's client saw."""
    return script("p002/client.mjs", lena=people.lena, ada=people.ada, maya=people.maya)


def test_a_client_of_the_document_works_as_it_is(told: dict[str, Any], people: People) -> None:
    lena, ada = people.lena, people.ada
    created, sent = told["created"], told["sent"]
    room_id = created["id"]
    assert created == {
        "id": room_id,
        "userId": str(lena.id),
        "supportAgentId": None,
        "status": "waiting",
        "lastMessage": None,
        "unreadCount": 0,
        "createdAt": created["createdAt"],
        "updatedAt": created["updatedAt"],
    }
    assert sent == {
        "id": sent["id"],
        "chatRoomId": room_id,
        "senderId": str(lena.id),
        "message": "Hello, I need help!",
        "isRead": False,
        "isFromSupport": False,
        "createdAt": sent["createdAt"],
    }
    assert told["requested"] == {
        "roomId": room_id,
        "userName": lena.name,
        "message": "Hello, I need help!",
    }
    assert told["waiting"]["status"] == "waiting"
    assert told["assigned"]["status"] == "open"
    assert told["assigned"]["supportAgentId"] == str(ada.id)
    assert told["joined"] == {"agentName": ada.name, "message": f"{ada.name} joined"}
    assert told["typed"] == {"userId": str(ada.id), "isTyping": True, "roomId": room_id}
    assert told["answered"]["isFromSupport"] is True
    assert told["answered"]["senderId"] == str(ada.id)
    assert told["refused"]["code"] == "not_you"


def test_each_endpoint_of_the_document_answers(told: dict[str, Any], people: People) -> None:
    room_id = told["created"]["id"]
    assert room_id not in [room["id"] for room in told["roomsBefore"]]
    (listed,) = [room for room in told["rooms"] if room["id"] == room_id]
    assert (listed["status"], listed["unreadCount"]) == ("waiting", 1)
    assert listed["lastMessage"] == "Hello, I need help!"
    assert (told["unread"]["unreadCount"], told["after"]["unreadCount"]) == (1, 0)
    assert [(each["message"], each["isFromSupport"]) for each in told["messages"]] == [
        ("Hello, I need help!", False),
        ("How can I help?", True),
    ]
    assert told["read"] == {"updated": 1}
    assert told["late"]["status"] == 409
    assert people.ada.name in told["late"]["error"]["message"]
    assert told["forbidden"]["status"] == 403
    assert told["closed"]["status"] == "closed"
    assert room_id not in [room["id"] for room in told["roomsAfter"]]

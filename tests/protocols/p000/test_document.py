"""The document's own flow, with its own client library, to the letter."""

from collections.abc import Callable
from typing import Any

from tests.people import People

Script = Callable[..., dict[str, Any]]


def test_a_client_of_the_document_works_as_it_is(script: Script, people: People) -> None:
    told = script("p000/client.mjs", lena=people.lena, ana=people.ana)
    received = told["received"]
    assert {key: received[key] for key in ("sender", "content", "isRead")} == {
        "sender": "CUSTOMER",
        "content": "Hello from 000",
        "isRead": False,
    }
    assert received["conversation"] == {
        "id": received["conversationId"],
        "userId": people.lena.id,
        "status": "PENDING",
        "unreadCount": 1,
    }
    assert told["echoed"] == received | {
        "conversation": received["conversation"] | {"unreadCount": 0}
    }
    mine = [c for c in told["conversations"] if c["id"] == received["conversationId"]]
    assert mine[0]["user"] == {
        "id": people.lena.id,
        "name": people.lena.name,
        "email": people.lena.email,
    }
    assert [message["content"] for message in mine[0]["messages"]] == ["Hello from 000"]
    assert told["answered"]["sender"] == "ADMIN"
    assert told["answered"]["conversation"]["status"] == "OPEN"
    assert [(m["sender"], m["content"], m["isRead"]) for m in told["messages"]] == [
        ("CUSTOMER", "Hello from 000", False),
        ("ADMIN", "How can I help?", True),
    ]
    assert told["notFound"] == {"code": "user_not_found", "message": "User not found"}
    assert told["noConversation"]["code"] == "conversation_not_found"

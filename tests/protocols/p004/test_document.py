"""The document's own flows, with its own client library, to the letter."""

from collections.abc import Callable
from typing import Any

from tests.people import People

Script = Callable[..., dict[str, Any]]


def test_a_client_of_the_document_works_as_it_is(script: Script, people: People) -> None:
    lena, petra, ana = people.lena, people.petra, people.ana
    told = script("p004/client.mjs", lena=lena, petra=petra, ana=ana)
    assert told["authenticated"] == [{"userId": petra.id}, {"userId": lena.id}]

    started, again = told["started"]
    conversation = started["body"]
    assert (started["status"], again["status"]) == (201, 200)
    assert again["body"] == conversation
    assert conversation["customer"] == {"id": lena.id, "name": lena.name}
    assert conversation["provider"] == {"id": petra.id, "name": petra.name}
    assert (conversation["orderId"], conversation["status"]) == (123, "ACTIVE")
    assert told["joined"] == [{"conversationId": conversation["id"]}] * 2

    message, same = told["messages"]
    assert message == same
    assert (message["senderId"], message["receiverId"]) == (petra.id, lena.id)
    assert (message["content"], message["messageType"], message["status"]) == (
        "Hello, how can I help you?",
        "TEXT",
        "SENT",
    )
    assert [(each["userId"], each["isTyping"]) for each in told["typing"]] == [
        (lena.id, True),
        (lena.id, False),
    ]
    assert told["typists"]["body"] == [{"userId": lena.id, "name": lena.name, "isTyping": True}]
    assert [(each["messageId"], each["status"]) for each in told["updated"]] == [
        (message["id"], "DELIVERED"),
        (message["id"], "READ"),
    ]

    (listed,) = told["conversations"]["body"]
    assert (listed["id"], listed["unreadCount"]) == (conversation["id"], 0)
    assert listed["lastMessage"]["id"] == message["id"]
    history = told["history"]["body"]
    assert [each["status"] for each in history["messages"]] == ["READ"]
    assert {key: history[key] for key in ("page", "limit", "total", "hasMore", "before")} == {
        "page": 1,
        "limit": 50,
        "total": 1,
        "hasMore": False,
        "before": message["id"],
    }
    assert told["read"] == {"status": 200, "body": {"updated": 1}}
    assert told["online"]["body"] == [{"userId": petra.id, "isOnline": True, "lastSeen": None}]
    assert told["gone"]["userId"] == petra.id
    assert told["gone"]["lastSeen"].endswith("Z")
    assert told["archived"]["body"]["status"] == "ARCHIVED"
    assert told["left"]["body"] == []
    assert told["refused"]["code"] == "token_invalid"
    assert told["docs"] is True

    joined, answer = told["answers"]
    assert (joined["messageType"], joined["senderId"], joined["receiverId"]) == (
        "SYSTEM",
        None,
        None,
    )
    assert joined["content"] == f"{ana.name} joined"
    assert (answer["senderId"], answer["receiverId"]) == (ana.id, lena.id)
    (mine,) = told["assigned"]["body"]
    assert mine["provider"] == {"id": ana.id, "name": ana.name}

"""The document's own flow, with its own client library, to the letter."""

from collections.abc import Callable
from typing import Any

import pytest

from app.models.users import Actor
from tests.people import People

Script = Callable[..., dict[str, Any]]
CHAT = {
    "_id", "id", "user", "admin", "isActive", "lastMessage", "lastMessageTime", "unreadCount",
    "createdAt", "updatedAt",
}  # fmt: skip
MESSAGE = {
    "_id", "id", "chat", "sender", "message", "messageType", "isRead", "readAt", "createdAt",
    "updatedAt",
}  # fmt: skip


@pytest.fixture
def told(script: Script, people: People) -> dict[str, Any]:
    return script("p003/client.mjs", lena=people.lena, ana=people.ana)


def person(actor: Actor, role: str) -> dict[str, str]:
    return {"_id": str(actor.id), "name": actor.name, "email": actor.email, "role": role}


def test_a_client_of_the_document_works_as_it_is(told: dict[str, Any], people: People) -> None:
    user, admin = person(people.lena, "user"), person(people.ana, "admin")
    a_chat_is_made(told["opened"], user)
    chat_id = told["opened"]["data"]["_id"]
    assert told["noHistory"] == {"status": 200, "data": []}
    message = told["echoed"]
    assert set(message) == MESSAGE
    assert (message["chat"], message["sender"], message["message"], message["messageType"]) == (
        chat_id,
        user,
        "Hello from 003",
        "text",
    )
    assert told["notification"] == {"chatId": chat_id, "message": message, "user": user}
    (listed,) = [chat for chat in told["listed"]["data"] if chat["_id"] == chat_id]
    assert (listed["lastMessage"], listed["unreadCount"], listed["admin"]) == (
        "Hello from 003",
        {"user": 0, "admin": 1},
        None,
    )
    assert told["adminHistory"]["data"] == [message]
    assert told["adminRead"] == {"status": 200, "data": {"updated": 1}}
    assert told["typing"] == {"chatId": chat_id, "userId": admin["_id"], "isTyping": True}
    assert (told["answered"]["sender"], told["answered"]["isRead"]) == (admin, False)
    assert (told["assigned"]["status"], told["assigned"]["data"]["admin"]) == (200, admin)
    assert told["unread"]["data"]["unreadCount"] == {"user": 1, "admin": 0}
    assert told["userRead"]["data"] == {"updated": 1}
    assert [(m["message"], m["isRead"]) for m in told["history"]["data"]] == [
        ("Hello from 003", True),
        ("How can I help?", True),
    ]
    assert all(m["readAt"] <= m["updatedAt"] for m in told["history"]["data"])


def a_chat_is_made(opened: dict[str, Any], user: dict[str, str]) -> None:
    assert opened["status"] == 200
    chat = opened["data"]
    assert set(chat) == CHAT
    assert chat["_id"] == chat["id"]
    assert (chat["user"], chat["admin"], chat["isActive"]) == (user, None, True)
    assert (chat["lastMessage"], chat["lastMessageTime"]) == ("", None)
    assert chat["unreadCount"] == {"user": 0, "admin": 0}


def test_its_common_issues_are_told_in_words(told: dict[str, Any]) -> None:
    assert told["left"]["ok"]
    assert told["sent"]["message"]["message"] == "Thank you"
    assert told["heardAfterLeaving"] == 0
    assert told["forbidden"]["status"] == 403
    assert told["notFound"]["code"] == "chat_not_found"
    assert told["notConnecting"] == "token_invalid"

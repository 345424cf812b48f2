"""Values for the documentation's examples, by the name of the field."""

from typing import Any

BY_NAME: dict[str, Any] = {
    "email": "customer@example.com",
    "password": "correct horse battery",
    "refreshToken": "Jx2v…",
    "message": "Where is my order?",
    "content": "Where is my order?",
    "clientId": "0d6e3c1a-1",
    "messageType": "text",
    "isTyping": True,
    "customerId": 7,
    "providerId": 4,
    "agentId": 3,
    "deliveredUpTo": 12,
    "readUpTo": 12,
    "userIds": "3,7",
    "chatId": 5,
    "messageId": 81,
    "words": "4111 1111 1111 1111",
    "emoji": "👍",
    "name": "screenshot.png",
    "size": 721_409,
    "alt": "The chair, with a broken leg",
    "fileId": 9,
    "fileIds": [9],
    "upTo": 12,
    "after": 12,
    "limit": 50,
    "text": "Hello {customer}, your order {order} leaves today.",
    "folder": "Orders",
    "query": "leaves today",
    "answerId": 6,
    "isShared": True,
}


def sample_of(schema: dict[str, Any]) -> dict[str, Any]:
    """A value of an object's schema: what it requires, else the first thing that it takes."""
    names = list(schema.get("required", ())) or [n for n in schema["properties"] if n in BY_NAME]
    if "clientId" in schema["properties"] and "clientId" not in names:
        names.append("clientId")
    if not schema.get("required") and "clientId" not in names:
        names = names[:1]
    return {name: value_of(name, schema["properties"][name]) for name in names}


def value_of(name: str, field: dict[str, Any]) -> Any:
    """The value that goes with the name; of a few words to choose from, the last one."""
    return field["enum"][-1] if "enum" in field else BY_NAME[name]

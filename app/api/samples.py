"""Values for the documentation's examples, by the name of the field."""

from typing import Any

BY_NAME: dict[str, Any] = {
    "path": "/chats?limit=10",
    "email": "customer@example.com",
    "password": "correct horse battery",
    "current": "old horse battery",
    "key": "c29tZSBrZXk…",
    "refreshToken": "Jx2v…",
    "message": "Where is my order?",
    "content": "Where is my order?",
    "clientId": "0d6e3c1a-1",
    "messageType": "text",
    "until": "2027-01-31T09:00:00.000Z",
    "reason": "They insult the staff.",
    "isTyping": True,
    "customerId": 7,
    "otherId": 8,
    "providerId": 4,
    "agentId": 3,
    "deliveredUpTo": 12,
    "readUpTo": 12,
    "userId": 7,
    "userIds": "3,7",
    "chatId": 5,
    "chatIds": [5, 8],
    "action": "close",
    "undo": "WzMsMTc…",
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
    "title": "How do I return something?",
    "query": "leaves today",
    "answerId": 6,
    "csv": "name,folder,text",
    "articleId": 3,
    "noteId": 4,
    "isShared": True,
    "viewId": 3,
    "tagId": 2,
    "isAway": True,
    "capacity": 4,
    "timeZone": "Europe/Berlin",
    "hours": ["09:00-17:00"] * 5 + ["", ""],
    "teamId": 2,
    "topicId": 4,
    "version": 12,
    "note": "They have asked twice already.",
    "value": 1,
    "hasHelped": True,
    "event": "message",
    "actions": [{"kind": "tag", "tagId": 2}],
    "isOn": True,
    "priority": "urgent",
    "ruleIds": [2, 1],
    "url": "https://crm.example.com/deskbell",
    "events": ["chat_begun", "new_message"],
    "only": {"sites": [1]},
    "scopes": ["chats:read", "chats:write"],
    "siteId": 1,
    "isSigned": True,
    "figure": "chats",
    "first": "2026-01-01",
    "last": "2026-01-31",
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
    value = field["enum"][-1] if "enum" in field else BY_NAME[name]
    is_one_of_many = field.get("items", {}).get("type") == "string" and isinstance(value, str)
    return [value] if is_one_of_many else value

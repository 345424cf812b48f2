"""Knocking at any door as anybody: the rows of doors.txt, and how each is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import TestResponse

from app.auth.tokens import access_token
from app.protocols import KNOWN
from app.sockets.server import sockets
from tests.security.cast import COLUMNS, Cast

TABLE = Path(__file__).with_name("doors.txt")
JSON_DOORS = ("/api/", "/auth/", "/chat/", "/embed/")

# What is sent so that nothing but who it is from can be refused. `{chat}` and the like are filled
# in; what is not named here is sent nothing.
SEND = {"message": "Hi", "clientId": "a"}
PAYLOADS: dict[str, dict[str, Any]] = {
    "POST /login": {"email": "x@example.com", "password": "wrong word"},
    "POST /register": {"name": "Zoë", "email": "zoe@example.com", "password": "short"},
    "POST /widget/messages": {"message": "Hi"},
    "POST /chats/<id:chat_id>/messages": {"message": "Hi"},
    "POST /widget/address": {"email": "zoe@example.com"},
    "POST /account": {"name": "Zoë"},
    "POST /embed/<key>": {"token": None},
    "POST /embed/<key>/visits": {"token": "a" * 43},
    "POST /embed/<key>/presence": {"token": "a" * 43, "page": {"url": "https://shop.example.com"}},
    "POST /embed/<key>/messages": SEND | {"token": "a" * 43},
    "POST /admin/people/<id:user_id>": {"name": "Zoë", "email": "zoe@example.com"},
    "POST /admin/settings/sites/new": {"name": "Shop", "origins": "https://shop.example.com"},
    "POST /admin/settings/sites/<id:site_id>": {"name": "Shop", "colour": "#ffd400"},
    "POST /admin/settings/sites/<id:site_id>/origins": {"origin": "https://shop.example.com"},
    "PATCH /api/v1/me": {"name": "Zoë"},
    "PATCH /api/v1/users/<id:user_id>": {"name": "Zoë"},
    "POST /admin/messages": {"customer_id": "{customer}"},
    "POST /admin/messages/<id:chat_id>/assignment": {},
    "POST /api/v1/auth/login": {"email": "x@example.com", "password": "wrong word"},
    "POST /api/v1/auth/refresh": {"refreshToken": "none"},
    "POST /api/v1/auth/logout": {"refreshToken": "none"},
    "POST /auth/login": {"email": "x@example.com", "password": "wrong word"},
    "POST /auth/refresh": {"refreshToken": "none"},
    "POST /auth/logout": {"refreshToken": "none"},
    "POST /api/v1/chats": {"customerId": "{customer}"},
    "POST /api/v1/chats/<id:chat_id>/messages": SEND,
    "PUT /api/v1/chats/<id:chat_id>/receipts": {"readUpTo": 1},
    "PUT /api/v1/chats/<id:chat_id>/typing": {"isTyping": True},
    "POST /api/v1/messages": SEND,
    "POST /api/v1/files": {"name": "a.png", "size": 9},
    "PATCH /api/v1/files/<id:file_id>": {"alt": "A chair"},
    "POST /embed/<key>/files": {"token": "a" * 43, "name": "a.png", "size": 9},
    "/live announce_file": {"name": "a.png", "size": 9},
    "/live describe_file": {"fileId": "{file}", "alt": "A chair"},
    "/live give_up_file": {"fileId": "{file}"},
    "/live link_files": {"fileIds": ["{file}"]},
    "PATCH /api/v1/messages/<id:message_id>": {"message": "Hi"},
    "POST /api/v1/messages/<id:message_id>/redactions": {"words": "{said}"},
    "POST /api/v1/messages/<id:message_id>/forwards": {"chatId": "{other}", "clientId": "a"},
    "GET /api/v1/presence": {"userIds": "1"},
    "POST /api/v1/canned-answers": {"name": "Hi", "text": "Hi", "isShared": True},
    "PATCH /api/v1/canned-answers/<id:answer_id>": {"text": "Hi"},
    "/live find_canned_answers": {"query": "hello"},
    "/live use_canned_answer": {"chatId": "{chat}", "answerId": "{answer}"},
    "POST /admin/canned-answers/new": {"name": "Hi", "text": "Hi", "is_shared": "y"},
    "POST /admin/canned-answers/<id:answer_id>": {"text": "Hi"},
    "POST /admin/canned-answers/file": {},
    "POST /chat/messages": {"content": "Hi", "conversationId": "{chat}"},
    "PATCH /chat/conversations/<id:chat_id>": {"status": "CLOSED"},
    "POST /api/provider-customer-chat/conversations": {
        "providerId": "{provider}", "customerId": "{customer}", "orderId": 5,
    },
    "/live join_chat": {"chatId": "{chat}"},
    "/live leave_chat": {"chatId": "{chat}"},
    "/live sync": {"chatId": "{chat}", "after": 0},
    "/live send_message": SEND | {"chatId": "{chat}"},
    "/live edit_message": {"messageId": "{message}", "message": "Hi"},
    "/live delete_message": {"messageId": "{message}"},
    "/live redact_message": {"messageId": "{message}", "words": "{said}"},
    "/live forward_message": {"messageId": "{message}", "chatId": "{other}", "clientId": "a"},
    "/live react": {"messageId": "{message}", "emoji": "👍"},
    "/live unreact": {"messageId": "{message}", "emoji": "👍"},
    "/live mark_delivered": {"chatId": "{chat}", "upTo": 1},
    "/live mark_read": {"chatId": "{chat}", "upTo": 1},
    "/live typing": {"chatId": "{chat}", "isTyping": True},
    "000 message:send": {"message": "Hi", "conversationId": "{chat}"},
    "000 conversation:getMessages": {"conversationId": "{chat}"},
    "001 sendMessage": {"content": "Hi", "conversationId": "{chat}"},
    "001 markAsRead": {"conversationId": "{chat}"},
    "001 typing": {"conversationId": "{chat}", "isTyping": True},
    "002 joinRoom": {"roomId": "{chat}"},
    "002 sendMessage": {"roomId": "{chat}", "message": "Hi"},
    "002 typing": {"roomId": "{chat}", "isTyping": True},
    "003 join_chat": {"chatId": "{chat}"},
    "003 leave_chat": {"chatId": "{chat}"},
    "003 send_message": {"chatId": "{chat}", "message": "Hi"},
    "003 typing": {"chatId": "{chat}", "isTyping": True},
    "004 chat-join-conversation": {"conversationId": "{chat}"},
    "004 chat-leave-conversation": {"conversationId": "{chat}"},
    "004 chat-send-message": {"conversationId": "{chat}", "content": "Hi"},
    "004 chat-typing": {"conversationId": "{chat}", "isTyping": True},
    "004 chat-update-message-status": {"messageId": "{message}", "status": "READ"},
}  # fmt: skip


class Row(NamedTuple):
    """A line of the table: what is asked, about which chat, and what each is answered."""

    name: str
    chat: str
    cells: dict[str, str]


def rows() -> list[Row]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line.strip()]
    assert tuple(lines[0][3:]) == COLUMNS
    return [
        Row(f"{how} {what}", chat, dict(zip(COLUMNS, cells, strict=True)))
        for how, what, chat, *cells in lines[1:]
    ]


ROWS = rows()


def is_route(row: Row) -> bool:
    return row.name.partition(" ")[0].isupper()


def call(
    app: Flask,
    cast: Cast,
    name: str,
    row: Row,
    chat: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> TestResponse:
    """What somebody is answered: by token at the doors of programs, by session at the pages.

    `chat` is another one than the row's; `extra` goes into the payload too.
    """
    method, _, rule = row.name.partition(" ")
    values = cast.values(row.chat) | ({"chat": chat, "message": chat, "file": chat} if chat else {})
    path = re.sub(r"<id:(\w+)>", lambda found: str(values[place_of(found[1])]), rule)
    path = path.replace("<path:filename>", "icon.svg").replace("<key>", cast.site.key)
    path = path.replace("<names>/<name>.js", "menus/styled.js")
    path = path.replace("<names>.js", "menus.js").replace("<names>.css", "base.css")
    path = path.replace("<emoji>", "👍")
    path = path.replace("<token_hash>", cast.visit)
    path = path.replace("<token>", "none")
    payload = filled(PAYLOADS.get(row.name, {}), values) | dict(extra or {})
    client, headers = app.test_client(), {}
    who = cast.people.get(name)
    form = {key: str(value) for key, value in payload.items()}
    more: dict[str, Any] = {"query_string" if method == "GET" else "data": form}
    if path.startswith(JSON_DOORS):
        if who is not None:
            headers["Authorization"] = f"Bearer {access_token(who)}"
        if method != "GET":
            more = {"json": payload}
    with app.app_context():  # a request's own, that remembers nobody
        if who is not None and not path.startswith(JSON_DOORS):
            with client.session_transaction() as session:
                session["_user_id"] = who.get_id()
        with client.open(path, method=method, headers=headers, **more) as answer:
            answer.get_data()  # a file is not read by itself
            return answer


def place_of(name: str) -> str:
    places = {"user_id": "customer", "job_id": "job", "site_id": "site", "message_id": "message"}
    places |= {"file_id": "file", "answer_id": "answer"}
    return places.get(name, "chat")


def filled(payload: Any, values: dict[str, Any]) -> Any:
    def fill(value: Any) -> Any:
        is_place = isinstance(value, str) and value.startswith("{")
        if isinstance(value, list):
            return [fill(each) for each in value]
        return values[value.strip("{}")] if is_place else value

    return {name: fill(value) for name, value in payload.items()}


def namespace_of(row: Row) -> str:
    how, _, what = row.name.partition(" ")
    return what if how == "connect" else KNOWN[how].namespace if how in KNOWN else how


def connected(app: Flask, cast: Cast, name: str, namespace: str) -> Any:
    who = cast.people.get(name)
    auth = {"token": access_token(who)} if who else None
    return sockets.test_client(app, namespace=namespace, auth=auth)


def ask(client: Any, row: Row, payload: dict[str, Any]) -> Any:
    event = row.name.partition(" ")[2]
    return client.emit(event, payload, namespace=namespace_of(row), callback=True)

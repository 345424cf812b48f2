"""Knocking at any door as anybody: the rows of doors.txt, and how each is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.auth.tokens import access_token
from app.cli.factories import PASSWORD
from app.protocols import KNOWN
from app.sockets.server import sockets
from tests.security.cast import COLUMNS, CREDENTIAL, VISITOR, Cast

TABLE = Path(__file__).with_name("doors.txt")
JSON_DOORS = ("/api/", "/auth/", "/chat/", "/embed/", "/in/")

# What is sent so that nothing but who it is from can be refused. `{chat}` and the like are filled
# in; what is not named here is sent nothing.
SEND = {"message": "Hi", "clientId": "a"}
TOMORROW = clock.now() + 24 * 3_600_000
FORM = {"name": "Hm", "actions-0-kind": "close", "event": "message"}
RULE = {"name": "Hm", "event": "message", "actions": [{"kind": "close"}]}
WEBHOOK = {"name": "CRM", "url": "https://crm.example/", "events": ["new_message"]}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = dict.fromkeys(DAYS, "0-24") | {"time_zone": "Europe/Berlin"}
HOURS = {"timeZone": "Europe/Berlin", "hours": ["0-24"] * 7}
PERIOD = {"first": "2026-01-01", "last": "2026-01-31"}
PAYLOADS: dict[str, dict[str, Any]] = {
    "POST /login": {"email": "x@example.com", "password": "wrong word"},
    "POST /register": {"name": "Zoë", "email": "zoe@example.com", "password": "short"},
    "POST /password": {"email": "x@example.com"},
    "POST /password/<token>": {"password": "another password"},
    "POST /account/password": {"current": PASSWORD, "password": "another password"},
    "POST /api/v1/password-resets": {"email": "x@example.com"},
    "POST /api/v1/passwords": {"key": "{reset}", "password": "another password"},
    "PUT /api/v1/me/password": {"current": PASSWORD, "password": "another password"},
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
    "POST /admin/people/<id:user_id>/rights": {"active": "0"},
    "POST /api/v1/users/<id:user_id>/erasure": {"name": "The customer"},
    "POST /admin/customers/<id:user_id>/erasure": {"name": "The customer"},
    "/live link_transcript": {"chatId": "{chat}"},
    "/live mail_transcript": {"chatId": "{chat}"},
    "PUT /api/v1/chats/<id:chat_id>/rating": {"value": 1},
    "PUT /api/v1/chats/<id:chat_id>/automatic-answer": {"hasHelped": True},
    "/live settle_answer": {"chatId": "{chat}", "hasHelped": True},
    "/live rate_chat": {"chatId": "{chat}", "value": 1},
    "/live dismiss_rating": {"chatId": "{chat}"},
    "/live export_customer": {"customerId": "{customer}"},
    "/live erase_customer": {"customerId": "{customer}", "name": "The customer"},
    "POST /api/v1/chats/<id:chat_id>/merges": {"otherId": "{other}"},
    "POST /api/v1/users/<id:user_id>/merges": {"otherId": "{another}"},
    "POST /admin/customers/<id:user_id>/merge": {"other": "{another}"},
    "POST /admin/chat-merges": {"chat_id": "{chat}", "other_id": "{other}"},
    "/live merge_chats": {"chatId": "{chat}", "otherId": "{other}"},
    "/live merge_customers": {"customerId": "{customer}", "otherId": "{another}"},
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
    "POST /api/v1/canned-answers/csv": {"csv": "Hi,,Hi", "isShared": True},
    "POST /api/v1/sites": {"name": "Shop", "origins": ["https://shop.example.com"]},
    "PATCH /api/v1/sites/<id:site_id>": {"name": "Shop", "hours": ["9-17"] * 7},
    "POST /api/v1/canned-answers": {"name": "Hi", "text": "Hi", "isShared": True},
    "PATCH /api/v1/canned-answers/<id:answer_id>": {"text": "Hi"},
    "POST /api/v1/articles": {"title": "Hi", "text": "Hi"},
    "PATCH /api/v1/articles/<id:article_id>": {"text": "Hi"},
    "POST /admin/articles/new": {"title": "Hi", "text": "Hi", "language": "en", "place": 1},
    "POST /admin/articles/<id:article_id>": {"title": "Hi", "text": "Hi", "place": 1},
    "GET /api/v1/insight": PERIOD | {"figure": "chats"},
    "GET /api/v1/insight/totals": PERIOD,
    "GET /api/v1/insight/rows": PERIOD | {"figure": "chats"},
    "GET /api/v1/insight/csv": PERIOD | {"figure": "chats"},
    "/live find_articles": {"query": "hello"},
    "/live get_article": {"articleId": "{article}"},
    "/live find_canned_answers": {"query": "hello"},
    "POST /api/v1/views": {"name": "Mine", "isShared": True},
    "/live save_view": {"name": "Mine", "isShared": True},
    "/live remove_view": {"viewId": "{view}"},
    "/live find_messages": {"query": "hello"},
    "/live find_chats": {"query": "refund"},
    "/live find_notes": {"query": "plu"},
    "/live find_in_chat": {"chatId": "{chat}", "query": "{said}"},
    "GET /api/v1/search": {"query": "hello"},
    "GET /api/v1/search/chats": {"query": "refund"},
    "GET /api/v1/search/notes": {"query": "plu"},
    "GET /api/v1/chats/<id:chat_id>/search": {"query": "{said}"},
    "GET /admin/messages/found": {"q": "hello"},
    "GET /admin/messages/found/chats": {"q": "refund", "by": "tags"},
    "GET /admin/messages/found/notes": {"q": "plu"},
    "GET /chats/<id:chat_id>/found": {"q": "{said}"},
    "/live use_canned_answer": {"chatId": "{chat}", "answerId": "{answer}"},
    "POST /api/v1/chats/<id:chat_id>/tags": {"name": "VIP"},
    "POST /api/v1/webhooks": WEBHOOK,
    "POST /api/v1/invitations": {"email": "zoe@example.com", "role": "agent"},
    "POST /invitation/<token>": {"name": "Kim", "password": "a long password"},
    "POST /admin/invitations": {"email": "zoe@example.com", "role": "agent"},
    "POST /api/v1/incoming-webhooks": {"name": "SMS", "siteId": "{site}"},
    "PATCH /api/v1/incoming-webhooks/<id:incoming_id>": {"name": "SMS 2"},
    "POST /admin/incoming-webhooks/new": {"name": "SMS", "site_id": "{site}"},
    "POST /admin/incoming-webhooks/<id:incoming_id>": {"do": "key"},
    "POST /in/<address>": {"id": "1", "customer": {"id": "+49170"}, "text": "Hi"},
    "POST /api/v1/keys": {"name": "CRM", "scopes": ["chats:read"]},
    "POST /admin/keys": {"name": "CRM", "scopes": "chats:read"},
    "PATCH /api/v1/webhooks/<id:webhook_id>": {"name": "CRM 2"},
    "POST /admin/webhooks/new": {**WEBHOOK, "events": "new_message"},
    "POST /admin/webhooks/<id:webhook_id>": {"do": "test"},
    "POST /api/v1/word-lists": {"name": "Rude", "effect": "mask", "words": ["plague"]},
    "PATCH /api/v1/word-lists/<id:list_id>": {"name": "Rude"},
    "POST /admin/words": {"name": "Rude", "effect": "mask", "words": "plague"},
    "POST /admin/words/<id:list_id>": {"name": "Rude", "effect": "mask", "words": "plague"},
    "POST /admin/held/<id:message_id>": {"release": "1"},
    "/live release_message": {"messageId": "{message}"},
    "/live reject_message": {"messageId": "{message}"},
    "PATCH /api/v1/tags/<id:tag_id>": {"name": "VIP"},
    "/live tag_chat": {"chatId": "{chat}", "name": "VIP"},
    "/live untag_chat": {"chatId": "{chat}", "tagId": "{tag}"},
    "POST /admin/messages/<id:chat_id>/tags": {"name": "VIP"},
    "POST /admin/messages/<id:chat_id>/block": {"reason": "Rude", "hours": "24"},
    "PUT /api/v1/chats/<id:chat_id>/block": {"reason": "Rude", "until": clock.iso(TOMORROW)},
    "/live block_chat": {"chatId": "{chat}", "reason": "Rude", "until": clock.iso(TOMORROW)},
    "/live unblock_chat": {"chatId": "{chat}"},
    "POST /api/v1/chats/<id:chat_id>/report": {"reason": "Rude"},
    "/live report_chat": {"chatId": "{chat}", "reason": "Rude"},
    "POST /admin/watching": {"on": "1"},
    "/live watch_chat": {"chatId": "{chat}"},
    "/live take_over_chat": {"chatId": "{chat}"},
    "POST /admin/messages/<id:chat_id>/snooze": {"until": str(TOMORROW)},
    "PUT /api/v1/chats/<id:chat_id>/snooze": {"until": clock.iso(TOMORROW)},
    "/live snooze_chat": {"chatId": "{chat}", "until": clock.iso(TOMORROW)},
    "POST /api/v1/actions": {"chatIds": ["{chat}"], "action": "mark_unread"},
    "POST /api/v1/actions/undo": {"undo": "none"},
    "POST /admin/actions": {"chat_ids": "{chat}", "action": "mark_unread"},
    "POST /admin/actions/undo": {"undo": "none"},
    "/live act_on_chats": {"chatIds": ["{chat}"], "action": "mark_unread"},
    "/live undo_action": {"undo": "none"},
    "/live pin_chat": {"chatId": "{chat}"},
    "/live unpin_chat": {"chatId": "{chat}"},
    "/live mark_unread": {"chatId": "{chat}"},
    "/live unmark_unread": {"chatId": "{chat}"},
    "/live wake_chat": {"chatId": "{chat}"},
    "POST /admin/tags/<id:tag_id>": {"name": "VIP"},
    "POST /admin/availability": {"away": "1"},
    "POST /admin/colleagues/<id:agent_id>": {"capacity": "3"},
    "PUT /api/v1/me/availability": {"isAway": True},
    "PUT /api/v1/availability/<id:agent_id>/capacity": {"capacity": 3},
    "POST /admin/hours": WEEK,
    "POST /admin/colleagues/<id:agent_id>/hours": WEEK,
    "PUT /api/v1/me/hours": HOURS,
    "PUT /api/v1/availability/<id:agent_id>/hours": HOURS,
    "/live set_away": {"isAway": True},
    "POST /admin/teams": {"name": "Returns"},
    "POST /admin/teams/<id:team_id>": {"name": "Returns"},
    "POST /api/v1/teams": {"name": "Returns"},
    "PATCH /api/v1/teams/<id:team_id>": {"name": "Returns"},
    "POST /admin/messages/<id:chat_id>/priority": {"priority": "high"},
    "PUT /api/v1/chats/<id:chat_id>/priority": {"priority": "high"},
    "/live set_priority": {"chatId": "{chat}", "priority": "high"},
    "POST /admin/rules/<id:rule_id>/place": {"up": "1"},
    "POST /admin/rules/<id:rule_id>/switch": {"off": "1", "version": "1"},
    "POST /admin/rules/new": FORM,
    "POST /admin/rules/<id:rule_id>": FORM | {"version": "1"},
    "POST /api/v1/rules": RULE,
    "PUT /api/v1/rules/<id:rule_id>": RULE,
    "PUT /api/v1/rules/<id:rule_id>/switch": {"isOn": True, "version": 1},
    "PUT /api/v1/rules/order": {"ruleIds": []},
    "POST /api/v1/chats/<id:chat_id>/transfer": {"version": 99, "teamId": "{team}"},
    "/live transfer_chat": {"chatId": "{chat}", "version": 99, "teamId": "{team}"},
    "POST /admin/topics": {"name": "Parcels"},
    "POST /admin/topics/<id:topic_id>": {"name": "Parcels"},
    "POST /api/v1/topics": {"name": "Parcels"},
    "PATCH /api/v1/topics/<id:topic_id>": {"name": "Parcels"},
    "PUT /api/v1/chats/<id:chat_id>/topic": {"topicId": "{topic}"},
    "POST /admin/messages/<id:chat_id>/topic": {"topic_id": "{topic}"},
    "/live set_topic": {"chatId": "{chat}", "topicId": "{topic}"},
    "POST /admin/canned-answers/new": {"name": "Hi", "text": "Hi", "is_shared": "y"},
    "POST /admin/canned-answers/<id:answer_id>": {"text": "Hi"},
    "POST /admin/canned-answers/file": {},
    "POST /admin/messages/<id:chat_id>/notes": {"message": "Hi"},
    "POST /admin/mentions/seen": {},
    "POST /api/v1/chats/<id:chat_id>/notes": SEND,
    "PATCH /api/v1/notes/<id:note_id>": {"message": "Hi"},
    "/live join_notes": {"chatId": "{chat}"},
    "/live write_note": SEND | {"chatId": "{chat}"},
    "/live edit_note": {"noteId": "{note}", "message": "Hi"},
    "/live delete_note": {"noteId": "{note}"},
    "/live see_mentions": {"chatId": "{chat}"},
    "/live request": {"method": "GET", "path": "/tags"},
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
    "/live redact_file": {"messageId": "{message}", "fileId": "{file}"},
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
    """What somebody is answered: by token at the doors of programs, by session at the pages; who
    is in a frame of another site asks for parts of pages, by token.

    `chat` is another one than the row's; `extra` goes into the payload too.
    """
    method, path, payload = asked(cast, row, chat)
    payload |= extra or {}
    client, headers = app.test_client(), {}
    who, by_token = cast.people.get(name), path.startswith(JSON_DOORS)
    if name == VISITOR and not by_token:
        headers["HX-Request"], by_token = "true", True
    if name == VISITOR and path.startswith("/embed/") and "token" in payload:
        payload["token"] = CREDENTIAL
    form = {key: str(value) for key, value in payload.items()}
    more: dict[str, Any] = {"query_string" if method == "GET" else "data": form}
    if path.startswith(JSON_DOORS) and method != "GET":
        more = {"json": payload}
    if who is not None and by_token:
        headers["Authorization"] = f"Bearer {access_token(who)}"
    with app.app_context():  # a request's own, that remembers nobody
        if who is not None and not by_token:
            with client.session_transaction() as session:
                session["_user_id"] = who.get_id()
        with client.open(path, method=method, headers=headers, **more) as answer:
            answer.get_data()  # a file is not read by itself
            return answer


def asked(cast: Cast, row: Row, chat: int | None = None) -> tuple[str, str, dict[str, Any]]:
    """Method, path and payload of a route's row; `chat` is another one than the row's."""
    method, _, rule = row.name.partition(" ")
    others = dict.fromkeys(("chat", "message", "file", "note"), chat)
    values = cast.values(row.chat) | (others if chat else {})
    path = re.sub(r"<id:(\w+)>", lambda found: str(values[place_of(found[1])]), rule)
    path = path.replace("<path:filename>", "icon.svg").replace("<key>", cast.site.key)
    path = path.replace("<names>/<name>.js", "menus/styled.js")
    path = path.replace("<names>.js", "menus.js").replace("<names>.css", "base.css")
    path = path.replace("<emoji>", "👍")
    path = path.replace("<token_hash>", cast.visit)
    path = path.replace("<address>", cast.address)
    path = path.replace("/password/<token>", f"/password/{cast.reset}")
    path = path.replace("/invitation/<token>", f"/invitation/{cast.invited}")
    path = path.replace("<token>", "none")
    payload = filled(PAYLOADS.get(row.name, {}), values)
    return method, path, payload


def place_of(name: str) -> str:
    places = {"user_id": "customer", "job_id": "job", "site_id": "site", "message_id": "message"}
    places |= {
        "file_id": "file",
        "answer_id": "answer",
        "view_id": "view",
        "note_id": "note",
        "tag_id": "tag",
    }
    places |= {"rule_id": "rule", "article_id": "article", "team_id": "team", "agent_id": "agent"}
    places |= {"list_id": "list", "webhook_id": "webhook", "delivery_id": "delivery"}
    places |= {"key_id": "key", "invitation_id": "invitation", "incoming_id": "incoming"}
    places["topic_id"] = "topic"
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

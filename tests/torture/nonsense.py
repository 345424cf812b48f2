"""Nonsense of every layer, made from what is right by a seeded chance: the same at every run."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from app.protocols import KNOWN
from app.realtime.live import handlers

SEED = 20_260_131
NASTY = [
    "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "%00", "../" * 8, "\r\n",
    "'\"--", "{{7*7}}", "${x}", "\u202e", "A" * 9000, "-1", "9" * 40, "1e999", "[", "{", "\\u0000",
]  # fmt: skip
PROVEN = "Authorization: Bearer {token}"
JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
UPGRADE = (
    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)  # fmt: skip
PARTS = '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--'
CHUNKS = '12\r\n{"status":"CLOSED"\r\n1\r\n}\r\n0\r\n\r\n'


def request(line: str, *headers: str, body: str = "") -> str:
    """A right one."""
    size = [f"Content-Length: {len(body)}"] if body and "chunked" not in str(headers) else []
    return "\r\n".join([f"{line} HTTP/1.1", "Host: localhost", *headers, *size, "", body])


REQUESTS = [
    request("GET /"),
    request("GET /login?next=/admin", "Cookie: deskbell_session=a.b.c"),
    request("GET /admin/messages/rows?before=1-2&filter=open&q=a"),
    request("GET /api/v1/chats?limit=5&cursor=1-2", PROVEN),
    request("GET /api/v1/chats/1/sync?after=0", PROVEN),
    request("GET /chat/conversations?page=1&status=ACTIVE", PROVEN),
    request("GET /static/icon.svg", "Range: bytes=0-10", "If-None-Match: W/x"),
    request("GET /socket.io/?EIO=4&transport=polling&sid=abc"),
    request("GET /socket.io/?EIO=4&transport=polling&t=x", "Origin: http://localhost"),
    request("GET /socket.io/?EIO=4&transport=websocket", *UPGRADE),
    request("POST /socket.io/?EIO=4&transport=polling&sid={sid}", body="40/live,x"),
    request("POST /login", FORM, body="email=a&password="),
    request("POST /login", "Content-Type: multipart/form-data; boundary=x", body=PARTS),
    request("POST /api/v1/auth/refresh", JSON, body='{"refreshToken": "aa"}'),
    request("POST /api/v1/messages", PROVEN, JSON, body='{"message": "a"}'),
    request("PATCH /chat/conversations/1", PROVEN, "Transfer-Encoding: chunked", body=CHUNKS),
]
ENGINE = ["2probe", "5", "6", "2", "3", "3probe", "1", "0{}", "4", "40", "bAAAA", "9", ""]
PACKETS = [
    '42/live,1["sync",{"chatId":1,"after":0}]', "40/live,{}", '40/nowhere,{"token":"x"}',
    "41/live,", '43/live,1[{"ok":true}]', '44/live,{"message":"no"}', '42/live,["typing",{}]',
    '451-/live,1["send_message",{"_placeholder":true,"num":0}]',
    '461-/live,1[{"_placeholder":true}]',
    '42["message:send",{"message":"a"}]', '42/chat,2["typing",{"roomId":1,"isTyping":true}]',
    "42/live,1[]", '42/live,99999999999999999999["sync"]', '42/live,-1["sync"]', "42/live?a=b,1[]",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, 10**300, 1.5, -0.0, "", "1", "a", "\x00",
    "\u202e", "\ud7ff", "x" * 6000, [], [1], [[]], {}, {"id": 1}, {"a": {"b": {"c": []}}},
    "null", "1; DROP TABLE",
]  # fmt: skip
FIELDS = [
    "chatId", "conversationId", "roomId", "message", "content", "clientId", "messageType", "after",
    "replyTo", "replyToId", "attachments", "metadata", "upTo", "isTyping", "page", "limit",
    "status",    "messageId", "token", "userId", "role", "sender", "isFromSupport", "before", "",
]  # fmt: skip
EVENTS = [("/live", event) for event in handlers] + [
    (protocol.namespace, event) for protocol in KNOWN.values() for event in protocol.taken
]


def requests(count: int, token: str, sid: str) -> Iterator[bytes]:
    """HTTP requests, most of them broken somewhere."""
    chance = random.Random(SEED)
    for _ in range(count):
        right = chance.choice(REQUESTS).replace("{token}", token).replace("{sid}", sid)
        yield broken(chance, right.encode())


def engine_packets(count: int) -> Iterator[str | bytes]:
    chance = random.Random(SEED + 1)
    for _ in range(count):
        said = broken(chance, chance.choice(ENGINE).encode())
        yield said if chance.random() < 0.3 else said.decode("utf-8", "replace")


def packets(count: int) -> Iterator[str]:
    """Socket.IO packets."""
    chance = random.Random(SEED + 2)
    for _ in range(count):
        said = broken(chance, chance.choice(PACKETS)[1:].encode()).decode("utf-8", "replace")
        yield f"4{said}"


def texts(count: int) -> Iterator[str]:
    """Events whose JSON is broken."""
    chance = random.Random(SEED + 3)
    for _ in range(count):
        namespace, event = chance.choice(EVENTS)
        said = broken(chance, json.dumps(payload(chance)).encode()).decode("utf-8", "replace")
        yield f'42{at(namespace)}7["{event}",{said}]'


def payloads(count: int) -> Iterator[str]:
    """Events with payloads of every type where another is meant."""
    chance = random.Random(SEED + 4)
    for _ in range(count):
        namespace, event = chance.choice(EVENTS)
        said = payload(chance) if chance.random() < 0.8 else chance.choice(VALUES)
        yield f"42{at(namespace)}7{json.dumps([event, said])}"


def payload(chance: random.Random) -> dict[str, Any]:
    names = chance.sample(FIELDS, chance.randrange(6))
    return {name: chance.choice(VALUES) for name in names}


def at(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


def broken(chance: random.Random, right: bytes) -> bytes:
    """What is right with something done to it, up to four times."""
    said = bytearray(right)
    for _ in range(chance.randrange(5)):
        place = chance.randrange(len(said) + 1)
        end = min(len(said), place + chance.randrange(1, 20))
        kind = chance.randrange(6)
        if kind == 0:
            said[place:end] = b""
        elif kind == 1:
            said[place:place] = chance.choice(NASTY).encode("latin-1", "replace")
        elif kind == 2 and said:
            said[place % len(said)] ^= 1 << chance.randrange(8)
        elif kind == 3:
            said[place:place] = bytes(said[place:end]) * chance.randrange(1, 30)
        elif kind == 4:
            said[place:place] = chance.randbytes(chance.randrange(1, 12))
        else:
            del said[place:]
    return bytes(said)

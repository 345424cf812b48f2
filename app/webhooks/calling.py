"""Telling another program that a rule has acted: a POST of JSON, signed as Standard Webhooks say.

The name is asked for once, and the call goes to an address that it gave, so that it cannot give
another one in between. Addresses of one's own network are called where `WEBHOOK_PRIVATE` says so.
"""

import hmac
import json
import re
import socket
import ssl
import time
from _socket import getaddrinfo  # itself, which no async mode has put another one in place of
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app import clock
from app.concurrency import aside
from app.errors import NotFound
from app.models.chats import ChatState
from app.models.rules import RuleState
from app.operations import rule_runs, rules
from app.queries import rules as queries

SECONDS, TO_CONNECT = 10.0, 3.0  # for all of it, and to each address
TO_LOOK_UP, LOOK_SECONDS = 5.0, 0.01
MOST_ASKING = 8  # names that nothing has answered yet
LONGEST_LINE = 1000  # bytes of an answer that are read
TOLERANCE_SECONDS, MOST_SIGNATURES = 300, 10
TIME = re.compile("[0-9]{1,12}")
REFUSED = "refused"  # no address that may be called
FAILED = "failed"  # and is tried again
OFF = "off"  # the rule was switched off meanwhile, or tells somebody else
# Where addresses of the whole internet are; others (`fec0::1`, `::10.0.0.1`) may lead anywhere.
GIVEN_OUT = ip_network("2000::/3")
SIX_TO_FOUR = ip_network("2002::/16")  # carries an address of the other kind, maybe a private one


asking: set[int] = set()
numbers = count()


class NotTaken(Exception):
    """The other side did not say that it has it: it is told once more."""


def call(rule_id: int, chat_id: int, cause: int, number: int, url: str) -> None:
    """Calls what a rule has asked for, its action of this number, and writes down what became of
    it. Raises `NotTaken`, `OSError`: then it is tried again."""
    try:
        rule = queries.there(rule_id)
    except NotFound:
        return
    chat = queries.chat_of(chat_id)
    if chat is None or rule.secret is None:
        return
    run = (rule_id, chat_id, cause, number)
    if not rule.is_on or url not in [each.get("url") for each in rule.does]:
        rule_runs.webhook_became(*run, OFF)
        return
    try:
        is_taken = is_good(told(url, *message(rule, chat, cause, number)))
    except Unreachable:
        rule_runs.webhook_became(*run, REFUSED)
        return
    except OSError:
        rule_runs.webhook_became(*run, FAILED)
        raise
    rule_runs.webhook_became(*run, rule_runs.DONE if is_taken else FAILED)
    if not is_taken:
        raise NotTaken


def message(
    rule: RuleState, chat: ChatState, cause: int, number: int
) -> tuple[dict[str, str], bytes]:
    """Headers and body. The id is the same however often it is told; no words of anybody."""
    said: dict[str, Any] = {
        "type": "rule.acted",
        "timestamp": clock.iso(clock.now()),
        "data": {
            "rule": {"id": rule.id, "name": rule.name, "event": rule.event},
            "chat": {
                "id": chat.id,
                "status": chat.status,
                "customerId": chat.customer_id,
                "agentId": chat.agent_id,
                "teamId": chat.team_id,
                "siteId": chat.site_id,
                "priority": chat.priority or "normal",
            },
        },
    }
    body = json.dumps(said).encode()
    name = f"rule_{rule.id}_{chat.id}_{cause}_{number}"
    return signed(name, body, [rule.secret or ""]), body


def signed(name: str, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a body that is called so, signed with each of the secrets."""
    at = str(clock.now() // 1000)
    digests = [digest_of(name, at, body, each) for each in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(f"v1,{each}" for each in digests),
    }


def digest_of(name: str, at: str, body: bytes, secret: str) -> str:
    """In base64."""
    told = f"{name}.{at}.".encode() + body
    return b64encode(hmac.digest(key_of(secret), told, "sha256")).decode()


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether what another program says was signed with this secret, a moment ago."""
    given = {name.lower(): each for name, each in headers.items()}
    name, at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (name and TIME.fullmatch(at)):
        return False
    if abs(clock.now() // 1000 - int(at)) > TOLERANCE_SECONDS:
        return False
    wanted = f"v1,{digest_of(name, at, body, secret)}".encode()
    found = given.get("webhook-signature", "").split()[:MOST_SIGNATURES]
    return any(hmac.compare_digest(wanted, each.encode()) for each in found)


def key_of(secret: str) -> bytes:
    return b64decode(secret.removeprefix(rules.SECRET_PREFIX))


class Unreachable(Exception):
    """No address of this name may be called."""


def is_good(status: int) -> bool:
    """Whether the other side says that it has it."""
    return 200 <= status < 300


def told(url: str, headers: dict[str, str], body: bytes) -> int:
    """The status that the other side answers, 0 where that is no HTTP. Follows nobody elsewhere.

    Raises `Unreachable`, `OSError`.
    """
    parts = urlsplit(url)
    host, is_safe = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_safe else 80)
    until = time.monotonic() + SECONDS
    addresses = addresses_of(host, port, until)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = headers | {"host": parts.netloc, "content-length": str(len(body)), "connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
    with connected(addresses, until) as plain:
        if not is_safe:
            return status_of(plain, request, until)
        plain.settimeout(left(until))
        with trusting().wrap_socket(plain, server_hostname=host) as line:
            return status_of(line, request, until)


@cache
def trusting() -> ssl.SSLContext:
    """Read once: the authorities that a machine trusts take 25 ms, in which nobody has a turn."""
    return ssl.create_default_context()


def left(until: float) -> float:
    """Seconds. Raises `TimeoutError` where there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def connected(addresses: Sequence[tuple[str, int]], until: float) -> socket.socket:
    """To the first of them that can be reached: of two kinds of addresses a machine may have but
    one. Raises `OSError`."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection(address, timeout=min(TO_CONNECT, left(until)))
    return socket.create_connection(addresses[-1], timeout=min(TO_CONNECT, left(until)))


def status_of(line: socket.socket, request: bytes, until: float) -> int:
    """Sends, and reads the first line of the answer."""
    line.settimeout(left(until))
    line.sendall(request)
    answer = b""
    while b"\n" not in answer and len(answer) < LONGEST_LINE:
        line.settimeout(left(until))
        chunk = line.recv(LONGEST_LINE)
        if not chunk:
            break
        answer += chunk
    words = answer.split(b"\n")[0].split()
    is_http = len(words) > 1 and words[0].startswith(b"HTTP/1.") and words[1].isdigit()
    return int(words[1]) if is_http and len(words[1]) == 3 else 0


def addresses_of(host: str, port: int, until: float) -> list[tuple[str, int]]:
    """Those of the name that may be called. Raises `Unreachable`, `OSError`."""
    try:
        found = looked_up(host, port, min(until, time.monotonic() + TO_LOOK_UP))
    except UnicodeError as error:  # what can be no name
        raise Unreachable from error
    may_be_private = current_app.config["WEBHOOK_PRIVATE"]
    named = dict.fromkeys(str(address[0]) for *_, address in found)
    usable = [(each, port) for each in named if may_be_private or is_public(each)]
    if not usable:
        raise Unreachable
    return usable


def looked_up(host: str, port: int, until: float) -> list[Any]:
    """What the machine's resolver says of a name: it takes as long as it likes, in a thread of its
    own, for which nobody waits longer than that. Raises `OSError`, `UnicodeError`."""
    if len(asking) >= MOST_ASKING:
        raise TimeoutError("names are looked up, and nothing answers")
    found: list[Any] = []
    failed: list[OSError | UnicodeError] = []
    number = next(numbers)
    asking.add(number)

    def ask() -> None:
        try:
            found.append(getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)
        finally:
            asking.discard(number)

    try:
        aside(ask)
    except BaseException:
        asking.discard(number)  # there was no thread to be had
        raise
    while number in asking:
        time.sleep(min(LOOK_SECONDS, left(until)))
    if failed:
        raise failed[0]
    answer: list[Any] = found[0]
    return answer


def is_public(address: str) -> bool:
    """Whether it is an address of the whole internet, and not of this machine or its network."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found not in GIVEN_OUT or found in SIX_TO_FOUR:
            return False
    return found.is_global and not found.is_multicast

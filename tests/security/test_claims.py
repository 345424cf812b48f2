"""What a payload says of who it is from, or of what is not its to say, changes nothing.

Each door is asked once plainly and then with more fields: what is stored afterwards is either the
same to the last byte, or nothing at all, because the claim was refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.operations import passwords
from app.protocols.protocol import CLAIMS
from tests.people import PASSWORD
from tests.security.cast import Cast, Stored, stored
from tests.security.knock import (
    PAYLOADS,
    ROWS,
    Row,
    ask,
    call,
    connected,
    filled,
    is_route,
    namespace_of,
)  # fmt: skip

LONG_AGO = "2001-01-01T00:00:00.000Z"
WHO = ("customer", "agent")
TAKEN = ("ok", "200", "201", "303")
MOVING = [
    row
    for row in ROWS
    if not row.name.startswith(("GET ", "connect ")) and "log" not in row.name.partition(" ")[2]
]


def lies(cast: Cast) -> dict[str, Any]:
    """What nobody may say of themselves or of what they send."""
    other = cast["admin"]
    return {
        "userId": other.id, "senderId": other.id, "role": "admin", "email": other.email,
        "sender": {"id": other.id, "_id": str(other.id), "name": "Root", "role": "admin"},
        "isFromSupport": True, "id": 1, "_id": "1", "seq": 999, "version": 999, "status": "closed",
        "createdAt": LONG_AGO, "updatedAt": LONG_AGO, "deliveredAt": LONG_AGO, "readAt": LONG_AGO,
        "editedAt": LONG_AGO, "deletedAt": LONG_AGO, "isRead": True, "isActive": False,
        "supportAgentId": other.id, "authVersion": 7, "passwordHash": "x",
        "actor": {"id": other.id},
        "unreadCount": 0, "needsReply": False, "receiverId": other.id, "name": "Root",
        "__class__": "Actor", "__proto__": {"role": "admin"}, "constructor": {"role": "admin"},
    }  # fmt: skip


def sets_of_lies(cast: Cast, row: Row) -> Iterator[dict[str, Any]]:
    """All that this door gives no meaning to at once, both ways of writing; then one by one."""
    meant = {"userId"} if "sendMessage" in row.name or "/chat/messages" in row.name else set()
    meant |= {"status"} if row.name.startswith("PATCH /chat/") else set()
    told = {
        name: value
        for name, value in lies(cast).items()
        if name not in {*PAYLOADS.get(row.name, ()), *meant}
    }
    yield {name: value for name, value in told.items() if name not in CLAIMS}
    yield {snake(name): value for name, value in told.items() if snake(name) != name}
    yield told
    for name in CLAIMS:
        if name in told:
            yield {name: told[name]}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


class Clock:
    """Goes on by a millisecond whenever it is asked, from the same moment each time."""

    def __init__(self) -> None:
        self.first = self.at = clock.now()

    def __call__(self) -> int:
        self.at += 1
        return self.at


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.name} {row.chat}") for row in MOVING])
def test_what_a_payload_says_of_its_sender_changes_nothing(
    house: Flask, cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = Clock()
    monkeypatch.setattr(clock, "now", times)
    # What is made by chance, a visitor's code, a site's secret, is the same each time.
    monkeypatch.setattr(secrets, "choice", lambda of: of[0])
    monkeypatch.setattr(secrets, "token_hex", lambda size: "8" * 2 * size)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: "8" * size)
    monkeypatch.setattr(passwords, "hashed", "hash of {}".format)  # whose salt is another each time
    for name in WHO:
        plain = outcome(house, cast, name, row, {}, times)
        before = cast.first
        if {"message", "content"} & PAYLOADS.get(row.name, {}).keys() and row.cells[name] in TAKEN:
            assert plain != before
        for extra in sets_of_lies(cast, row):
            after = outcome(house, cast, name, row, extra, times)
            assert after in (plain, before), (name, extra)


def outcome(
    house: Flask, cast: Cast, name: str, row: Row, extra: Mapping[str, Any], times: Clock
) -> Stored:
    """What is stored once this was asked."""
    cast.begin_anew()
    times.at = times.first
    if is_route(row):
        call(house, cast, name, row, extra=extra)
    else:
        client = connected(house, cast, name, namespace_of(row))
        ask(client, row, filled(PAYLOADS.get(row.name, {}), cast.values(row.chat)) | dict(extra))
        client.disconnect(namespace_of(row))
    return stored()


@pytest.mark.parametrize("as_json", [False, True])
def test_who_registers_is_a_customer_whatever_the_form_says(
    house: Flask, cast: Cast, as_json: bool
) -> None:
    cast.begin_anew()
    told = lies(cast) | {"name": "Zoë", "email": "zoe@example.com", "password": PASSWORD}
    form = told | {snake(name): value for name, value in told.items()} | {"is_active": ""}
    with house.app_context():
        more = {"json": form} if as_json else {"data": {k: str(v) for k, v in form.items()}}
        answer = house.test_client().post("/register", **more)
    made = [row for row in stored()["users"] if row["email"] == "zoe@example.com"]
    if answer.status_code != 303:
        assert not made
        return
    (zoe,) = made
    assert (zoe["role"], zoe["is_active"], zoe["auth_version"]) == ("customer", True, 1)
    assert zoe["id"] not in {row["id"] for row in cast.first["users"]}
    assert zoe["created_at"] > cast.first["users"][0]["created_at"]

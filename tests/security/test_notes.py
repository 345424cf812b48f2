"""A note never reaches a customer, a provider or a stranger: by no door, and by no event.

Both chats of the cast have notes that hold a word (`SECRET`) which stands nowhere else. Every door
of the table is tried by everybody outside; whoever can listen does, in every protocol, while staff
writes, edits and takes back notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.operations import messages, notes
from app.operations.messages import Draft
from app.protocols import KNOWN
from app.sockets.connections import LIVE
from tests.security.cast import SECRET, Cast
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
)

OUTSIDE = ("nobody", "customer", "another", "provider", "elsewhere")
JOINING = [
    row
    for row in ROWS
    if not is_route(row) and any(word in row.name.lower() for word in ("join", "sync", "getmess"))
]


def named(row: Row) -> str:
    return f"{row.name} {row.chat}"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_no_door_tells_it(house: Flask, cast: Cast, row: Row) -> None:
    for name in OUTSIDE:
        cast.begin_anew()
        assert SECRET not in told(house, cast, name, row), name


def told(house: Flask, cast: Cast, name: str, row: Row) -> str:
    """All that somebody is answered, and all that they hear meanwhile."""
    if is_route(row):
        answer = call(house, cast, name, row)
        return answer.text + str(answer.headers)
    client = connected(house, cast, name, namespace_of(row))
    if not client.is_connected(namespace_of(row)):
        return ""
    answer = None
    if not row.name.startswith("connect "):
        answer = ask(client, row, filled(PAYLOADS.get(row.name, {}), cast.values(row.chat)))
    heard = ""
    if client.is_connected(namespace_of(row)):
        heard = str(client.get_received(namespace_of(row)))
        client.disconnect(namespace_of(row))
    return f"{answer} {heard}"


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        if row.name.endswith(("/notes", "/admin/customers/<id:user_id>", "_notes"))
    ],
    ids=named,
)
def test_staff_is_told(house: Flask, cast: Cast, row: Row) -> None:
    if row.name.startswith(("GET", "/live")):
        cast.begin_anew()
        assert SECRET in told(house, cast, "agent", row)


@pytest.fixture
def listeners(house: Flask, cast: Cast) -> Iterator[list[tuple[str, str, Any]]]:
    """Everybody outside by every protocol, in every room that lets them in; and the agent."""
    cast.begin_anew()
    there = []
    for name in (*OUTSIDE[1:], "agent"):
        for namespace in dict.fromkeys([LIVE, *(each.namespace for each in KNOWN.values())]):
            client = connected(house, cast, name, namespace)
            if not client.is_connected(namespace):
                continue
            there.append((name, namespace, client))
            for row in JOINING:
                if namespace_of(row) == namespace and client.is_connected(namespace):
                    ask(client, row, filled(PAYLOADS.get(row.name, {}), cast.values(row.chat)))
    yield there
    for _name, namespace, client in there:
        if client.is_connected(namespace):
            client.disconnect(namespace)


def test_who_listens_hears_nothing_of_it(cast: Cast, listeners: list[tuple[str, str, Any]]) -> None:
    for _name, namespace, client in listeners:
        client.get_received(namespace)
    agent = cast["agent"]
    for chat_id in (cast.support, cast.order):
        note = notes.write(agent, chat_id, f"{SECRET}, again, @The agent and @The admin")
        notes.edit(agent, note.id, f"{SECRET}, and again, @The manager")
        notes.take_back(agent, note.id)
    heard = {(name, place): c.get_received(place) for name, place, c in listeners}
    assert [each["name"] for each in heard["agent", LIVE]] == ["note_changed"] * 6
    assert {who: events for who, events in heard.items() if who != ("agent", LIVE) and events} == {}
    # They do listen: what is said to them they hear.
    messages.send(agent, cast.support, Draft("Hello"))
    assert "Hello" in str([c.get_received(p) for n, p, c in listeners if n == "customer"])

"""Who may come in by which door: every route and every event, by everybody (doors.txt).

A cell is the status of a route (`login` for the way to the login page) or the code of an event's
refusal (`ok` for none). What is refused changes no row, and what is not one's own is answered as
what is not there.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.protocols import KNOWN
from app.realtime.live import handlers
from app.sockets.connections import LIVE
from app.sockets.server import sockets
from tests.security.cast import COLUMNS, Cast, stored
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

NOT_THERE = 9_007_199_254_740_000
REFUSED = {"401", "403", "404", "login"}


ROUTES = [pytest.param(row, id=f"{row.name} {row.chat}") for row in ROWS if is_route(row)]
EVENTS = [pytest.param(row, id=f"{row.name} {row.chat}") for row in ROWS if not is_route(row)]


def there_is(house: Flask) -> set[str]:
    """Every route and every event, by the names that the table has for them."""
    routes = {
        f"{method} {rule.rule}"
        for rule in house.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    events = {f"{LIVE} {event}" for event in handlers}
    older = {f"{each.name} {event}" for each in KNOWN.values() for event in each.taken}
    return routes | events | older | {f"connect {name}" for name in sockets.server.dispatchers}


def test_every_route_and_every_event_stands_in_the_table(house: Flask) -> None:
    named = [row.name for row in ROWS]
    assert there_is(house) == set(named)
    with_chat = {name for name in named if named.count(name) > 1}
    for row in ROWS:
        about_a_chat = "<id:" in row.name and not re.search("(user|job|site)_id", row.name)
        about_a_chat &= (
            not re.search(
                "(agent|answer|article|delivery|incoming|invitation|key|list|rule|tag|team|topic"
                "|view|webhook)_id",
                row.name,
            )
            or "chat_id" in row.name
        )
        named_in = "{message}" if row.name.startswith("/live ") else "{chat}"
        places = ("{chat}", "{file}", "{note}", named_in)
        about_a_chat |= any(each in str(PAYLOADS.get(row.name)) for each in places)
        assert (row.name in with_chat) == about_a_chat, row.name


@pytest.mark.parametrize("row", ROUTES)
def test_a_route_answers_each_as_the_table_says(house: Flask, cast: Cast, row: Row) -> None:
    answered, wrong = {}, []
    for name in COLUMNS:
        cast.begin_anew()
        if name == "gone":
            cast.dismiss()
        before = stored()
        answer = call(house, cast, name, row)
        answered[name] = cell_of(answer)
        is_refused = answered[name] in REFUSED and row.name != "POST /logout"
        if is_refused and stored() != before:
            wrong.append(f"{name} was refused and changed something")
        if answered[name] == "404" and "<id:" in row.name:
            nowhere = call(house, cast, name, row, chat=NOT_THERE)
            if said(answer) != said(nowhere):
                wrong.append(f"{name} can tell that it is there")
    assert (answered, wrong) == (row.cells, [])


TRANSCRIPTS = [
    row
    for row in ROWS
    if row.name.startswith("POST ") and row.name.endswith("/chats/<id:chat_id>/transcript")
]


@pytest.mark.parametrize("row", TRANSCRIPTS, ids=lambda row: f"{row.name} {row.chat}")
def test_a_copy_of_a_chat_is_for_who_sees_it_and_no_provider(
    house: Flask, cast: Cast, row: Row
) -> None:
    """Without mail, so that who may have one is in conflict with that, as the table has it."""
    expected = row.cells | ({"provider": "403"} if row.chat == "order" else {})
    own = {"toMe": True} if "/api/" in row.name else {"to_me": "1"}
    answered = {}
    for name in COLUMNS:
        cast.begin_anew()
        if name == "gone":
            cast.dismiss()
        before = stored()
        answered[name] = cell_of(call(house, cast, name, row, extra=own))
        assert stored() == before
    assert answered == expected


def cell_of(answer: TestResponse) -> str:
    if answer.status_code == 303 and "/login" in answer.location:
        return "login"
    return str(answer.status_code)


def said(answer: TestResponse) -> str:
    """The body without what is another one at every answer."""
    nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    return re.sub(r"[\w.-]{80,}", "a token against forgery", answer.text.replace(nonce, "a nonce"))


@pytest.mark.parametrize("row", EVENTS)
def test_an_event_answers_each_as_the_table_says(house: Flask, cast: Cast, row: Row) -> None:
    answered, wrong = {}, []
    for name in COLUMNS:
        cast.begin_anew()
        if row.name.startswith("connect ") and name == "gone":
            cast.dismiss()
        client = connected(house, cast, name, namespace_of(row))
        if row.name.startswith("connect "):
            answered[name] = "in" if client.is_connected(namespace_of(row)) else "refused"
            continue
        if not client.is_connected(namespace_of(row)):
            answered[name] = "refused"
            continue
        if name == "gone":
            cast.dismiss()
        before = stored()
        values = cast.values(row.chat)
        answer = ask(client, row, filled(PAYLOADS.get(row.name, {}), values))
        answered[name] = code_of(answer)
        if answered[name] != "ok" and stored() != before:
            wrong.append(f"{name} was refused and changed something")
        if answered[name].endswith("not_found") and "{chat}" in str(PAYLOADS[row.name]):
            nowhere = filled(PAYLOADS[row.name], values | {"chat": NOT_THERE})
            if ask(client, row, nowhere) != answer:
                wrong.append(f"{name} can tell that it is there")
        if client.is_connected(namespace_of(row)):
            client.disconnect(namespace_of(row))
    assert (answered, wrong) == (row.cells, [])


def code_of(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    if error:
        json.dumps(error)
        return str(error["code"])
    assert isinstance(answer, list) or answer["ok"] is True
    return "ok"

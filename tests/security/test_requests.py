"""Whatever REST answers somebody, the event `request` of `/live` answers them, too: every row of
the table of doors (doors.txt) is asked by both ways."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from flask import Flask

from app.realtime.requests import DOOR
from app.sockets.connections import LIVE
from tests.security.cast import COLUMNS, Cast, stored
from tests.security.knock import ROWS, Row, asked, call, connected, is_route

PREFIX = "/api/v1"
ROUTES = [row for row in ROWS if is_route(row) and f" {PREFIX}/" in row.name]
OF_HTTP = [row for row in ROUTES if f" {PREFIX}/auth/" in row.name or "/password" in row.name]


def request_of(cast: Cast, row: Row) -> dict[str, Any]:
    """The row's call as an event."""
    method, path, payload = asked(cast, row)
    path = path.removeprefix(PREFIX)
    if method != "GET":
        return {"method": method, "path": path, "body": payload}
    return {"method": method, "path": f"{path}?{urlencode(payload)}" if payload else path}


def by_event(house: Flask, cast: Cast, name: str, row: Row) -> Any:
    client = connected(house, cast, name, LIVE)
    if name == "gone":
        cast.dismiss()
    before = stored()
    answer = client.emit("request", request_of(cast, row), namespace=LIVE, callback=True)
    assert answer["ok"] or stored() == before, f"{name} was refused and changed something"
    if client.is_connected(LIVE):
        client.disconnect(LIVE)
    return answer


@pytest.mark.parametrize(
    "row", [row for row in ROUTES if row not in OF_HTTP], ids=lambda row: f"{row.name} {row.chat}"
)
def test_each_is_answered_by_the_event_as_by_rest(house: Flask, cast: Cast, row: Row) -> None:
    for name in those_who_differ(row):
        cast.begin_anew()
        by_rest = call(house, cast, name, row)
        cast.begin_anew()
        answer = by_event(house, cast, name, row)
        if by_rest.status_code >= 400:
            assert answer == {"ok": False, "error": by_rest.json["error"]}, name
        else:
            body = by_rest.json if by_rest.data else None
            told = orjson.loads(orjson.dumps(answer))
            assert (told["ok"], told["status"]) == (True, by_rest.status_code), name
            assert shape(told["answer"]) == shape(body), name


def those_who_differ(row: Row) -> list[str]:
    """Of all whom REST answers alike the first and the last, who are of different roles."""
    there = COLUMNS[1:-1]
    last = {row.cells[name]: name for name in there}
    first = {row.cells[name]: name for name in reversed(there)}
    return sorted({*first.values(), *last.values()}, key=there.index)


DRAWN = {"endsWith"}  # of what is drawn anew at every call, and short


def shape(value: Any) -> Any:
    """What is answered, without what is another one at every call: times, tokens, addresses."""
    if isinstance(value, dict):
        return {name: "…" if name in DRAWN else shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return value if not isinstance(value, str) or len(value) < len("2026-11-30T") else "…"


@pytest.mark.parametrize("row", OF_HTTP, ids=lambda row: row.name)
def test_what_proves_somebody_is_asked_for_over_http(house: Flask, cast: Cast, row: Row) -> None:
    for name in ("customer", "admin"):
        cast.begin_anew()
        assert by_event(house, cast, name, row)["error"]["code"] == "not_found"


@pytest.mark.parametrize("row", ROUTES[::20], ids=lambda row: row.name)
def test_who_has_been_deactivated_is_asked_who_they_are(house: Flask, cast: Cast, row: Row) -> None:
    cast.begin_anew()
    assert by_event(house, cast, "gone", row)["error"]["code"] == "unauthorized"


def test_it_is_the_door_that_the_table_means(house: Flask) -> None:
    (door,) = (each for each in house.extensions["rest"] if each.name == DOOR)
    routes = {f"{each.method} {each.rules[0]}" for each in door.endpoints}
    assert routes == {row.name for row in ROUTES}

"""What each door asks of the database, at most, of those whom it lets in (costs.txt): a number of
statements that nobody raises without noticing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.sockets.server import sockets
from tests.conftest import forget, recorded
from tests.security.cast import COLUMNS, Cast
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

TABLE = Path(__file__).with_name("costs.txt")
LET_IN = re.compile("[23]..|409|422|ok|in")


@pytest.fixture(autouse=True)
def nobody_listens(house: Flask) -> None:
    """What is told costs more where somebody hears it; clients of tests before are still there.
    And what sites say of first answers is remembered, and not asked for now and then."""
    forget()
    house.extensions["targets"] = float("inf"), {}
    manager = sockets.server.manager
    for kept in (manager.rooms, manager.rooms_of, manager.pending_connect):
        kept.clear()


def costs() -> dict[str, int]:
    """Statements, by door and kind of chat."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {name: int(number) for number, name in (line.split(maxsplit=1) for line in lines)}


def named(row: Row) -> str:
    return f"{row.name} {row.chat}"


def test_every_door_has_its_cost() -> None:
    assert set(costs()) == {named(row) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_door_costs_so_many_statements(house: Flask, cast: Cast, row: Row) -> None:
    those = [name for name in COLUMNS if name != "gone" and lets_in(row, name)]
    seen = [cost(house, cast, name, row) for name in those]
    assert max(seen, default=0) == costs()[named(row)], seen


def lets_in(row: Row, name: str) -> bool:
    return LET_IN.fullmatch(row.cells[name]) is not None


def cost(house: Flask, cast: Cast, name: str, row: Row) -> int:
    cast.begin_anew()
    house.extensions.pop("boards", None)  # what is shared for a second
    house.extensions.pop("views", None)
    if is_route(row):
        with recorded() as run:
            call(house, cast, name, row)
        return len(run)
    with recorded() as run:
        client = connected(house, cast, name, namespace_of(row))
        if not row.name.startswith("connect "):
            run.clear()
            ask(client, row, filled(PAYLOADS.get(row.name, {}), cast.values(row.chat)))
    return len(run)

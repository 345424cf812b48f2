"""Processes that write into one SQLite file at once, and two who want the same chat."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import create_app
from app.cli import factories
from app.errors import ChatError, Conflict
from app.extensions import db
from app.models import database as reading
from app.models.chats import SELECT_CHATS
from app.models.messages import Line
from app.models.messages import table as messages_table
from app.models.users import Actor
from app.operations import assignments, messages
from app.operations.messages import Draft
from app.queries import counts
from tests.conftest import settings_for
from tests.torture.crowd import check_kept
from tests.torture.figures import Figure, percentile
from tests.torture.places import is_intact, migrated

PROCESSES = multiprocessing.get_context("spawn")
SECONDS = 280


def wrote(folder: Path, *, writers: int, sends: int) -> Figure:
    """Each of so many processes sends so many messages into the same file, all at once."""
    database = new_database(folder, "writers.db")
    settings = settings_for(database, RATE_LIMITS="off")
    with create_app(settings).app_context():
        customers = factories.people([(f"Writer {n}", "customer", None) for n in range(writers)])
        started = time.monotonic()
        results = in_processes(write, [(settings, who, sends) for who in customers])
        took = time.monotonic() - started
        refused = [code for _, _, codes in results for code in codes]
        assert refused == []
        waited = [seconds for _, each, _ in results for seconds in each]
        acknowledged = [message for said, _, _ in results for message in said]
        assert check_kept(acknowledged) == len(acknowledged) == writers * sends
        assert counts.wrong() == {}
        db.engine.dispose()
    assert is_intact(database)
    return Figure(
        11,
        f"{writers} processes of {sends:,} sends each on one SQLite file",
        f"0 `locked`, {writers * sends / took:,.0f}/s, slowest {max(waited) * 1000:,.0f} ms, "
        f"p99 {percentile(waited, 99) * 1000:.0f} ms",
        "0 `locked`",
    )


def write(together: Any, settings: dict[str, str], who: Actor, sends: int) -> Any:
    """What was acknowledged, how long each took, which were refused."""
    said, waited, refused = [], [], []
    with create_app(settings).app_context():
        together.wait()
        for number in range(sends):
            started = time.perf_counter()
            try:
                message = messages.send(who, None, Draft(f"{number}", f"{number}"))
                said.append(
                    {
                        "id": message.id,
                        "chatId": message.chat_id,
                        "seq": message.seq,
                        "clientId": message.client_id,
                        "message": message.text,
                    }
                )
            except ChatError as error:
                refused.append(error.code)
            waited.append(time.perf_counter() - started)
    return said, waited, refused


def raced(folder: Path, *, races: int) -> Figure:
    """Two agents in two processes claim each of so many waiting chats at the same moment."""
    database = new_database(folder, "races.db")
    settings = settings_for(database, RATE_LIMITS="off")
    with create_app(settings).app_context():
        customers = factories.people([(f"Waits {n}", "customer", None) for n in range(races)])
        agents = factories.people([("Ana", "agent", None), ("Ben", "agent", None)])
        chats = [messages.send(who, None, Draft("Hello", "a")).chat_id for who in customers]
        won = in_processes(claim_all, [(settings, agent, chats) for agent in agents])
        holders = {row.id: row.agent_id for row in reading.rows(SELECT_CHATS)}
        for agent, mine in zip(agents, won, strict=True):
            assert {chat for chat, holder in holders.items() if holder == agent.id} == set(mine)
        assert sorted(won[0] + won[1]) == sorted(chats)
        joined = [r for r in reading.rows(messages_table.select()) if r.line == Line.JOINED.value]
        assert len(joined) == races
        assert counts.wrong() == {}
        db.engine.dispose()
    return Figure(
        12,
        f"two agents open one waiting chat, {races:,} races",
        f"one wins each: {len(won[0])} to {len(won[1])}, one line each",
        "one wins each",
    )


def claim_all(together: Any, settings: dict[str, str], agent: Actor, chats: list[int]) -> list[int]:
    """The chats that this agent got; the others are said to be somebody's."""
    won = []
    with create_app(settings).app_context():
        for chat_id in chats:
            together.wait()
            with contextlib.suppress(Conflict):  # somebody has it
                assignments.claim(agent, chat_id)
                won.append(chat_id)
    return won


def in_processes(work: Any, arguments: list[tuple[Any, ...]]) -> list[Any]:
    """What each gave, in a process of its own; they begin together."""
    with PROCESSES.Manager() as manager:
        together = manager.Barrier(len(arguments), timeout=SECONDS)
        with PROCESSES.Pool(len(arguments)) as pool:
            given = pool.starmap_async(work, [(together, *each) for each in arguments], 1)
            return list(given.get(SECONDS))


def new_database(folder: Path, name: str) -> Path:
    return Path(shutil.copy(migrated(folder), folder / name))


def large(folder: Path) -> Iterator[Figure]:
    yield wrote(folder, writers=8, sends=1000)
    yield raced(folder, races=1000)

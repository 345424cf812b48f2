"""Chats that come by themselves where two processes give them, one of which is killed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import requests
from sqlalchemy import select

from app.cli import factories
from app.extensions import db
from app.models import chats, database, messages
from app.models.users import Actor
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.servers import Server, wait_until

CAPACITY, CHATS = 4, 40
c, m = chats.table.c, messages.table.c
HELD = select(c.id, c.agent_id).where(c.status == "open")
QUEUE = select(c.id).where(c.waiting_since > 0).order_by(c.waiting_since, c.id)
JOINED = select(m.chat_id).where(m.line == "joined")


def held() -> dict[int, set[int]]:
    """The chats of each agent, who at no moment has more than they take."""
    found: dict[int, set[int]] = {}
    for row in database.rows(HELD):
        found.setdefault(row.agent_id, set()).add(row.id)
    assert all(len(theirs) <= CAPACITY for theirs in found.values()), found
    return found


def queue() -> list[int]:
    return [row.id for row in database.rows(QUEUE)]


def asks(place: Place, url: str, who: Actor) -> int:
    """A new chat, which begins by this process."""
    proof = {"Authorization": f"Bearer {place.token(who)}"}
    said = {"message": "Hello?"}
    sent = requests.post(f"{url}/api/v1/messages", json=said, headers=proof, timeout=30)
    assert sent.status_code == 201, sent.text
    return int(sent.json()["chatId"])


def made(role: str, number: int) -> list[Actor]:
    return factories.people([(f"{role} {each}", role, None) for each in range(number)])


def test_forty_chats_at_once_and_a_process_that_is_killed(
    redis_url: str, migrated: Path, tmp_path: Path
) -> None:
    settings = {
        "REDIS_URL": redis_url,
        "RATE_LIMITS": "off",
        "ROUTING": "round_robin",
        "CAPACITY": str(CAPACITY),
        "OFFER_SECONDS": "3",
        "PRESENCE_SECONDS": "6",
    }
    here = Place(tmp_path, migrated, "eventlet", **settings)
    there = Server(here.settings | {"ASYNC_MODE": "eventlet"}, tmp_path / "other.log").start()
    with here.app.app_context():
        agents, asking = made("agent", 8), made("customer", CHATS)
        stay, go = agents[:4], agents[4:]
        for who in stay:
            here.client(who)
        killed = [Client() for _ in go]
        for client, who in zip(killed, go, strict=True):
            client.connect(there.url, {"token": here.token(who)})
        wait_until(lambda: here.hearing() == 2)

        urls = (here.server.url, there.url)
        with ThreadPoolExecutor(8) as several:
            sent = list(several.map(lambda at: asks(here, urls[at % 2], asking[at]), range(CHATS)))
        assert len(set(sent)) == CHATS
        wait_until(lambda: sum(map(len, held().values())) == CAPACITY * len(agents), 30)
        first = held()
        assert {len(first[who.id]) for who in agents} == {CAPACITY}
        assert len(queue()) == CHATS - CAPACITY * len(agents)
        # Each was offered to one agent, and once.
        assert set(Counter(row.chat_id for row in database.rows(JOINED)).values()) == {1}
        for who in stay:  # what is answered stays where it is
            for chat_id in first[who.id]:
                path = f"/chats/{chat_id}/messages"
                assert here.rest(who, "POST", path, message="I look").status_code == 201

        for client in killed:
            client.let_go()
        there.kill()
        lost = set().union(*(first[who.id] for who in go))
        wait_until(lambda: lost <= set(queue()), 60, lambda: f"{held()} {queue()}")
        now = held()
        assert now == {who.id: first[who.id] for who in stay}
        next_ones = set(queue()[: CAPACITY * len(stay)])
        for who in stay:
            for chat_id in first[who.id]:
                closed = here.rest(who, "PUT", f"/chats/{chat_id}/closure")
                assert closed.status_code == 200, closed.text
        wait_until(lambda: set().union(*held().values()) == next_ones, 30)
        assert {len(theirs) for theirs in held().values()} == {CAPACITY}
        assert set(queue()) | next_ones == set(sent) - set().union(*(first[w.id] for w in stay))
        here.hang_up()
        db.engine.dispose()
    for client in killed:
        with suppress(Exception):
            client.close()
    assert here.server.stop() == 0
    assert "Traceback" not in here.server.output(), here.server.output()

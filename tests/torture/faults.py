"""Redis goes silent or dies, PostgreSQL is restarted under load: slower, and nothing else."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import requests

from app import create_app
from app.cli import factories
from app.extensions import db
from app.models.users import Actor
from app.queries import counts
from tests import bus
from tests.bus import RedisServer
from tests.conftest import settings_for
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.live.test_chats import everything_after
from tests.postgres import cluster
from tests.servers import MODES, Server, wait_until
from tests.torture.crowd import Crowd, acknowledged_by, check_kept, senders_of
from tests.torture.figures import Figure
from tests.torture.places import OPEN_WIDE, Start, starting

BACK_SECONDS = 5
SLOWEST = 1.0  # seconds that a send may take while Redis is away
PAUSE = 0.05


def queue_away(
    start: Start, redis: RedisServer, folder: Path, how: str, *, mode: str, seconds: float
) -> Figure:
    """One sends in one process, staff listens there and in another one, while Redis is away."""
    desk = secrets.token_hex(16)  # or those of another run would be heard
    place = start(mode, REDIS_URL=redis.url, SECRET_KEY=desk)
    other = Server(place.server.settings, folder / f"other-{mode}-{how}.log")
    lena, ana, ben = factories.people([("Lena", "customer", None)] + [("Staff", "agent", None)] * 2)
    try:
        other.start()
        wait_until(lambda: place.hearing() == 2)
        sender, here, there = place.client(lena), place.client(ana), to(other, place, ben)
        first = sender.send("Hello", "first")
        for client in (sender, here, there):
            client.join(first["chatId"])
        with away(redis, how) as come_back:
            last, slowest = sent_meanwhile(sender, seconds)
            assert slowest < SLOWEST, f"a send took {slowest:.2f} s"
            wait_until(lambda: newest(here) >= last["version"])
            assert newest(there) < last["version"], "it was not away"
            ready = requests.get(f"{place.server.url}/readyz", timeout=5)
            assert (ready.status_code, ready.json()["checks"]["queue"]) == (503, False)
            come_back()
        returned = time.monotonic()
        wait_until(lambda: newest(there) >= last["version"], BACK_SECONDS)
        took = time.monotonic() - returned
        missed, _ = everything_after(there, first["chatId"], first["version"])
        assert [m["version"] for m in missed][-1] == last["version"]
        wait_until(lambda: requests.get(f"{place.server.url}/readyz", timeout=5).ok, BACK_SECONDS)
        assert counts.wrong() == {}
        there.close()
    finally:
        other.stop()
    return Figure(
        50,
        f"Redis {how} for {seconds:.0f} s, {mode}",
        f"slowest send {slowest * 1000:.0f} ms; caught up in {took:.1f} s",
        f"{SLOWEST:.0f} s; {BACK_SECONDS} s",
    )


def to(server: Server, place: Place, who: Actor) -> Client:
    client = Client()
    client.connect(server.url, {"token": place.token(who)})
    return client


@contextlib.contextmanager
def away(redis: RedisServer, how: str) -> Iterator[object]:
    gone, back = {"held": (redis.hold, redis.let_go), "killed": (redis.kill, redis.start)}[how]
    gone()
    left = contextlib.ExitStack()
    left.callback(back)
    with left:
        yield left.close


def sent_meanwhile(sender: Client, seconds: float) -> tuple[dict[str, int], float]:
    """The last message that is sent within so many seconds, and what the slowest one took."""
    over, slowest, number = time.monotonic() + seconds, 0.0, 0
    while True:
        began = time.monotonic()
        last = sender.send(f"{number}", f"meanwhile {number}")
        slowest, number = max(slowest, time.monotonic() - began), number + 1
        if time.monotonic() > over:
            return last, slowest
        time.sleep(PAUSE)


def newest(client: Client) -> int:
    """The highest version that a client was told of."""
    return max((h.data["version"] for h in list(client.heard) if "version" in h.data), default=0)


def database_restarted(start: Start, *, senders: int, sends: int, mode: str) -> Figure:
    """PostgreSQL ends at once, without a word to anybody, and comes back, while many send."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        data = Path(name) / "data"
        server = cluster(data)
        url = server.get_uri().replace("postgresql:", "postgresql+psycopg2:", 1)
        with create_app(settings_for(data, DATABASE_URL=url) | OPEN_WIDE).app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        place = start(mode, DATABASE_URL=url)
        customers = factories.people([(f"Sender {n}", "customer", None) for n in range(senders)])
        crowd = Crowd(senders_of(place, customers), ["Is it there?"] * (sends // senders))
        try:
            with crowd:
                crowd.wait_for(sends // 3)
                db.engine.dispose()
                os.kill(server.get_pid(), signal.SIGQUIT)
                wait_until(lambda: server.get_pid() is None or not is_alive(server.get_pid()), 20)
                server.ensure_postgres_running()
                returned, before = time.monotonic(), crowd.acknowledged
                wait_until(lambda: crowd.acknowledged > before + senders, BACK_SECONDS)
                took = time.monotonic() - returned
                crowd.finish()
            acknowledged = acknowledged_by(crowd.senders)
            assert len(acknowledged) == sends // senders * senders
            assert check_kept(acknowledged) == len(acknowledged)
            assert counts.wrong() == {}
            db.engine.dispose()
            place.server.stop()
        finally:
            server.cleanup()
    return Figure(
        50,
        f"PostgreSQL crashes during {len(acknowledged):,} sends, {mode}",
        f"0 lost, 0 doubled; whole again in {took:.1f} s",
        f"0, 0; {BACK_SECONDS} s",
    )


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start, bus.server(folder) as redis:
        for mode in MODES:
            for how in ("held", "killed"):
                yield queue_away(start, redis, folder, how, mode=mode, seconds=30)
            yield database_restarted(start, senders=20, sends=6_000, mode=mode)

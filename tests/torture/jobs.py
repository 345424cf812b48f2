"""Whoever does jobs is killed in the middle of them, asked to end, held up, and not alone."""

from __future__ import annotations

import contextlib
import itertools
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import requests

from app import clock, create_app
from app.extensions import db
from app.jobs.runner import HANDED_BACK_MS
from app.models import database
from app.models.jobs import SELECT_JOBS, Job, JobState, table
from app.operations import jobs
from app.queries.jobs import counts
from tests import bus
from tests.conftest import settings_for
from tests.postgres import Postgres, started
from tests.servers import MODES, Server, wait_until
from tests.torture.figures import Figure
from tests.torture.places import is_intact, migrated

LEASE = 3
OURS = table.c.kind == "note"  # beside upkeep


class Labour(Server):
    """A server, or `flask worker`, with a kind of job that leaves notes."""

    @property
    def environment(self) -> dict[str, str]:
        more = {"RUNS": "tests.torture.labour", "METRICS_PORT": str(self.port)}
        return super().environment | more

    def answers(self) -> bool:
        if "WORKER" in self.settings:
            return "Deskbell does jobs" in self.output()
        return super().answers()


class Works:
    """A database, the folder of notes, and whoever does the jobs."""

    def __init__(self, folder: Path, url: str = "", **settings: str) -> None:
        folder.mkdir()
        self.folder, self.database = folder, folder / "deskbell.db"
        self.numbers = itertools.count(1)
        if not url:
            self.database.write_bytes(migrated(folder.parent).read_bytes())
        self.settings = settings_for(
            self.database,
            NOTES=str(folder),
            **{"LEASE_SECONDS": str(LEASE), "LOOK_SECONDS": "0.3"} | settings,
        ) | ({"DATABASE_URL": url} if url else {})
        self.app = create_app(self.settings)

    def server(self, mode: str) -> Labour:
        return Labour(self.settings | {"ASYNC_MODE": mode}, self.log()).start()

    def worker(self) -> Labour:
        return Labour(self.settings | {"WORKER": "on"}, self.log()).start()

    def log(self) -> Path:
        return self.folder / f"log-{next(self.numbers)}"

    def whoever(self, mode: str) -> Labour:
        return self.worker() if mode == "worker" else self.server(mode)

    def notes(self, word: str) -> list[tuple[str, str]]:
        """Whose notes say so, of which job, in their order."""
        path = self.folder / "notes"
        lines = path.read_text().splitlines() if path.exists() else []
        said = [line.split(" ", 2) for line in lines if line.count(" ") >= 2]
        return [(pid, name) for pid, what, name in said if what == word]

    def names(self, word: str) -> set[str]:
        return {name for _, name in self.notes(word)}

    def effects(self) -> set[str]:
        return {path.name.partition(" ")[2] for path in self.folder.glob("effect *")}

    def left(self) -> list[JobState]:
        return [JobState._make(row) for row in database.rows(SELECT_JOBS.where(OURS))]


def note(name: str, seconds: float, **more: bool) -> Job:
    return Job("note", {"name": name, "seconds": seconds} | more)


@contextlib.contextmanager
def working(folder: Path, url: str = "", **settings: str) -> Iterator[Works]:
    works = Works(folder, url, **settings)
    with works.app.app_context():
        try:
            yield works
        finally:
            db.engine.dispose()


def killed(folder: Path, *, count: int, kills: int) -> Figure:
    """kill -9 so many times while something is under way, in each mode and the worker by turns."""
    ways = itertools.cycle([*MODES, "worker"])
    with working(folder) as works:
        jobs.store(*(note(str(n), 0.2) for n in range(count)))
        for kill in range(kills):
            server = works.whoever(next(ways))
            goal = count * (kill + 1) // (kills + 2)
            wait_until(lambda goal=goal: len(works.names("done")) >= goal, 120)
            time.sleep(random.uniform(0, 0.2))
            wait_until(lambda: works.names("begun") - works.names("done"), 20)
            server.kill()
        server = works.whoever(next(ways))
        wait_until(lambda: not works.left(), 120, lambda: f"{works.left()}\n{server.output()}")
        begun = [name for _, name in works.notes("begun")]
        cut = {name for name in begun if begun.count(name) > 1}
        assert works.effects() == {str(n) for n in range(count)}
        assert counts().dead == 0
        assert len(cut) >= 1
        assert server.stop(60) == 0
        assert is_intact(works.database)
    return Figure(
        35,
        f"kill -9 {kills} times in the middle of {count:,} jobs",
        f"0 lost, {len(cut)} begun again, each effect once",
        "0 lost",
    )


def ended(folder: Path, mode: str) -> Figure:
    """SIGTERM while one job needs a moment and another one longer than there is."""
    with working(folder, LEASE_SECONDS="60") as works:
        server = works.whoever(mode)
        jobs.store(note("short", 2), note("long", 60))
        wait_until(lambda: works.names("begun") == {"short", "long"})
        jobs.store(note("next", 0))
        wait_until(lambda: works.names("done") == {"next"})  # a long one holds up nobody
        asked = time.monotonic()
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        jobs.store(note("late", 0))
        assert server.end(0, 60) == 0  # of which an interpreter that is short of time takes most
        took = time.monotonic() - asked
        assert "short" in works.names("done")
        long = min(works.left(), key=lambda job: job.id)
        assert (long.arguments["name"], long.attempts) == ("long", 0)
        assert (long.lease_until or 0) <= clock.now() + HANDED_BACK_MS
        wait_until(lambda: (jobs.claim(["note"]) or long).attempts == 1, 20)
        assert "Traceback" not in server.output()
    return Figure(
        35,
        f"SIGTERM in the middle of jobs, {mode}",
        f"short one done, long one handed back, exit in {took:.1f} s",
        "10 s",
    )


def held_up(folder: Path, mode: str) -> Figure:
    """A job waits in C for seconds; the server serves meanwhile."""
    with working(folder, LEASE_SECONDS="60") as works:
        server = works.server(mode)
        jobs.store(note("stuck", 4, blocks=True))
        wait_until(lambda: works.names("begun"))
        for _ in range(20):
            assert requests.get(f"{server.url}/healthz", timeout=10).ok
        assert not works.names("done")
        wait_until(lambda: works.names("done"))
        wait_until(lambda: not works.left())
        assert server.stop(60) == 0
    return Figure(35, f"a job that waits in C, {mode}", "20 requests served meanwhile", "all")


def shared(folder: Path, postgres: Postgres, *, count: int) -> Figure:
    """A server and a worker on one PostgreSQL, woken by Redis alone; then one of them is killed."""
    url = postgres.database()
    folder.mkdir()
    with bus.started(folder) as redis_url:
        waits = {"REDIS_URL": redis_url, "LEASE_SECONDS": "60", "LOOK_SECONDS": "600"}
        with working(folder / "woken", url, **waits) as works:
            flask_migrate.upgrade()
            both = [works.server("eventlet"), works.worker()]
            wait_until(lambda: bus.hearing(redis_url, works.app.config["REDIS_PREFIX"]) == 2)
            jobs.store(*(note(f"{n}", 0.05) for n in range(count)))
            wait_until(lambda: len(works.names("done")) == count, 60, both[0].output)
            begun = works.notes("begun")
            assert len(begun) == count  # each once
            worker = str(both[1].process and both[1].process.pid)
            share = [pid for pid, _ in begun].count(worker)
            assert 0 < share < count
            wait_until(lambda: not works.left())
            figure = f'deskbell_job_seconds_count{{kind="note"}} {share}.0'
            wait_until(lambda: figure in requests.get(f"{both[1].url}/metrics", timeout=10).text)
            for each in both:
                assert each.stop(60) == 0
        with working(folder / "killed", url, REDIS_URL=redis_url) as works:
            both = [works.server("eventlet"), works.worker()]
            jobs.store(*(note(f"{n}", 0.2) for n in range(count)))
            worker = str(both[1].process and both[1].process.pid)
            wait_until(lambda: worker in {pid for pid, _ in works.notes("done")})
            both[1].kill()
            wait_until(lambda: not works.left(), 120, lambda: f"{works.left()}")
            assert len(works.effects()) == count
            assert counts().dead == 0
            assert both[0].stop(60) == 0
    return Figure(
        35,
        f"{count} jobs of a server and a worker, PostgreSQL and Redis",
        "each begun once; one killed: 0 lost",
        "0 lost",
    )


def large(folder: Path) -> Iterator[Figure]:
    yield killed(folder / "killed", count=600, kills=24)
    for mode in (*MODES, "worker"):
        yield ended(folder / f"ended-{mode}", mode)
    for mode in MODES:
        yield held_up(folder / f"held-up-{mode}", mode)
    with started() as postgres:
        yield shared(folder / "shared", postgres, count=400)

"""`python -m bench.capacity`: how large an organisation one core serves, and what that rests on.

Two organisations work for a while each, on a server that has the first core to itself. From what
they take follows what a message costs, and what it costs to tell one member of staff of it; from
that, how many agents one core serves. The last organisation is as large, and shows whether it does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from pathlib import Path
from types import SimpleNamespace

from bench import run
from bench.organisation import CHATS_AN_AGENT, PAUSE
from tests import bus

BUSY = 0.8  # of a core: beyond, those who wait are ever more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, nargs="+", default=[100, 400])
    parser.add_argument("--widgets", type=int, default=5, help="idle ones, for each agent")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--speed", type=float, default=2, help="times as fast as people")
    parser.add_argument("--processes", type=int, default=1, help="with Redis, on all cores")
    parser.add_argument("--check", type=int, default=0, help="only see whether so many hold")
    options = parser.parse_args()
    titles = ("busy", "p50 ms", "p99 ms", "driver", "failures")
    print(f"{'agents':>8}{'messages a second':>20}" + "".join(f"{each:>10}" for each in titles))
    if options.check:
        work(options, options.check)
        return
    seen = [work(options, agents) for agents in options.agents]
    message, telling = costs(seen)
    print(
        f"\na message and all that goes with it takes {message * 1e3:.1f} ms, "
        f"and {telling * 1e6:.0f} µs more for each member of staff"
    )
    busy = BUSY * options.processes
    most = held(message, telling, options.speed, busy)
    chats = CHATS_AN_AGENT * most
    print(f"so {busy:.0%} of a core are {most:.0f} agents, {chats:.0f} chats at once\n")
    work(options, round(most))
    as_people_do = held(message, telling, 1, busy)
    print(
        f"\nat the pace of people {as_people_do:.0f} agents; telling staff grows with their square"
    )


def costs(seen: list[dict]) -> tuple[float, float]:
    """Seconds of CPU a message, and for each member of staff: the line nearest to what was seen."""
    sizes = [each["agents"] for each in seen]
    taken = [each["server_busy"] / each["messages_per_second"] for each in seen]
    slope, start = statistics.linear_regression(sizes, taken)
    return start, max(slope, 1e-9)


def held(message: float, telling: float, speed: float, busy: float) -> float:
    """The agents at whose messages so much of a core is busy."""
    rate = CHATS_AN_AGENT / PAUSE * speed  # messages a second, each agent
    return (sqrt(message**2 + 4 * telling * busy / rate) - message) / (2 * telling)


def work(options: argparse.Namespace, agents: int) -> dict:
    """What is seen of so many agents at work, on a new server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(options, agents, Path(folder)) as (port, pid, tokens),
    ):
        settings = {
            "port": port,
            "pid": pid,
            "agents": agents,
            "widgets": agents * options.widgets,
            "speed": options.speed,
            "seconds": options.seconds,
            "warm-up": PAUSE / options.speed + 5,
        }
        command = [sys.executable, "-m", "bench.organisation"]
        for name, value in settings.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(
            ["taskset", "-c", str(run.CORES[-1]), *command],
            cwd=run.ROOT,
            input=json.dumps(tokens),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    seen = json.loads(done.stdout) | {"agents": agents}
    waits = seen["acknowledgement_ms"]
    print(
        f"{agents:>8}{seen['messages_per_second']:>20.1f}{seen['server_busy']:>10.0%}"
        f"{waits['p50']:>10.1f}{waits['p99']:>10.1f}{seen['driver_busy']:>10.0%}"
        f"{seen['failures']:>10}",
        flush=True,
    )
    return seen


@contextmanager
def served(options: argparse.Namespace, agents: int, folder: Path) -> Iterator[tuple]:
    """A new server with so many agents, on the first core, or as processes on all of them."""
    customers = agents * (CHATS_AN_AGENT + options.widgets) + 100
    database = folder / "capacity.db"
    if options.processes == 1:
        about = SimpleNamespace(
            mode="eventlet", synchronous="FULL", customers=customers, members=agents
        )
        with run.deskbell(about, database) as server:
            yield server
        return
    port = run.free_port()
    with bus.started(folder) as redis:
        environment = run.settings(
            database, port, WEB_CONCURRENCY=str(options.processes), REDIS_URL=redis
        )
        tokens = run.prepare(environment, customers, agents)
        command = [sys.executable, "wsgi.py"]
        with run.running(command, port, environment, run.CORES) as process:
            yield port, process.pid, tokens


if __name__ == "__main__":
    main()

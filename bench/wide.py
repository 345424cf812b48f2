"""`python -m bench.wide`: what more processes give on this machine, on each database.

Servers and load share all cores, so what two processes could give is held down by what the load
takes. By turns.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import run
from tests import bus, postgres


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--mode", default="eventlet", help="Deskbell's ASYNC_MODE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        redis = stack.enter_context(bus.started(folder))
        server = stack.enter_context(postgres.started())
        kinds = {
            f"{where}, {size} {'process' if size == 1 else 'processes'}": stack.enter_context(
                deskbell(options, folder / f"{where}{size}.db", size, redis, server, where)
            )
            for where in ("SQLite", "PostgreSQL")
            for size in (1, 2)
        }
        runs = {kind: [] for kind in kinds}
        for _ in range(options.rounds):
            for kind, each in kinds.items():
                runs[kind].append(run.drive(*each, "--seconds", options.seconds))
    for kind, results in runs.items():
        rates = [result["messages_per_second"] for result in results]
        p99 = statistics.median(result["acknowledgement_ms"]["p99"] for result in results)
        print(f"{kind:28}{statistics.median(rates):7.0f} a second, p99 {p99:6.1f} ms  {rates}")


@contextlib.contextmanager
def deskbell(
    options: argparse.Namespace,
    path: Path,
    size: int,
    redis: str,
    server: postgres.Postgres,
    where: str,
) -> Iterator[tuple]:
    port = run.free_port()
    more = {"DATABASE_URL": server.database()} if where == "PostgreSQL" else {}
    environment = run.settings(
        path, port, ASYNC_MODE=options.mode, WEB_CONCURRENCY=str(size), REDIS_URL=redis, **more
    )
    tokens = run.prepare(environment, options.customers)
    with run.running([sys.executable, "wsgi.py"], port, environment, run.CORES) as process:
        yield port, process.pid, tokens


if __name__ == "__main__":
    main()

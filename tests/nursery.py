"""Servers in a moment: a process that has imported everything gives birth to one after another.

To import it all takes a server longer than most tests do. Here that is done once for each async
mode, and `wsgi.py` runs in a fork: everything from its first line on is as it is alone. So does
a module that the environment names in `RUNS`.

`python -m tests.nursery MODE FOLDER`, whose folder is that of `once.py`, reads
JSON, a line each, and answers each with a line: a list of environment and log begins a server and
gives its process id; such an id gives the status with which it has ended, or null.
"""

import atexit
import importlib
import json
import os
import pkgutil
import posix  # which nobody patches
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parent.parent
NEEDED_LATER = ("engineio.async_drivers.{mode}", "sqlalchemy.dialects.sqlite.pysqlite")
SERVERS = {"eventlet": "eventlet.wsgi", "gevent": "gevent.pywsgi", "threading": "werkzeug.serving"}


class Born:
    """A server's process, as `subprocess.Popen` tells of one."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask(self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("wsgi.py", timeout)
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # until then nobody else has its number
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Nursery:
    """One async mode's."""

    by_mode: ClassVar[dict[str, "Nursery"]] = {}

    def __init__(self, mode: str) -> None:
        from tests import once  # which imports what the nursery has to patch before

        self.turn = Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", mode, str(once.folder())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.process.communicate)

    @classmethod
    def begin(cls, environment: dict[str, str], log: Path) -> Born:
        """A new server with this environment alone, whose words go to the log."""
        mode = environment.get("ASYNC_MODE", "eventlet")
        if mode not in cls.by_mode:
            cls.by_mode[mode] = cls(mode)
        nursery = cls.by_mode[mode]
        return Born(nursery, nursery.ask([environment, str(log)]))

    def ask(self, what: Any) -> Any:
        with self.turn:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps(what) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())


def prepare(mode: str, folder: str) -> None:
    """Patches as `wsgi.py` does, and imports what it will."""
    if mode == "eventlet":
        import warnings

        warnings.filterwarnings("ignore", message="\nEventlet is deprecated")
        import eventlet

        eventlet.monkey_patch()
    elif mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    import app
    from tests import once

    parts = [part.name for part in pkgutil.walk_packages(app.__path__, "app.")]
    for name in [*parts, *NEEDED_LATER, SERVERS[mode]]:
        importlib.import_module(name.format(mode=mode))
    once.keep_templates(Path(folder))
    once.keep_scripts(Path(folder))


def wait_for_birth() -> dict[str, str]:
    """Answers until a fork of this process is a new server; its environment.

    Nobody asks any more when the tests have ended, or were: no server outlives them.
    """
    alive: set[int] = set()
    for line in iter(sys.stdin.readline, ""):
        match json.loads(line):
            case int(pid):
                answer = ended(pid)
                if answer is not None:
                    alive.discard(pid)
            case environment, log:
                answer = posix.fork()
                if answer == 0:
                    look_like_a_new_process(log)
                    return dict(environment)
                alive.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(sys.argv[2], ignore_errors=True)  # who made it may have been killed
    sys.exit()


def ended(pid: int) -> int | None:
    found, status = posix.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def look_like_a_new_process(log: str) -> None:
    with open(os.devnull) as nothing, open(log, "ab") as words:
        os.dup2(nothing.fileno(), 0)
        os.dup2(words.fileno(), 1)
        os.dup2(words.fileno(), 2)
    sys.argv = ["wsgi.py"]


if __name__ == "__main__":
    prepare(*sys.argv[1:])
    given = wait_for_birth()
    os.environ.clear()
    os.environ.update(given)
    if "RUNS" in given:
        runpy.run_module(given["RUNS"], run_name="__main__")
    else:
        runpy.run_path("wsgi.py", run_name="__main__")

"""`WEB_CONCURRENCY` processes on one port, kept going.

This one looks after them and serves nobody: it holds the port, which they inherit, and knows
nothing of the application but its settings. Nothing here is patched.

- One that ends is begun anew; one that ends early, again and again, ever later. One that hangs as
  it begins or ends is killed.
- SIGTERM and SIGINT end all of them, as each would end alone, and then this one.
- SIGHUP replaces one after the other. The next one serves before the last one is told to end, so
  new code comes into force and no connection is refused.
- Should this one be killed, they notice by the tether that it held to each, and end too.
"""

import contextlib
import math
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import config
from app.listening import listen

READY = b"."
START_SECONDS = 60
END_SECONDS = 12  # each ends by itself in ten
EARLY_SECONDS = 10  # who ends sooner may do so again
LONGEST_PAUSE = 30.0
NAME = "DESKBELL_WORKER"


class Post:
    """What a worker has: its number, which nobody had before; the port and the tether, which it
    inherits; the folder in which it finds the others."""

    def __init__(self, given: str) -> None:
        number, port, tether, self.folder = given.split(" ", 3)
        self.number = int(number)
        self.port = socket.socket(fileno=int(port))
        self.tether = socket.socket(fileno=int(tether))

    @property
    def is_first(self) -> bool:
        return self.number == 1

    def tell_ready(self) -> None:
        self.tether.sendall(READY)

    def wait_for_the_end(self) -> None:
        """Until there is no supervisor any more, who would have tidied up."""
        with contextlib.suppress(OSError):
            while self.tether.recv(1):
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def post() -> Post | None:
    """That of this process, if it is a worker."""
    return Post(os.environ[NAME]) if NAME in os.environ else None


def metrics_folder(folder: str) -> str:
    return f"{folder}/metrics"


class Worker:
    """A process that serves."""

    def __init__(self, number: int, listener: socket.socket, folder: str, *more: str) -> None:
        self.number = number
        self.began = time.monotonic()
        self.due = self.began + START_SECONDS  # by then it serves, or has ended when told to
        self.is_ready = False
        self.tether, its_end = socket.socketpair()
        with its_end:
            fds = listener.fileno(), its_end.fileno()
            given = {
                NAME: f"{number} {fds[0]} {fds[1]} {folder}",
                "PROMETHEUS_MULTIPROC_DIR": metrics_folder(folder),
            }
            try:
                self.process = subprocess.Popen(
                    [sys.executable, *sys.argv[:1], *more],
                    env=os.environ | given,
                    pass_fds=fds,
                    process_group=0,  # Ctrl-C is for this process, which tells them
                )
            except OSError:
                self.tether.close()
                raise

    def listen(self) -> None:
        """To what the tether says: that it serves, or nothing more."""
        if self.tether.recv(1) == READY:
            self.is_ready, self.due = True, math.inf

    def leave(self) -> None:
        self.told(signal.SIGTERM)
        self.due = time.monotonic() + END_SECONDS

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.due

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def status(self) -> int:
        return self.process.wait()

    def told(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)


class Supervisor:
    def __init__(self, listener: socket.socket, size: int) -> None:
        self.listener, self.size = listener, size
        self.serving: list[Worker] = []
        self.leaving: list[Worker] = []
        self.numbers = iter(range(1, sys.maxsize))
        self.early = 0  # how many have ended early since one did not
        self.not_before = 0.0
        self.is_ending = self.is_to_roll = False
        self.folder = ""
        self.woken, self.waker = socket.socketpair()

    def run(self) -> int:
        """Until told to end; the exit status."""
        with self.within_a_folder(), self.hearing_signals():
            try:
                if (status := self.start_all()) == 0:
                    while not self.is_ending:
                        self.look_after()
                return status
            finally:
                self.end_all()

    def start_all(self) -> int:
        """The first one prepares for all. What it cannot do, the others cannot either."""
        first = self.start(*sys.argv[1:])
        if not self.comes(first):
            self.end([first])  # it may hang
            return 0 if self.is_ending else first.status or 1
        self.serving.append(first)
        return 0

    def look_after(self) -> None:
        if self.is_to_roll:
            self.is_to_roll = False
            self.roll()
        for worker in (*self.serving, *self.leaving):
            if worker.is_late:
                worker.told(signal.SIGKILL)
        for worker in [each for each in self.serving if each.has_ended]:
            self.serving.remove(worker)
            self.bury(worker)
            is_early = time.monotonic() - worker.began < EARLY_SECONDS
            self.early = self.early + 1 if is_early else 0
            pause = min(2**self.early / 4, LONGEST_PAUSE) if is_early else 0.0
            self.not_before = time.monotonic() + pause
            say(f"process {worker.number} ended with {worker.status}, another begins")
        while len(self.serving) < self.size and time.monotonic() >= self.not_before:
            try:
                self.serving.append(self.start())
            except OSError as error:  # no memory, no files, no program: later perhaps
                self.not_before = time.monotonic() + LONGEST_PAUSE / 10
                say(f"no process can begin: {error}")
        for worker in [each for each in self.leaving if each.has_ended]:
            self.leaving.remove(worker)
            self.bury(worker)
        self.wait(1)

    def roll(self) -> None:
        """Each is followed by another one, which serves before it is told to end."""
        for worker in list(self.serving):
            try:
                follower = self.start()
            except OSError as error:
                return say(f"no process can begin, the others stay as they are: {error}")
            if not self.comes(follower):
                if not self.is_ending:
                    say(f"process {follower.number} does not serve: the others stay as they are")
                self.end([follower])
                return
            self.serving[self.serving.index(worker)] = follower
            self.leaving.append(worker)
            worker.leave()
        say("every process has been followed by another one")

    def start(self, *more: str) -> Worker:
        return Worker(next(self.numbers), self.listener, self.folder, *more)

    def comes(self, worker: Worker) -> bool:
        """Waits until it serves; it does not if it ends, or takes too long, or all shall end."""
        while not worker.is_ready:
            if worker.has_ended or self.is_ending or worker.is_late:
                self.leaving.append(worker)
                return False
            self.wait(0.2, worker)
        return True

    def wait(self, seconds: float, *newcomers: Worker) -> None:
        """For a signal, or for a word of a worker: its end is one."""
        silent = [worker for worker in (*self.serving, *newcomers) if not worker.has_ended]
        ready, _, _ = select.select(
            [self.woken, *(each.tether for each in silent)], [], [], seconds
        )
        for worker in silent:
            if worker.tether in ready:
                worker.listen()
        if self.woken in ready:
            self.woken.recv(64)

    def end_all(self) -> None:
        self.end([*self.serving, *self.leaving])

    def end(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.leave()
        for worker in workers:
            try:
                worker.process.wait(max(0.0, worker.due - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            self.bury(worker)

    def bury(self, worker: Worker) -> None:
        """What it has left behind."""
        worker.tether.close()
        live = f"gauge_live*_{worker.process.pid}.db"
        with contextlib.suppress(OSError):
            for left in Path(metrics_folder(self.folder)).glob(live):
                left.unlink(missing_ok=True)

    @contextlib.contextmanager
    def within_a_folder(self) -> Iterator[None]:
        """Which nobody else may look into, with a path short enough for a socket's."""
        self.folder = tempfile.mkdtemp(prefix="deskbell-")
        os.mkdir(metrics_folder(self.folder))
        try:
            yield
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def hearing_signals(self) -> Iterator[None]:
        def on_end(number: int, _frame: object) -> None:
            if self.is_ending:  # told twice
                for worker in (*self.serving, *self.leaving):
                    worker.told(signal.SIGKILL)
            self.is_ending = True

        def on_roll(_number: int, _frame: object) -> None:
            self.is_to_roll = True

        self.waker.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        heard = {signal.SIGTERM: on_end, signal.SIGINT: on_end, signal.SIGHUP: on_roll}
        heard[signal.SIGCHLD] = lambda *_: None  # the wake-up is all that is wanted
        before = {number: signal.signal(number, handler) for number, handler in heard.items()}
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)


def supervise() -> int:
    """What `wsgi.py` does where several processes are to serve; the exit status."""
    try:
        settings = config.read()
    except config.SettingError as error:
        sys.exit(f"deskbell: {error}")
    listener = listen(settings["HOST"], settings["PORT"])
    listener.setblocking(False)  # of several that want to accept a connection one gets it
    return Supervisor(listener, settings["WEB_CONCURRENCY"]).run()


def say(words: str) -> None:
    with contextlib.suppress(OSError):  # a full disk, or nobody who reads any longer
        print(f"deskbell: {words}", file=sys.stderr, flush=True)

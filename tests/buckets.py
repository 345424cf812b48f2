"""A real server that speaks S3, moto's, in a process of its own, and a line to it that can be cut.

It keeps what it holds in memory. So it is not ended where it is to come back: its line is (who
asks is refused, what is under way is reset), or the process is held still, which answers nothing.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import obstore
import requests
from obstore.store import S3Store

from tests.servers import free_port, wait_until

BUCKET, REGION, KEY, SECRET = "desk", "eu-central-1", "AKIADESK", "a secret of the bucket"


class Bucket:
    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = folder / "bucket.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.log.open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(self.port)],
                env=kept | environment,
                stdout=words,
                stderr=words,
            )
        wait_until(self.answers, 30, self.said)
        made = requests.put(f"{self.url}/{BUCKET}", timeout=5)
        assert made.ok, made.text

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, prefix: str = "one", url: str | None = None) -> dict[str, str]:
        """Of a desk that has this part of it."""
        return {
            "FILE_STORE": f"s3://{BUCKET}/{prefix}",
            "FILE_STORE_ENDPOINT": url or self.url,
            "FILE_STORE_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def line(self, prefix: str = "one") -> S3Store:
        how: Any = {"access_key_id": KEY, "secret_access_key": SECRET, "endpoint": self.url}
        options: Any = {"allow_http": True}
        return S3Store(BUCKET, prefix=prefix, region=REGION, client_options=options, **how)

    def names(self, prefix: str = "one") -> set[str]:
        pages = obstore.list(self.line(prefix))
        return {each["path"].rpartition("/")[2] for page in pages for each in page}

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/moto-api/", timeout=2).ok
        except requests.RequestException:
            return False

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def hold_still(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)


class Cable:
    """A line to the bucket that can be cut and mended, at an address of its own."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self.ends: list[socket.socket] = []
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.let_in, args=(self.door,), daemon=True).start()

    def cut(self) -> None:
        """Who comes is refused, and what is under way is reset."""
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for end in self.ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def let_in(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()


def pass_on(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65536):
            to.sendall(some)
        to.shutdown(socket.SHUT_WR)


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Bucket]:
    bucket = Bucket(folder, **environment)
    try:
        yield bucket
    finally:
        bucket.end()

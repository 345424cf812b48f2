"""How a WebSocket waits for bytes.

Under eventlet each wait tells the kernel of the socket and, when it is over, to forget it again,
and begins with an attempt to read what is not there yet. A `Listener` tells the kernel once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.concurrency import mode


class Reader:
    """The socket's own way, whatever the mode."""

    def __init__(self, sock: Any) -> None:
        self.receive: Callable[[int], bytes] = sock.recv

    def stop(self) -> None:
        """Nobody reads any more, or somebody reads the socket itself."""


class Listener:
    """For one task at a time; raises `EOFError` as eventlet does for a socket closed elsewhere.

    Who is not waiting when bytes come is not waited for: the kernel is told to be silent until
    the next wait, so that nobody reads for a task that is busy.
    """

    __slots__ = ("get_hub", "getcurrent", "listener", "raw", "task")

    def __init__(self, sock: Any) -> None:
        from eventlet.hubs import get_hub
        from greenlet import getcurrent

        self.get_hub, self.getcurrent = get_hub, getcurrent
        self.raw = sock.fd
        self.listener: Any = None
        self.task: Any = None

    def receive(self, size: int) -> bytes:
        is_there = self.listener is None  # perhaps; where the kernel says so itself it is asked
        while True:
            if is_there:
                try:
                    return self.raw.recv(size)  # type: ignore[no-any-return]
                except BlockingIOError:
                    pass
            self.wait()
            is_there = True

    def wait(self) -> None:
        hub = self.get_hub()
        if self.listener is None:
            self.listener = hub.add(hub.READ, self.raw.fileno(), self.ready, self.lost, None)
        self.task = self.getcurrent()
        try:
            hub.switch()
        finally:
            self.task = None

    def ready(self, _fileno: int) -> None:
        if self.task is None:
            self.stop()
        else:
            self.task.switch()

    def lost(self, error: BaseException) -> None:
        """The number of the socket is another one's by now."""
        self.listener = None
        if self.task is not None:
            self.task.throw(error)

    def stop(self) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            self.get_hub().remove(listener)


def reader_of(sock: Any, shortcuts: bool) -> Reader | Listener:
    is_green = shortcuts and mode() == "eventlet" and hasattr(sock, "fd")
    return Listener(sock) if is_green else Reader(sock)

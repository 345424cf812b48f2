"""A socket that says what no client library would: Engine.IO and Socket.IO packets as text."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import websocket


class Raw:
    """A WebSocket past Engine.IO's handshake; `say` sends a frame as it stands."""

    def __init__(self, url: str) -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=15)
        assert self.socket.recv().startswith("0{")

    def enter(self, token: str) -> None:
        """Joins the namespace, as every client does first."""
        self.say(f'40/live,{{"token":"{token}"}}')
        assert self.socket.recv().startswith("40/live,{")

    def say(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self.socket.send(frame)
        else:
            self.socket.send_binary(frame)

    def answer(self) -> Any:
        """The next acknowledgement; what is told before it is passed over."""
        while not (frame := self.socket.recv()).startswith("43/live,"):
            assert frame, "the server hung up"
        return json.loads(frame[frame.index("[") :])[0]

    def ended_within(self, seconds: float) -> float | None:
        """How long the server took to end the connection; None when it did not."""
        started = time.monotonic()
        self.socket.settimeout(seconds)
        try:
            while time.monotonic() - started < seconds:
                frame = self.socket.recv()
                if not frame:
                    break
                if frame == "2":  # a ping: whoever is silent on purpose still lives
                    self.socket.send("3")
        except websocket.WebSocketTimeoutException:
            return None
        except (websocket.WebSocketException, OSError):
            pass
        return time.monotonic() - started

    def close(self) -> None:
        self.socket.shutdown()


@contextlib.contextmanager
def raw(url: str) -> Iterator[Raw]:
    line = Raw(url)
    try:
        yield line
    finally:
        line.close()

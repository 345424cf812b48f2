"""A client without a network: packets go into the Socket.IO server and come out of it by a call."""

import itertools
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from app.auth.tokens import access_token
from app.models.users import Actor
from app.sockets.server import sockets

NUMBERS = itertools.count(1)
ENVIRON = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}


class Near:
    """One socket in namespace `/live`; `came` is told each event as it would arrive."""

    def __init__(self, who: Actor, came: Callable[[str, Any], None]) -> None:
        self.came = came
        self.sid = f"near-{next(NUMBERS)}"
        self.answers: dict[int, Any] = {}
        self.asked = itertools.count(1)
        self.is_in = False
        self.server: Any = sockets.server
        # What Engine.IO keeps of a session, as far as a packet on its way out looks at it.
        self.server.eio.sockets[self.sid] = SimpleNamespace(closed=False, send=self.receive)
        self.server._handle_eio_connect(self.sid, dict(ENVIRON))
        self.packet("0/live," + json.dumps({"token": access_token(who)}))
        assert self.is_in

    def packet(self, text: str) -> None:
        self.server._handle_eio_message(self.sid, text)

    def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        """Emits; the acknowledgement."""
        number = next(self.asked)
        self.packet(f"2/live,{number}" + json.dumps([event, payload]))
        return dict(self.answers.pop(number))

    def receive(self, packet: Any) -> None:
        kind, data = packet.data[0], packet.data.partition(",")[2]
        if kind == "0":
            self.is_in = True
        elif kind == "2":
            self.came(*json.loads(data))
        elif kind == "3":
            number, _, answer = data.partition("[")
            self.answers[int(number)] = json.loads("[" + answer)[0]

    def close(self) -> None:
        self.server.eio.sockets.pop(self.sid, None)
        self.server._handle_eio_disconnect(self.sid, "transport close")

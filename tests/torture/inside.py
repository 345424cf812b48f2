"""`wsgi.py` as it is, with a window: SIGUSR1 writes down what the process holds.

`python -m tests.torture.inside`. With `PING_SECONDS` Engine.IO is less patient than it is.
"""

import gc
import json
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import Any


def look(*_: Any) -> None:
    import greenlet

    from app.operations import typing
    from app.protocols.speakers import speaking
    from app.realtime import viewers
    from app.sockets.connections import connections
    from app.sockets.server import sockets
    from app.sockets.sessions import Session

    rooms = sockets.server.manager.rooms
    held = {
        "sessions": len(sockets.server.eio.sockets),
        "born": len(sockets.server.born),
        "held at": sum(sockets.server.held.values()) + len(sockets.server.at),
        "leaving": len(sockets.server.leaving),
        "environs": len(sockets.server.environ),
        "connections": len(connections.by_sid) + len(connections.strangers),
        "people": len(connections.by_user),
        "of people": sum(len(each) for each in list(connections.by_user.values())),
        "addresses": len(connections.by_address),
        "at addresses": sum(len(sids) for sids in list(connections.by_address.values())),
        "speaking": sum(speaking.values()),
        "typing": len(typing.running) + len(typing.heard),
        "rooms": sum(len(named) for named in rooms.values()),
        "in rooms": sum(len(sids) for named in rooms.values() for sids in named.values()),
        "viewed": len(viewers.everywhere),
        "sessions in memory": alive(Session),
        "greenlets": alive(greenlet.greenlet),
        "threads": threading.active_count(),
    }
    window = Path(os.environ["WINDOW"])
    window.with_suffix(".new").write_text(json.dumps(held))
    window.with_suffix(".new").replace(window)


def alive(kind: type) -> int:
    """How many there are in memory; of greenlets, those that have begun and not ended."""
    gc.collect()
    return sum(isinstance(each, kind) and bool(each) for each in gc.get_objects())


def hurry(seconds: float) -> None:
    """Engine.IO asks for signs of life so often, and waits for them so long."""
    mode = os.environ.get("ASYNC_MODE", "eventlet")
    if mode == "eventlet":  # first of all, as wsgi.py does
        import eventlet

        eventlet.monkey_patch()
    elif mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    from app.sockets.server import Sockets

    begin = Sockets.init_app

    def init_app(self: Sockets, app: Any, **options: Any) -> None:
        begin(self, app, **options | {"ping_interval": seconds, "ping_timeout": seconds})

    Sockets.init_app = init_app  # type: ignore[method-assign]


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, look)
    if "PING_SECONDS" in os.environ:
        hurry(float(os.environ["PING_SECONDS"]))
    sys.argv = ["wsgi.py"]
    runpy.run_path("wsgi.py", run_name="__main__")

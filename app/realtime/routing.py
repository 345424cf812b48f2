"""Chats that come by themselves: looked at when something has happened, and what that changes told.

One task a process, beside all answers: whoever sends, closes or comes waits for none of it, and
however much happens in a moment is one look.
"""

import time
from threading import Event as Signal

import structlog
from flask import Flask, current_app

from app.announce import deliver
from app.events import AvailabilityChanged, PlaceChanged
from app.models.availability import Standing, State
from app.operations import routing
from app.operations.availability import idle_at
from app.queries import availability, inbox

# What nobody tells of, as that somebody is idle by now, or that their hours begin or end, is found
# by then.
LOOK_SECONDS = 5
PAUSE_SECONDS = 0.05  # what happens within it is looked at together
OFFLINE = State.OFFLINE
log = structlog.get_logger(__name__)


class Router:
    """Of this process; `told` is what its sockets know by now."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.awake = Signal()
        self.standings: dict[int, Standing] = {}
        self.places: dict[int, int] = {}

    def wake(self) -> None:
        self.awake.set()

    def run(self) -> None:
        """Looks again and again, whatever becomes of one time."""
        while True:
            self.awake.wait(LOOK_SECONDS)
            time.sleep(PAUSE_SECONDS)
            self.awake.clear()
            try:
                with self.app.app_context():
                    self.look()
            except Exception:
                log.exception("routing failed")

    def look(self) -> None:
        """Gives what can be given; tells whose state is another one now, and whose place."""
        routing.pull()
        standings = availability.standings(idle_at())
        known, self.standings = self.standings, standings
        deliver(
            AvailabilityChanged(who, *standing)
            for who, standing in standings.items()
            # Of who comes and goes `presence` tells.
            if known.get(who, standing) != standing
            and OFFLINE not in (known[who].state, standing.state)
        )
        waiting = inbox.places()
        before, self.places = self.places, {each.chat_id: each.place for each in waiting}
        # The first one is in the status that its customer asks for as the chat begins to wait.
        deliver(
            PlaceChanged(*each)
            for each in waiting
            if before.get(each.chat_id, each.place) != each.place
        )


def wake() -> None:
    """Something has happened by which a chat could come to somebody, or a place be another one."""
    router: Router | None = current_app.extensions.get("router")
    if router is not None:
        router.wake()

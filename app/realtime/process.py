"""This process: its name among several, and what it does beside serving."""

import os
import signal
import time
from collections.abc import Callable

import structlog
from flask import Flask

from app import clock, garbage
from app.announce import deliver
from app.concurrency import process_name
from app.errors import Unauthorized
from app.events import AccessEnded, PersonChanged
from app.jobs.runner import Runner
from app.operations import access, assignments, presence, sightings, typing, visits
from app.queries import rights
from app.realtime import viewers
from app.sockets.admission import drop_strangers, end
from app.sockets.connections import connections
from app.sockets.neighbours import Neighbours
from app.sockets.server import MAX_PAYLOAD, sockets
from app.supervisor import Post

UNATTENDED_SECONDS = 5
LOOK_SECONDS = 0.5
AWAY_SECONDS = 1.0  # who is back by then never left: a page is reloaded in less
OVERLAP_MS = 3000  # a change is stamped a moment before its commit shows it
log = structlog.get_logger(__name__)


def start(app: Flask) -> None:
    """Starts what runs beside the requests: housekeeping, jobs unless others do them, the bus."""
    garbage.keep_apart()
    house = House()
    heartbeat = app.config["PRESENCE_SECONDS"] / 3
    for job, seconds in (
        (house.tell_presence, LOOK_SECONDS),
        (house.end_what_no_longer_holds, LOOK_SECONDS),
        (end_who_is_no_longer_identified, LOOK_SECONDS),
        (house.tell_renamed, LOOK_SECONDS),
        (typing.expire, LOOK_SECONDS),
        (house.give_back, UNATTENDED_SECONDS),
        (house.renew_presence, heartbeat),
        (viewers.renew, heartbeat),
        (sockets.server.drop_silent, 1),
        (drop_strangers, 1),
        (sightings.note_down, 1),
        (visits.note_down, 1),
        (garbage.look_through, garbage.LOOK_SECONDS),
    ):
        sockets.start_background_task(repeat, app, job, seconds)
    if app.config["JOBS"] == "inside":
        app.extensions["runner"] = Runner(app, sockets.start_background_task)
        sockets.start_background_task(app.extensions["runner"].run)
    bus = app.extensions["bus"]
    if bus is not None:
        bus.send_by(sockets.start_background_task)
        sockets.start_background_task(bus.listen, app, deliver)


def join(post: Post) -> None:
    """Takes its place among several processes on a port, and ends with who looks after them."""
    sockets.server.eio.join(Neighbours(post.number, post.folder, MAX_PAYLOAD))
    sockets.start_background_task(end_after, post.wait_for_the_end)


def end_after(wait: Callable[[], None]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)


def leave(app: Flask) -> None:
    """Before this process ends: no more jobs, nobody is here any more, and what was handed to
    other processes comes to them anew."""
    if sockets.server.eio.neighbours is not None:
        sockets.server.eio.neighbours.let_go()
    if "runner" in app.extensions:
        app.extensions["runner"].end()
    with app.app_context():
        presence.update_process(process_name(), came=(), left=connections.people())


def has_left(app: Flask) -> bool:
    """Whether no job is left that would be cut off, and nobody who waits to be answered or told."""
    bus, runner = app.extensions["bus"], app.extensions.get("runner")
    neighbours = sockets.server.eio.neighbours
    return (
        (bus is None or bus.has_told)
        and (runner is None or runner.has_ended)
        and (neighbours is None or not neighbours.answering)
    )


def repeat(app: Flask, job: Callable[[], object], seconds: float) -> None:
    """Does the job again and again, whatever becomes of one time; none holds up another."""
    while True:
        sockets.sleep(seconds)
        try:
            with app.app_context():
                job()
        except Exception:
            log.exception("housekeeping failed", job=job.__name__)


def end_who_is_no_longer_identified() -> None:
    """Ends connections of people of whom their site says nothing any more.

    Nothing tells that a time is over, so each connection's own is looked at, in memory; it is
    another's turn alone where one is over.
    """
    for connection in list(connections.by_sid.values()):
        try:
            connection.actor = access.check_identified(connection.actor)
        except Unauthorized:
            end(connection)


class House:
    """What the housekeeping remembers from one time to the next."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.missing: dict[int, float] = {}
        self.checked = self.looked = clock.now()

    def tell_presence(self) -> None:
        """Tells who came, and who is missing for longer than a reload takes."""
        here, now, missing = connections.people(), time.monotonic(), self.missing
        for who in here & missing.keys():
            del missing[who]
        away = {
            who for who in self.known - here if now - missing.setdefault(who, now) >= AWAY_SECONDS
        }
        presence.update_process(process_name(), came=here - self.known, left=away)
        for who in away:
            del missing[who]
        self.known = (self.known | here) - away

    def renew_presence(self) -> None:
        presence.renew(process_name(), self.known & connections.people())
        presence.note_calls()
        presence.expire()

    def give_back(self) -> None:
        """Gives back to the queue what nobody sees."""
        if assignments.unattended():
            # Who is connected here is here, also when the clock has just been set forward.
            presence.renew(process_name(), self.known & connections.people())
            presence.note_calls()
            assignments.release_unattended()

    def tell_renamed(self) -> None:
        """Tells who is called otherwise now, by whatever process, the shell included."""
        since, now = self.looked - OVERLAP_MS, clock.now()
        renamed = rights.renamed_since(since)
        self.looked = now
        deliver([PersonChanged(*each) for each in renamed])

    def end_what_no_longer_holds(self) -> None:
        """Ends connections of people whose rights changed, in whatever process that was done."""
        since, now = self.checked - OVERLAP_MS, clock.now()
        changed = rights.changed_since(since)
        ended = rights.logins_ended_since(since)
        self.checked = now  # not before both were answered
        deliver([AccessEnded(user_id, version) for user_id, version in changed])
        deliver([AccessEnded(user_id, 0, login) for user_id, login in ended])

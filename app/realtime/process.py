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
from app.operations import (
    access,
    assignments,
    attributes,
    deliveries,
    presence,
    screens,
    search,
    sightings,
    triggers,
    typing,
    visits,
)
from app.queries import rights, targets
from app.realtime import bots, viewers
from app.realtime.routing import Router
from app.sockets.admission import drop_strangers, end
from app.sockets.connections import connections
from app.sockets.neighbours import Neighbours
from app.sockets.server import MAX_PAYLOAD, sockets
from app.supervisor import Post

UNATTENDED_SECONDS = 5
RULES_SECONDS = 5  # what nothing told of other rules, word lists and webhooks is known by then
LOOK_SECONDS = 0.5
INDEXED_TOGETHER = 50  # messages, in some milliseconds
# Of what that takes, so much longer it rests; while so many messages a second come, longer.
REST, BUSY_REST, BUSY_MESSAGES = 3, 30, 100
LATE_SECONDS = 10  # a message may be committed after others with a higher id
TARGETS_SECONDS = 5  # what sites say of first answers is remembered for rows so long
ATTRIBUTES_SECONDS = 3  # what sites say of somebody is found by then
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
        (house.index, LOOK_SECONDS),
        (bots.look, LOOK_SECONDS),
        (targets.look, TARGETS_SECONDS),
        (triggers.refresh, RULES_SECONDS),
        (screens.look, RULES_SECONDS),
        (deliveries.refresh, RULES_SECONDS),
        (house.give_back, UNATTENDED_SECONDS),
        (house.renew_presence, heartbeat),
        (viewers.renew, heartbeat),
        (sockets.server.drop_silent, 1),
        (drop_strangers, 1),
        (sightings.note_down, 1),
        (visits.note_down, 1),
        (attributes.catch_up, ATTRIBUTES_SECONDS),
        (garbage.look_through, garbage.LOOK_SECONDS),
    ):
        sockets.start_background_task(repeat, app, job, seconds)
    app.extensions["router"] = Router(app)
    sockets.start_background_task(app.extensions["router"].run)
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
        self.newest: int | None = None
        self.newest_at = self.newest_looked = time.monotonic()
        self.is_busy = False

    def index(self) -> None:
        """Lets a search find what was sent: a few messages at a time, and the busier the process
        is with new ones, the longer it waits in between. Nobody's message waits for that."""
        self.look_for_newest()
        if time.monotonic() - self.newest_at > LATE_SECONDS:
            return
        while True:
            began = time.monotonic()
            if search.catch_up(INDEXED_TOGETHER) < INDEXED_TOGETHER:
                return
            took = time.monotonic() - began
            sockets.sleep(took * (BUSY_REST if self.is_busy else REST))
            if time.monotonic() - self.newest_looked >= LOOK_SECONDS:
                self.look_for_newest()

    def look_for_newest(self) -> None:
        """Notes whether messages have come, and whether many a second do."""
        newest, now = search.newest(), time.monotonic()
        came = newest - (self.newest or newest)
        self.is_busy = came > BUSY_MESSAGES * (now - self.newest_looked)
        if newest != self.newest:
            self.newest, self.newest_at = newest, now
        self.newest_looked = now

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

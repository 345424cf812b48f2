"""Whatever happens in whatever order: state applied from events equals a fresh load."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import random
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import create_app
from app.cli import factories
from app.errors import ChatError
from app.extensions import db
from app.files import checking, parts
from app.models import database
from app.models.files import FileState, FileStatus
from app.models.users import Actor
from app.operations import assignments, closures, files, receipts
from app.queries import counts
from app.queries import messages as history
from app.realtime import rows
from app.schemas.chats import chat_out
from tests.conftest import settings_for
from tests.torture.figures import Figure
from tests.torture.keeper import Keeper, chat_of, fresh
from tests.torture.near import Near
from tests.torture.places import migrated

# So small that a few messages fill several pages.
PAGE = 4
# Of two kinds of files one is taken.
CONTENTS, TAKEN = (b"PK\x03\x04 and more", b"some words"), "application/zip"
UNKNOWN = files.SELECT_FILES.where(files.f.status == FileStatus.CHECKING).order_by(files.f.id)
# Not told in the staff room: how far the customer has read (docs/live.md).
NOT_IN_INBOX = ("version", "receipts", "unread")


class Step(NamedTuple):
    """Somebody does something; what `much` means depends on it."""

    who: int
    what: str
    much: int


class Listener:
    """Somebody in a chat, who may hear late, out of order, in part or nothing for a while."""

    def __init__(self, who: Actor, chat_id: int) -> None:
        self.who, self.chat_id = who, chat_id
        self.keeper = Keeper(chat_id)
        self.waiting: list[tuple[str, Any]] = []
        self.inbox: dict[str, Any] | None = None
        self.losing, self.is_losing, self.last_version = 0, False, 0
        self.has_lost, self.lost = False, set[int]()
        self.line: Near | None = None
        self.files: list[int] = []  # announced and not sent
        self.synced = 0
        self.come_back()

    @staticmethod
    def say_hello(customer: Actor) -> dict[str, Any]:
        """The first message of a new chat."""
        tab = Near(customer, lambda *_: None)
        answer = tab.ask("send_message", message="Hello", clientId="hello")
        tab.close()
        return dict(answer["message"])

    def come(self, name: str, said: Any) -> None:
        """What belongs to one version comes in its order, or is lost together: both are made of one
        event. Also where a row comes late."""
        version = version_of((name, said))
        if version != self.last_version:
            was_lost = version in self.lost
            self.is_losing = was_lost or self.losing > 0
            self.losing -= self.is_losing and not was_lost
        self.last_version = version
        if self.is_losing and version:
            self.lost.add(version)
        if self.is_losing:
            self.has_lost = True
        else:
            self.waiting.append((name, said))

    def listen(self, *, shuffled: random.Random | None = None) -> None:
        """Applies what has come; asks for what was missed."""
        if self.line is None:
            return
        if shuffled is not None:
            # What tells of one version keeps its order, also where a late row came between.
            in_turn = sorted(self.waiting, key=version_of)
            changes = [list(told) for _, told in itertools.groupby(in_turn, version_of)]
            shuffled.shuffle(changes)
            self.waiting = list(itertools.chain(*changes))
        heard, self.waiting = self.waiting, []
        for name, said in heard:
            self.look_at_inbox(name, said)
            if not self.keeper.hear(name, said):
                self.catch_up()

    def look_at_inbox(self, name: str, said: Any) -> None:
        if name in ("new_chat_message", "chat_changed") and said["chatId"] == self.chat_id:
            known = self.inbox["version"] if self.inbox else 0
            if said["version"] >= known:
                self.inbox = said["chat"]

    def catch_up(self, event: str = "sync") -> None:
        assert self.line is not None
        has_more = True
        while has_more:
            answer = self.line.ask(event, chatId=self.chat_id, after=self.keeper.version)
            assert answer["ok"], answer
            has_more, event = self.keeper.take(answer), "sync"
            self.synced += 1

    def cut(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None
            self.waiting.clear()

    def come_back(self) -> None:
        if self.line is None:
            self.line = Near(self.who, self.come)
            self.losing, self.is_losing, self.has_lost = 0, False, False
            self.lost.clear()
            self.catch_up("join_chat")

    def say(self, event: str, **payload: Any) -> None:
        """What is refused (blocked, already assigned, …) is no matter here."""
        if self.line is not None:
            self.line.ask(event, chatId=self.chat_id, **payload)

    def change(self, which: int, event: str, **payload: Any) -> None:
        """One of their own messages, as far as they know it."""
        own = [
            m for m in self.keeper.messages.values() if (m["sender"] or {}).get("id") == self.who.id
        ]
        if own:
            self.say(event, messageId=own[which % len(own)]["id"], **payload)

    def touch(self, which: int, event: str, **payload: Any) -> None:
        """Anybody's message, as far as they know it."""
        known = [m for m in self.keeper.messages.values() if m["sender"]]
        if known:
            self.say(event, messageId=known[which % len(known)]["id"], **payload)

    def settle(self) -> None:
        """Everything has come; whoever was cut off, or noticed a loss, has connected anew."""
        if self.has_lost or self.losing:
            self.cut()
        self.come_back()
        self.listen()


class Talk:
    """Lena in two tabs, Ana, Ben, and Maya who only watches the inbox and misses nothing."""

    def __init__(self, lena: Actor, staff: list[Actor], seed: int, late: list[Any]) -> None:
        self.random = random.Random(seed)
        self.late = late
        self.chat_id: int = Listener.say_hello(lena)["chatId"]
        self.staff = staff
        self.people = [Listener(who, self.chat_id) for who in (lena, lena, *staff[:2])]
        self.watcher = Listener(staff[2], self.chat_id)
        self.sent = self.attached = 0

    def do(self, step: Step) -> None:
        getattr(self, f"do_{step.what}")(self.people[step.who % len(self.people)], step.much)

    def do_send(self, one: Listener, much: int) -> None:
        for _ in range(1 + much % 3):
            self.sent += 1
            one.say("send_message", message=f"message {self.sent}", clientId=f"{self.sent}")

    def do_edit(self, one: Listener, much: int) -> None:
        self.sent += 1
        one.change(-1 - much, "edit_message", message=f"edited {self.sent}")

    def do_take_back(self, one: Listener, much: int) -> None:
        one.change(-1 - much, "delete_message")

    def do_react(self, one: Listener, much: int) -> None:
        one.touch(-1 - much, "react" if much % 3 else "unreact", emoji="👍🎉"[much % 2])

    def do_reply(self, one: Listener, much: int) -> None:
        self.sent += 1
        known = [m["id"] for m in one.keeper.messages.values()]
        if known:
            reply_to = known[much % len(known)]
            one.say("send_message", message="Yes", clientId=f"{self.sent}", replyTo=reply_to)

    def do_announce(self, one: Listener, much: int) -> None:
        """Of what one announces most is uploaded at once, and some is never."""
        if one.line is None:
            return
        content = CONTENTS[much % len(CONTENTS)]
        answer = one.line.ask("announce_file", name=f"file {much}", size=len(content))
        assert answer["ok"], answer
        file_id = answer["file"]["id"]
        if much < 5:
            parts.append(file_id, 0, len(content), io.BytesIO(content).read)
            files.arrived(file_id)
        one.files.append(file_id)

    def do_attach(self, one: Listener, much: int) -> None:
        """A message with what one has announced: it is refused where not all of it is here."""
        self.sent += 1
        if not one.files:
            self.do_announce(one, much)
        ids = [one.files.pop() for _ in range(min(len(one.files), 1 + much % 3))]
        said = {"message": f"files {self.sent}"[: 9 * (much % 2)], "attachments": ids}
        one.say("send_message", clientId=f"{self.sent}", **said)

    def do_give_up(self, one: Listener, much: int) -> None:
        if one.files:
            one.say("give_up_file", fileId=one.files.pop(much % len(one.files)))

    def do_look(self, one: Listener, much: int) -> None:
        """The job looks at some file, sent or not yet, and shows or refuses it."""
        unknown = [each.id for each in database.rows(UNKNOWN)]
        if unknown:
            checking.check(unknown[-1 - much % len(unknown)])

    def do_flood(self, one: Listener, much: int) -> None:
        for _ in range(PAGE + 1 + much):
            self.do_send(one, 0)

    def do_receive(self, one: Listener, much: int) -> None:
        one.say("mark_delivered", upTo=max(1, one.keeper.version - much))

    def do_read(self, one: Listener, much: int) -> None:
        one.say("mark_read", upTo=max(1, one.keeper.version - much))

    def do_claim(self, one: Listener, much: int) -> None:
        attempt(assignments.claim, self.staff[much % 2], self.chat_id)

    def do_assign(self, one: Listener, much: int) -> None:
        attempt(assignments.assign, self.staff[0], self.chat_id, self.staff[much % 3].id)

    def do_release(self, one: Listener, much: int) -> None:
        attempt(assignments.release, self.staff[much % 3], self.chat_id)

    def do_close(self, one: Listener, much: int) -> None:
        attempt(closures.close, one.who, self.chat_id)

    def do_reopen(self, one: Listener, much: int) -> None:
        attempt(closures.reopen, one.who, self.chat_id)

    def do_listen(self, one: Listener, much: int) -> None:
        one.listen(shuffled=self.random if much % 2 else None)

    def do_lose(self, one: Listener, much: int) -> None:
        one.losing = 1 + much

    def do_cut(self, one: Listener, much: int) -> None:
        one.cut()

    def do_return(self, one: Listener, much: int) -> None:
        one.come_back()

    def do_inbox(self, one: Listener, much: int) -> None:
        """The moment within which rows for staff are put together is over."""
        while self.late:
            self.late.pop(0)()

    def end(self) -> int:
        """Everybody sees what is there. How often somebody had to ask."""
        self.do_inbox(self.watcher, 0)
        everybody = [*self.people, self.watcher]
        for one in everybody:
            one.settle()
        truth = fresh(self.chat_id)
        for one in everybody:
            assert one.keeper.state() == truth
        for message in truth[1]:
            rows_of_it = database.rows(files.OF_MESSAGE, of_message=message["id"])
            told = sorted(message["attachments"], key=itemgetter("id"))
            assert told == [FileState._make(row).attached for row in rows_of_it]
            self.attached += len(message["attachments"])
        if self.watcher.inbox is not None:
            row = chat_out(chat_of(self.chat_id))
            seen = self.watcher.inbox
            assert seen["unread"]["staff"] == row["unread"]["staff"]
            for name in row.keys() - set(NOT_IN_INBOX):
                assert seen[name] == row[name], name
        for one in everybody:
            one.cut()
        return sum(one.synced for one in everybody)


DOINGS = sorted(name.removeprefix("do_") for name in vars(Talk) if name.startswith("do_"))
STEPS = st.builds(
    Step, st.integers(0, 3), st.sampled_from([*DOINGS, "send", "send", "read"]), st.integers(0, 5)
)


def kept_up(app: Flask, *, schedules: int) -> Figure:
    """So many schedules of 12 to 40 steps, chosen and made small by hypothesis."""
    staff = factories.people([(name, "agent", None) for name in ("Ana", "Ben", "Maya")])
    customers = new_customers()
    total = {"schedules": 0, "steps": 0, "asked": 0, "files": 0}

    @settings(
        max_examples=schedules,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.lists(STEPS, min_size=12, max_size=40), st.integers(0, 1000))
    def holds(steps: list[Step], seed: int) -> None:
        talk = Talk(next(customers), staff, seed, late)
        for step in steps:
            talk.do(step)
        total["asked"] += talk.end()
        total["schedules"] += 1
        total["files"] += talk.attached
        total["steps"] += len(steps)

    with small_pages(), late_rows() as late:
        holds()
    assert counts.wrong() == {}
    assert total["schedules"] >= schedules
    assert total["files"] > 0
    return Figure(
        6,
        f"state from events equals a fresh load, {total['schedules']:,} schedules",
        f"{total['steps']:,} steps, {total['files']:,} files, {total['asked']:,} syncs, 0 differ",
        "0 differ",
    )


def version_of(told: tuple[str, Any]) -> int:
    """The version that an event is about; what has none is about itself."""
    return int(told[1].get("version", 0))


def attempt(operation: Any, *arguments: Any) -> None:
    with contextlib.suppress(ChatError):  # it does not fit the chat's state: nothing happened
        operation(*arguments)


@contextlib.contextmanager
def small_pages() -> Iterator[None]:
    changed = functools.partial(history.changed, limit=PAGE)
    with (
        mock.patch.object(receipts, "BATCH", PAGE),
        mock.patch.object(history, "changed", changed),
    ):
        yield


@contextlib.contextmanager
def late_rows() -> Iterator[list[Any]]:
    """But for one at a time, rows for staff wait until whoever has this list runs what is in it."""
    late: list[Any] = []

    def later(task: Any, *about: Any) -> None:
        late.append(lambda: task(*about))

    loop = SimpleNamespace(start_background_task=later, sleep=lambda seconds: None)
    with (
        mock.patch.object(rows, "AT_ONCE", 1),
        mock.patch.object(rows, "WINDOW_SECONDS", 3600),
        mock.patch.object(rows, "sockets", SimpleNamespace(server=loop)),
    ):
        yield late


def new_customers() -> Iterator[Actor]:
    while True:
        yield from factories.people([("Lena", "customer", None)] * 200)


@contextlib.contextmanager
def application(folder: Path) -> Iterator[Flask]:
    """The application in this process, without limits, on a database of its own."""
    app = create_app(
        settings_for(migrated(folder), RATE_LIMITS="off", PROTOCOLS="none", FILE_TYPES=TAKEN)
    )
    with app.app_context():
        yield app
        db.engine.dispose()


def large(folder: Path) -> Iterator[Figure]:
    with application(folder) as app:
        yield kept_up(app, schedules=2000)

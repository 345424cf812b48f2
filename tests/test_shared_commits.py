"""Those who write at the same time share a commit, and nothing else."""

import threading
from collections.abc import Callable, Iterator
from sqlite3 import DatabaseError, OperationalError
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.errors import ChatNotFound, Unavailable
from app.events import MessageSent
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import messages, writers
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import messages as history
from tests import wide
from tests.people import People
from tests.races import at_once
from tests.servers import wait_until

pytestmark = wide.of_sqlite


class Disk:
    """Each commit waits at it until it is let on, or fails."""

    def __init__(self, app: Flask) -> None:
        self.writer = app.extensions["begin"]
        self.commits = 0
        self.is_free = threading.Event()
        self.is_full = False
        self.interruption: BaseException | None = None  # of who waits for the second one

    def do(self, commit: Callable[[], None]) -> BaseException | None:
        self.commits += 1
        assert self.is_free.wait(10)
        if self.is_full:
            raise OperationalError("disk I/O error")
        commit()
        return self.interruption if self.commits == 2 else None

    def is_busy_with(self, others: int) -> bool:
        return self.commits == 1 and len(self.writer.waiting) == others


@pytest.fixture
def disk(app: Flask, chat_id: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(app)
    monkeypatch.setattr(disk.writer, "beside", disk)
    yield disk
    disk.is_free.set()


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


@pytest.fixture
def told(app: Flask, chat_id: int) -> list[MessageSent]:
    told: list[MessageSent] = []
    app.extensions["deliverers"] = (told.append,)
    return told


def while_it_is_busy(
    disk: Disk, act: Callable[[int], Any], times: int, then: Callable[[], None] = lambda: None
) -> list[Any]:
    """What each gives of whom the first one keeps the disk busy, so that the others meet there."""
    first = threading.Event()

    def one(number: int) -> Any:
        if number == 0:
            first.set()
        else:
            assert first.wait(10)
            wait_until(lambda: disk.commits == 1)
        return act(number)

    def let_on() -> None:
        wait_until(lambda: disk.is_busy_with(times - 1))
        then()
        disk.is_free.set()

    letting = threading.Thread(target=let_on)
    letting.start()
    results = at_once(one, times)
    letting.join()
    return results


def texts(chat_id: int) -> set[str]:
    return {message.text for message in history.before(chat_id).messages}


def test_those_who_wait_share_a_commit(
    people: People, chat_id: int, disk: Disk, told: list[MessageSent]
) -> None:
    sent = while_it_is_busy(
        disk, lambda n: messages.send(people.lena, chat_id, Draft(f"{n}", f"{n}")), 8
    )
    assert disk.commits == 2
    versions = [event.message.version for event in told]
    assert versions == list(range(versions[0], versions[0] + 8))  # in their order
    assert sorted(message.version for message in sent) == versions
    assert texts(chat_id) == {"Hello", *map(str, range(8))}


def test_who_is_stored_first_is_told_first(
    app: Flask, people: People, chat_id: int, told: list[MessageSent]
) -> None:
    """However long the first one's telling takes: a later commit does not overtake it."""
    first_is_being_told, second_is_told = threading.Event(), threading.Event()

    def tell(event: MessageSent) -> None:
        if event.message.text == "0":
            first_is_being_told.set()
            second_is_told.wait(0.3)  # which it is not, however long
        told.append(event)
        second_is_told.set()

    def send(number: int) -> None:
        if number:
            assert first_is_being_told.wait(10)
        messages.send(people.lena, chat_id, Draft(f"{number}", f"{number}"))

    app.extensions["deliverers"] = (tell,)
    at_once(send, 2)
    assert [event.message.text for event in told] == ["0", "1"]


def test_what_is_refused_costs_the_others_nothing(
    people: People, chat_id: int, disk: Disk, told: list[MessageSent]
) -> None:
    def act(number: int) -> Any:
        if number % 3 == 1:
            return messages.send(people.marcus, chat_id, Draft("Not mine", f"{number}"))
        if number % 3 == 2:
            return messages.send(people.lena, chat_id, Draft("Twice", "twice"))
        return messages.send(people.lena, chat_id, Draft(f"{number}", f"{number}"))

    sent = while_it_is_busy(disk, act, 9)
    assert disk.commits == 2
    assert [type(sent[number]) for number in (1, 4, 7)] == [ChatNotFound] * 3
    assert sent[2] == sent[5] == sent[8]
    assert texts(chat_id) == {"Hello", "0", "3", "6", "Twice"}
    assert len(told) == 4


def test_what_a_full_disk_takes_from_one_it_takes_from_all(
    app: Flask, people: People, chat_id: int, disk: Disk, told: list[MessageSent]
) -> None:
    def fill() -> None:
        disk.is_full = True

    sent = while_it_is_busy(
        disk, lambda n: messages.send(people.lena, chat_id, Draft(f"{n}", f"{n}")), 6, fill
    )
    assert [type(error) for error in sent] == [Unavailable] * 6
    assert told == []
    assert texts(chat_id) == {"Hello"}
    disk.is_full = False
    messages.send(people.lena, chat_id, Draft("Again", "0"))
    assert texts(chat_id) == {"Hello", "Again"}


def test_who_is_ended_while_they_commit_for_all_tells_of_it_first(
    people: People, chat_id: int, disk: Disk, told: list[MessageSent]
) -> None:
    class End(Exception):
        pass

    disk.interruption = End()
    sent = while_it_is_busy(
        disk, lambda n: messages.send(people.lena, chat_id, Draft(f"{n}", f"{n}")), 6
    )
    assert sum(isinstance(each, End) for each in sent) == 1
    assert texts(chat_id) == {"Hello", *map(str, range(6))}
    assert len(told) == 6


def test_what_cannot_be_undone_is_not_stored_with_the_others(
    app: Flask, people: People, chat_id: int, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        """A connection that cannot go back to a savepoint."""

        def __init__(self, raw: Any) -> None:
            self.raw = raw

        def __getattr__(self, name: str) -> Any:
            return getattr(self.raw, name)

        def execute(self, sql: str) -> Any:
            if sql == "ROLLBACK TO one":
                raise DatabaseError("database disk image is malformed")
            return self.raw.execute(sql)

    def act(number: int) -> Any:
        if number != 3:
            return messages.send(people.lena, chat_id, Draft(f"{number}", f"{number}"))
        with transaction() as tx:
            tx.run(text("UPDATE messages SET text = 'changed'"), {})
            raise ChatNotFound

    raw_of = writers.raw_of
    monkeypatch.setattr(writers, "raw_of", lambda connection: Broken(raw_of(connection)))
    sent = while_it_is_busy(disk, act, 6)
    monkeypatch.undo()
    told = {each.text for each in sent if isinstance(each, MessageState)}
    assert texts(chat_id) == {"Hello"} | told  # those of another group among them
    assert isinstance(sent[3], DatabaseError)


@pytest.mark.parametrize("who", ["lena", "marcus"])
def test_a_group_is_not_too_big_also_of_those_who_are_refused(
    people: People, chat_id: int, disk: Disk, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(writers, "MOST_TOGETHER", 4)
    groups: list[writers.Group] = []

    class Group(writers.Group):
        def __init__(self, *about: Any) -> None:
            super().__init__(*about)
            groups.append(self)

    monkeypatch.setattr(writers, "Group", Group)

    def act(number: int) -> Any:
        sender = getattr(people, who) if number else people.lena
        return messages.send(sender, chat_id, Draft(f"{number}", f"{number}"))

    while_it_is_busy(disk, act, 9)
    assert [group.size for group in groups] == [1, 4, 4]
    assert len(texts(chat_id)) == {"lena": 10, "marcus": 2}[who]


def test_who_is_ended_as_they_wait_leaves_nobody_behind(
    app: Flask, people: People, chat_id: int, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn is handed to somebody who does not take it any more."""
    writer = app.extensions["begin"]
    disk.is_free.set()
    writer.waiting.append(None)  # somebody waits
    turn = writer.turn

    class Turn:
        acquire = turn.acquire

        def release(self) -> None:
            if writer.waiting:
                writer.waiting.pop()  # and has just been ended
            turn.release()

    monkeypatch.setattr(writer, "turn", Turn())
    messages.send(people.lena, chat_id, Draft("Alone", "b"))
    assert disk.commits == 1
    assert texts(chat_id) == {"Hello", "Alone"}


def test_the_one_who_is_ended_while_waiting_ends_what_was_left_to_them(
    app: Flask, people: People, chat_id: int, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = app.extensions["begin"]
    disk.is_free.set()
    writer.waiting.append(None)
    sent = threading.Thread(target=in_context(app, send_to(people.lena, chat_id)))
    sent.start()  # it passes the turn on, and waits for the commit
    wait_until(lambda: writer.group is not None and not writer.turn.locked())
    writer.waiting.pop()

    class Turn:
        @staticmethod
        def acquire(blocking: bool = True) -> bool:
            if blocking:
                raise KeyboardInterrupt
            return bool(turn.acquire(blocking=False))

        @staticmethod
        def release() -> None:
            turn.release()

    turn = writer.turn
    monkeypatch.setattr(writer, "turn", Turn())
    with pytest.raises(KeyboardInterrupt):
        writer.take_turn()
    sent.join(10)
    assert not sent.is_alive()
    assert texts(chat_id) == {"Hello", "Left"}


def send_to(who: Actor, chat_id: int) -> Callable[[], Any]:
    return lambda: messages.send(who, chat_id, Draft("Left", "left"))


def in_context(app: Flask, act: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            act()

    return run


def test_who_does_nothing_leaves_nothing_behind(app: Flask, people: People, chat_id: int) -> None:
    with pytest.raises(ChatNotFound), transaction():
        raise ChatNotFound
    assert not app.extensions["begin"].opened()[1].in_transaction
    messages.send(people.lena, chat_id, Draft("Again", "b"))
    assert texts(chat_id) == {"Hello", "Again"}

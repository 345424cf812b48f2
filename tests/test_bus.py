"""What goes over the bus holds nobody up; what comes, read or not, leaves the ear where it is."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from app import bus
from app.announce import deliver
from app.bus import Bus, packed
from app.cli.past import fill
from app.concurrency import process_name
from app.events import AccessEnded, Event, Missed
from app.models import chats, database
from app.models.chats import ChatState
from app.operations import messages
from app.operations.messages import Draft
from app.realtime import deliver as sockets_told
from app.sockets.server import sockets
from tests.jobs import NOW
from tests.people import People
from tests.servers import wait_until


class Ended(BaseException):
    """There is nothing more to hear."""


class Ear:
    """A subscription that says this, one after the other; an error is raised."""

    def __init__(self, *said: bytes | Exception) -> None:
        self.said = iter(said)
        self.subscribed = 0

    def pubsub(self, **_: Any) -> AbstractContextManager["Ear"]:
        return nullcontext(self)

    def subscribe(self, _channel: str) -> None:
        self.subscribed += 1

    def get_message(self, timeout: float) -> dict[str, bytes]:
        said = next(self.said, Ended())
        if isinstance(said, BaseException):
            raise said
        return {"data": said}


def heard(app: Flask, monkeypatch: pytest.MonkeyPatch, *said: bytes | Exception) -> Ear:
    ear, listener = Ear(*said), Bus("redis://127.0.0.1:1/0", "deskbell:tests")
    monkeypatch.setattr(listener, "ear", ear)
    with pytest.raises(Ended):
        listener.listen(app, deliver)
    return ear


@pytest.mark.parametrize(
    "strange",
    [
        b"no JSON",
        b'{"from": "there", "said": [["OfTomorrow", 1]]}',
        b'{"from": "there", "said": [["AccessEnded", 1, 2, "3", "a new field"]]}',
    ],
)
def test_what_cannot_be_read_is_left_out_and_the_next_is_heard(
    app: Flask, announced: list[Event], monkeypatch: pytest.MonkeyPatch, strange: bytes
) -> None:
    event = AccessEnded(1, 2)
    known = packed([event]).replace(process_name().encode(), b"there")
    assert heard(app, monkeypatch, strange, known).subscribed == 1
    assert announced == [event]


def test_after_an_error_of_the_line_it_subscribes_again_and_tells_what_may_be_missed(
    app: Flask,
    announced: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    later: Callable[[int], None],
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(bus.time, "sleep", paused.append)
    errors = (bus.redis.ConnectionError(), OSError("the line is cut"))
    assert heard(app, monkeypatch, *errors).subscribed == 3
    assert paused == [bus.RETRY_SECONDS] * 2
    assert announced == [Missed(NOW - bus.LOST_MS)] * 2


class Mouth:
    """A Redis that is told; each publish waits until it is let on."""

    def __init__(self) -> None:
        self.said: list[list[int]] = []
        self.is_asked, self.is_free = threading.Event(), threading.Event()

    def publish(self, _channel: str, data: bytes) -> None:
        self.is_asked.set()
        assert self.is_free.wait(10)
        self.said.append([event[1] for event in orjson.loads(data)["said"]])


@pytest.fixture
def mouth(monkeypatch: pytest.MonkeyPatch) -> tuple[Bus, Mouth]:
    speaker, mouth = Bus("redis://127.0.0.1:1/0", "deskbell:tests"), Mouth()
    monkeypatch.setattr(speaker, "redis", mouth)
    return speaker, mouth


def test_what_is_announced_meanwhile_is_told_together_and_in_its_order(
    mouth: tuple[Bus, Mouth],
) -> None:
    speaker, redis = mouth
    speaker.send_by(lambda send: threading.Thread(target=send).start())
    speaker.publish([AccessEnded(1, 0)])
    assert redis.is_asked.wait(10)
    for number in range(2, bus.TOGETHER + 3):
        speaker.publish([AccessEnded(number, 0)])  # which waits for nothing
    assert (redis.said, speaker.is_sending) == ([], True)
    redis.is_free.set()
    wait_until(lambda: not speaker.is_sending)
    assert [len(together) for together in redis.said] == [1, bus.TOGETHER, 1]
    assert list(chain.from_iterable(redis.said)) == list(range(1, bus.TOGETHER + 3))
    speaker.publish([AccessEnded(0, 0)])
    wait_until(lambda: redis.said[-1] == [0])


def test_of_what_waits_for_too_long_it_is_told_that_it_was_missed(
    mouth: tuple[Bus, Mouth], later: Callable[[int], None]
) -> None:
    speaker, redis = mouth
    begun: list[object] = []
    speaker.send_by(begun.append)  # it does not come to it
    for number in range(bus.MOST_WAITING + 5):
        speaker.publish([AccessEnded(number, 0)])
        later(1)
    assert len(begun) == 1
    redis.is_free.set()
    speaker.send_waiting()
    said = list(chain.from_iterable(redis.said))
    assert said == [NOW + bus.MOST_WAITING - bus.LOST_MS, *range(5, bus.MOST_WAITING + 5)]
    assert not speaker.is_sending


def test_what_redis_does_not_take_is_told_again_until_it_does(
    mouth: tuple[Bus, Mouth], monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker, redis = mouth
    speaker.send_by(lambda send: None)
    speaker.publish([AccessEnded(1, 0)])
    tried: list[bool] = []

    def wait(_seconds: float) -> None:
        tried.append(speaker.has_told)  # nobody waits for it
        speaker.publish([AccessEnded(1 + len(tried), 0)])
        if len(tried) == 3:
            monkeypatch.setattr(speaker, "redis", redis)

    monkeypatch.setattr(speaker, "redis", Bus("redis://127.0.0.1:1/0", "deskbell:tests").redis)
    monkeypatch.setattr(bus.time, "sleep", wait)
    redis.is_free.set()
    speaker.send_waiting()
    assert tried == [True] * 3
    assert redis.said == [[1], [2, 3, 4]]
    assert speaker.has_told


def test_in_a_shell_it_has_been_told_when_the_command_goes_on(mouth: tuple[Bus, Mouth]) -> None:
    speaker, redis = mouth
    redis.is_free.set()
    speaker.publish([AccessEnded(7, 0)])
    assert redis.said == [[7]]


def test_after_a_long_time_others_have_their_turn_between_all_that_changed(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(250)
    last = database.scalar(select(func.max(chats.table.c.id)))
    told: list[ChatState] = []
    turns: list[int] = []

    def turn(seconds: float) -> None:
        turns.append(len(told))
        if len(turns) == 1:
            messages.send(people.ana, last, Draft("Said meanwhile"))

    monkeypatch.setattr(sockets_told, "chat_changed", lambda event: told.append(event.chat))
    monkeypatch.setattr(sockets.server, "sleep", turn)
    sockets_told.missed(Missed(0))
    assert [chat.id for chat in told] == [
        row.id for row in database.rows(select(chats.table.c.id).order_by(chats.table.c.id))
    ]
    assert told[-1].last_text == "Said meanwhile"
    assert turns == list(range(1, len(told) + 1))

"""What comes over the bus, read or not, leaves the ear where it is."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from flask import Flask

from app import bus
from app.announce import deliver
from app.bus import Bus, packed
from app.concurrency import process_name
from app.events import AccessEnded, Event


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


def test_after_an_error_of_the_line_it_waits_and_subscribes_again(
    app: Flask, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(bus.time, "sleep", paused.append)
    errors = (bus.redis.ConnectionError(), OSError("the line is cut"))
    assert heard(app, monkeypatch, *errors).subscribed == 3
    assert paused == [bus.RETRY_SECONDS] * 2

"""The clock is set back and forward while people chat."""

from __future__ import annotations

import contextlib
import datetime
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask

from app.auth.tokens import access_token, actor_of_token
from app.cli import factories
from app.errors import Unauthorized
from app.models.users import Actor
from app.queries import counts
from tests.torture.crowd import check_kept_once
from tests.torture.figures import Figure
from tests.torture.keeper import fresh
from tests.torture.schedules import Listener, application

HOUR = 3600
LEEWAY_SECONDS = 60
true_time, true_time_ns = time.time, time.time_ns


@contextlib.contextmanager
def clock_set(seconds: float) -> Iterator[None]:
    """Everything in this process that asks for the time of day is told another one."""

    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.fromtimestamp(true_time() + seconds, tz)

    def wrong_time() -> float:
        return true_time() + seconds

    def wrong_time_ns() -> int:
        return true_time_ns() + int(seconds * 1e9)

    with (
        mock.patch.object(time, "time", wrong_time),
        mock.patch.object(time, "time_ns", wrong_time_ns),
        mock.patch("jwt.api_jwt.datetime", Wrong),
    ):
        yield


def in_order(app: Flask, *, sends: int) -> Figure:
    """So many messages, and the clock somewhere else within two hours before each."""
    lena, ana = factories.people([("Lena", "customer", None), ("Ana", "agent", None)])
    hello = Listener.say_hello(lena)
    both = [Listener(who, hello["chatId"]) for who in (lena, ana)]
    acknowledged, jumps = [hello], 0
    for number in range(sends):
        with clock_set(random.choice([-HOUR, 0, HOUR])):
            jumps += 1
            one = both[number % 2]
            assert one.line is not None
            answer = one.line.ask(
                "send_message", chatId=one.chat_id, message=f"{number}", clientId=f"{number}"
            )
            acknowledged.append(answer["message"])
            if number % 10 == 0:
                both[(number + 1) % 2].say("mark_read", upTo=answer["message"]["seq"])
            if number % 25 == 0:
                one.cut()
                one.come_back()
    for one in both:
        one.settle()
        assert one.keeper.state() == fresh(hello["chatId"])
        one.cut()
    said = [m["message"] for m in fresh(hello["chatId"])[1] if m["sender"]]
    assert said == [message["message"] for message in acknowledged]
    check_kept_once(acknowledged)
    assert counts.wrong() == {}
    return Figure(
        10,
        f"the clock set back and forward an hour, {jumps:,} times",
        f"{len(said):,} messages in the order of sending",
        "in order",
    )


def leeway(app: Flask) -> Figure:
    """For how long a token holds beyond its end, and how long before its beginning."""
    (lena,) = factories.people([("Lena", "customer", None)])
    token = access_token(lena, HOUR)
    late = last_held(token, lena, HOUR, 1)
    early = last_held(token, lena, 0, -1)
    assert late <= LEEWAY_SECONDS
    assert early <= LEEWAY_SECONDS
    return Figure(10, "a token's leeway", f"{late} s late, {early} s early", f"{LEEWAY_SECONDS} s")


def last_held(token: str, who: Actor, begins: int, direction: int) -> int:
    """How many seconds on, in this direction, the token still holds."""
    for seconds in range(0, 3 * LEEWAY_SECONDS):
        with clock_set(begins + direction * seconds):
            try:
                assert actor_of_token(token).id == who.id
            except Unauthorized:
                return seconds - 1
    raise AssertionError("it holds for ever")


def large(folder: Path) -> Iterator[Figure]:
    with application(folder) as app:
        yield in_order(app, sends=2000)
        yield leeway(app)

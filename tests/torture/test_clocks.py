"""A clock that is set back and forward."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.cli import factories
from app.concurrency import process_name
from app.errors import TooFast
from app.models.chats import Status
from app.operations import assignments, limits, presence
from app.realtime.process import House
from tests.torture.clocks import HOUR, clock_set, in_order, leeway
from tests.torture.keeper import chat_of
from tests.torture.schedules import Listener, application


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Flask]:
    with application(tmp_path) as app:
        yield app


def test_order_is_the_order_of_sending_whatever_the_clock_says(near: Flask) -> None:
    in_order(near, sends=60)


def test_a_token_holds_no_minute_longer_than_it_says(near: Flask) -> None:
    leeway(near)


def test_who_sent_before_the_clock_was_set_back_is_not_too_fast_for_an_hour(near: Flask) -> None:
    near.config["RATE_LIMITS"] = True
    (lena,) = factories.people([("Lena", "customer", None)])
    for _ in range(10):
        limits.sends(lena)
    with pytest.raises(TooFast):
        limits.sends(lena)
    with clock_set(-HOUR):
        with pytest.raises(TooFast) as refused:
            limits.sends(lena)
        assert refused.value.retry_after is not None
        assert refused.value.retry_after <= 10


def test_an_agent_who_is_there_keeps_their_chats_when_the_clock_is_set_forward(
    near: Flask,
) -> None:
    lena, ana = factories.people([("Lena", "customer", None), ("Ana", "agent", None)])
    chat_id = Listener.say_hello(lena)["chatId"]
    assignments.claim(ana, chat_id)
    presence.update_process(process_name(), came=[ana.id], left=[])
    presence.update_process(process_name(), came=[], left=[ana.id])  # so that it is known when
    presence.update_process(process_name(), came=[ana.id], left=[])
    with clock_set(HOUR):
        assert assignments.unattended() == [chat_id]
        House().give_back()
        assert chat_of(chat_id).status == Status.OPEN
        presence.update_process(process_name(), came=[], left=[ana.id])
    with clock_set(2 * HOUR):
        House().give_back()
        assert chat_of(chat_id).status == Status.WAITING

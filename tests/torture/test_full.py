"""A disk that is full."""

from pathlib import Path

import pytest
from flask import Flask

from app.errors import Unavailable
from app.operations import messages
from app.operations.messages import Draft
from app.queries import counts
from app.queries import messages as history
from tests.people import People
from tests.torture.full import MayNotMount, filled


def test_a_full_disk_refuses_to_send_serves_to_read_and_takes_again(tmp_path: Path) -> None:
    try:
        filled(tmp_path, "eventlet")
    except MayNotMount:
        pytest.skip("only who may mount can fill a disk of their own")


def test_a_database_that_may_not_grow_says_so_and_goes_on_when_it_may(
    app: Flask, people: People
) -> None:
    app.config["RATE_LIMITS"] = False
    chat_id = messages.send(people.lena, None, Draft("Hello", "hello")).chat_id
    raw = app.extensions["begin"].opened()[1]
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    sent, number = 1, 0
    with pytest.raises(Unavailable):  # noqa: PT012
        while True:
            number += 1
            messages.send(people.lena, chat_id, Draft("x" * 2000, f"{number}"))
            sent += 1
    assert len(history.before(chat_id, limit=100).messages) == sent < 100
    # A new connection, which the writer takes after such an error, may grow again.
    messages.send(people.lena, chat_id, Draft("x" * 2000, f"{number}"))
    assert len(history.before(chat_id, limit=100).messages) == sent + 1
    assert counts.wrong() == {}

"""Inbox rows: at once in calm times, together in busy ones, the newest of each, none lost."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.cli.factories import state
from app.models.chats import ChatState
from app.operations import messages
from app.operations.messages import Draft
from app.realtime import rows
from app.realtime.rows import AT_ONCE, Row, Rows
from app.sockets.server import sockets
from tests.people import People


class Told:
    """What staff was told, and the tasks that are to tell the rest."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tasks: list[Callable[[], Any]] = []

    def later(self, task: Callable[..., Any], *about: Any) -> None:
        self.tasks.append(lambda: task(*about))

    def end_window(self) -> None:
        for task in self.tasks:
            task()
        self.tasks.clear()


@pytest.fixture
def told(app: Flask, chat: ChatState, monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(rows, "tell", told.rows.append)
    monkeypatch.setattr(rows, "WINDOW_SECONDS", 60)
    monkeypatch.setattr(sockets.server, "start_background_task", told.later)
    monkeypatch.setattr(sockets.server, "sleep", lambda seconds: None)
    return told


@pytest.fixture
def chat(people: People) -> ChatState:
    return state(messages.send(people.lena, None, Draft("Hello")).chat_id)


def said(chat: ChatState, version: int, chat_id: int = 1) -> Row:
    after = chat._replace(id=chat_id, version=version, last_seq=version)
    return Row("new_chat_message", after, version)


def changed(chat: ChatState, version: int, chat_id: int = 1) -> Row:
    after = chat._replace(id=chat_id, version=version, last_seq=version - 1)
    return Row("chat_changed", after, version)


def test_in_calm_times_each_is_told_at_once(told: Told, chat: ChatState) -> None:
    inbox = Rows()
    happened = [said(chat, version) for version in range(1, AT_ONCE + 1)]
    for row in happened:
        inbox.tell(row)
    assert told.rows == happened
    assert not told.tasks


def test_in_busy_ones_the_newest_of_each_kind_is_told_at_the_end_of_the_window(
    told: Told, chat: ChatState
) -> None:
    inbox = Rows()
    for version in range(1, AT_ONCE + 1):
        inbox.tell(said(chat, version))
    told.rows.clear()
    for row in (
        said(chat, 21, 1),
        said(chat, 31, 2),
        said(chat, 22, 1),
        changed(chat, 23, 1),
        changed(chat, 24, 1),
        said(chat, 21, 1),  # it was overtaken
    ):
        inbox.tell(row)
    assert told.rows == []
    assert len(told.tasks) == 1
    told.end_window()
    assert told.rows == [said(chat, 22, 1), changed(chat, 24, 1), said(chat, 31, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_comes_when_the_newest_of_each_chat_is_told(
    told: Told, chat: ChatState, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, inbox, now = random.Random(seed), Rows(), 0.0
    monkeypatch.setattr(rows, "WINDOW_SECONDS", 1.0)
    monkeypatch.setattr(rows.time, "monotonic", lambda: now)
    newest: dict[tuple[int, str], int] = {}
    for version in range(2, 2_000):
        row = rng.choice((said, changed))(chat, version, rng.randrange(1, 30))
        newest[row.chat.id, row.event] = version
        inbox.tell(row)
        now += rng.choice([0, 0, 0, 0.01, 0.1, 2.0 if version % 100 == 0 else 0])
        if told.tasks and rng.random() < 0.05:
            told.end_window()
    told.end_window()
    assert {(row.chat.id, row.event): row.version for row in told.rows} == newest
    assert len(told.rows) < 1_998


def test_what_cannot_be_told_holds_up_none_of_the_others(
    told: Told, chat: ChatState, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Rows()
    for number in range(AT_ONCE):
        inbox.tell(said(chat, number))
    for chat_id in (1, 2, 3):
        inbox.tell(said(chat, 50, chat_id))
    told.rows.clear()

    def tell(row: Row) -> None:
        if row.chat.id == 2:
            raise RuntimeError("no template")
        told.rows.append(row)

    monkeypatch.setattr(rows, "tell", tell)
    told.end_window()
    assert [row.chat.id for row in told.rows] == [1, 3]


def test_rows_that_no_task_was_begun_for_are_told_later(
    told: Told, chat: ChatState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    inbox, now = Rows(), 100.0
    monkeypatch.setattr(rows.time, "monotonic", lambda: now)
    for number in range(AT_ONCE):
        inbox.tell(said(chat, number))
    told.rows.clear()
    with monkeypatch.context() as patched:
        patched.setattr(sockets.server, "start_background_task", fail)
        with pytest.raises(RuntimeError):
            inbox.tell(said(chat, 50, 1))
    inbox.tell(said(chat, 60, 2))
    assert not told.tasks
    now += rows.WINDOW_SECONDS + 2
    inbox.tell(said(chat, 70, 3))
    told.end_window()
    assert [row.chat.id for row in told.rows] == [1, 2, 3]

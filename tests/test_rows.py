"""Inbox rows: at once in calm times, together in busy ones, the newest of each, none lost."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.cli.factories import state
from app.models.chats import ChatState
from app.models.messages import MessageState
from app.operations import messages
from app.operations.messages import Draft
from app.realtime import rows
from app.realtime.rows import AT_ONCE, Row, Rows
from app.sockets.server import sockets
from tests.people import People

LENA, ANA = 11, 12


class Inbox(Rows):
    """With what staff was told of made-up chats, and the tasks that are to tell more."""

    def __init__(self, chat: ChatState, message: MessageState) -> None:
        super().__init__()
        self.chat, self.message = chat, message
        self.heard: list[tuple[str, int, int]] = []
        self.tasks: list[Callable[[], Any]] = []
        self.now = 100.0

    def hears(self, row: Row) -> None:
        self.heard.append((row.event, row.chat.id, row.version))

    def later(self, task: Callable[..., Any], *about: Any) -> None:
        self.tasks.append(lambda: task(*about))

    def end_window(self) -> None:
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task()

    def says(self, version: int, chat_id: int = 1, sender_id: int | None = LENA) -> None:
        chat = self.chat._replace(id=chat_id, version=version, last_seq=version)
        self.said(chat, self.message._replace(version=version, sender_id=sender_id))

    def changes(self, version: int, chat_id: int = 1) -> None:
        self.changed(self.chat._replace(id=chat_id, version=version))

    def is_busy(self) -> None:
        for chat_id in range(100, 100 + AT_ONCE):
            self.says(1, chat_id)
        self.heard.clear()


@pytest.fixture
def inbox(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    message = messages.send(people.lena, None, Draft("Hello"))
    inbox = Inbox(state(message.chat_id), message)
    monkeypatch.setattr(rows, "tell", inbox.hears)
    monkeypatch.setattr(rows.time, "monotonic", lambda: inbox.now)
    monkeypatch.setattr(sockets.server, "start_background_task", inbox.later)
    monkeypatch.setattr(sockets.server, "sleep", lambda seconds: None)
    return inbox


def test_in_calm_times_each_is_told_at_once(inbox: Inbox) -> None:
    for window in range(3):
        for number in range(AT_ONCE):
            inbox.says(window * AT_ONCE + number)
        inbox.now += rows.WINDOW_SECONDS
    assert [version for _, _, version in inbox.heard] == list(range(3 * AT_ONCE))
    assert not inbox.tasks


def test_in_busy_ones_the_newest_of_each_is_told_at_the_end_of_the_window(inbox: Inbox) -> None:
    inbox.is_busy()
    for version, chat_id, sender_id in (
        (21, 1, LENA),
        (31, 2, LENA),
        (22, 1, LENA),
        (23, 1, ANA),
        (24, 1, None),
        (25, 1, None),
        (21, 1, LENA),  # it was overtaken
    ):
        inbox.says(version, chat_id, sender_id)
    assert inbox.heard == []
    assert len(inbox.tasks) == 1
    inbox.end_window()
    assert [told[1:] for told in inbox.heard] == [(1, 22), (1, 23), (1, 25), (2, 31)]


def test_what_waits_of_a_chat_is_told_before_its_change_and_both_at_once(inbox: Inbox) -> None:
    inbox.is_busy()
    inbox.says(21)
    inbox.says(31, 2)
    inbox.changes(22)
    assert inbox.heard == [("new_chat_message", 1, 21), ("chat_changed", 1, 22)]
    inbox.end_window()
    assert inbox.heard[2:] == [("new_chat_message", 2, 31)]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_comes_when_each_chat_is_told_in_order_to_its_newest(
    inbox: Inbox, seed: int
) -> None:
    rng = random.Random(seed)
    newest: dict[int, int] = {}
    changes = []
    for version in range(1, 2_000):
        chat_id = rng.randrange(1, 30)
        if rng.random() < 0.2:
            changes.append(("chat_changed", chat_id, version))
            inbox.changes(version, chat_id)
            assert inbox.heard[-1] == changes[-1]
        else:
            inbox.says(version, chat_id, rng.choice([LENA, ANA, None]))
        newest[chat_id] = version
        inbox.now += rng.choice([0, 0, 0, 0.001, 0.002, 2.0 if version % 100 == 0 else 0])
        if inbox.tasks and rng.random() < 0.05:
            inbox.end_window()
    inbox.end_window()
    assert not inbox.waiting
    assert [told for told in inbox.heard if told[0] == "chat_changed"] == changes
    for chat_id, version in newest.items():
        versions = [told[2] for told in inbox.heard if told[1] == chat_id]
        assert versions == sorted(versions)
        assert versions[-1] == version
    assert len(inbox.heard) < 1_999


def test_what_cannot_be_told_holds_up_none_of_the_others(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.is_busy()
    for chat_id in (1, 2, 3):
        inbox.says(50, chat_id)

    def tell(row: Row) -> None:
        if row.chat.id == 2:
            raise RuntimeError("no template")
        inbox.hears(row)

    monkeypatch.setattr(rows, "tell", tell)
    inbox.end_window()
    assert [told[1] for told in inbox.heard] == [1, 3]


def test_neither_does_it_hold_up_what_has_changed(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(row: Row) -> None:
        if row.version == 50:
            raise RuntimeError("no database")
        inbox.hears(row)

    inbox.is_busy()
    inbox.says(50, 1)
    inbox.says(51, 1, ANA)
    monkeypatch.setattr(rows, "tell", tell)
    inbox.changes(52, 1)
    assert [told[0] for told in inbox.heard] == ["new_chat_message", "chat_changed"]


def test_rows_that_no_task_was_begun_for_are_told_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    inbox.is_busy()
    with monkeypatch.context() as patched:
        patched.setattr(sockets.server, "start_background_task", fail)
        with pytest.raises(RuntimeError):
            inbox.says(50, 1)
    inbox.says(60, 2)
    assert not inbox.tasks
    inbox.now += rows.WINDOW_SECONDS + 2
    inbox.says(70, 3)
    inbox.end_window()
    assert [told[1] for told in inbox.heard] == [1, 2, 3]


@pytest.mark.parametrize(
    ("event", "tell"),
    [
        ("chat_changed", lambda inbox, chat: inbox.changed(chat)),
        ("tags_changed", lambda inbox, chat: inbox.tagged(chat, ["Refund"])),
        ("snooze_changed", lambda inbox, chat: inbox.snoozed(chat, False)),
        ("priority_changed", lambda inbox, chat: inbox.prioritised(chat)),
        ("unread_mark_changed", lambda inbox, chat: inbox.marked(chat)),
    ],
)
def test_no_older_row_comes_after_a_change(
    inbox: Inbox, event: str, tell: Callable[[Inbox, ChatState], None]
) -> None:
    inbox.is_busy()
    inbox.says(2)
    tell(inbox, inbox.chat._replace(id=1, version=2))
    inbox.end_window()
    assert inbox.heard == [("new_chat_message", 1, 2), (event, 1, 2)]

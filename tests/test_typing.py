"""Typing ends by itself, and is known to whoever asks."""

import pytest
from flask import Flask

from app.announce import deliver
from app.cli.factories import state
from app.events import Event, TypingSignalled
from app.models.typing import typists
from app.operations import blocks, messages, typing
from app.operations.messages import Draft
from tests.people import People


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Hello", "a")).chat_id


def mine(people: People) -> set[int]:
    return {people.lena.id, people.ana.id}


def told(announced: list[Event]) -> list[tuple[int, bool]]:
    return [(e.user_id, e.is_typing) for e in announced if isinstance(e, TypingSignalled)]


def test_who_falls_silent_has_stopped(
    people: People, chat_id: int, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(typing.time, "monotonic", lambda: now)
    typing.signal(people.lena, chat_id, True, silent_seconds=3)
    typing.signal(people.ana, chat_id, True)
    now = 1002.9
    typing.expire()
    assert told(announced) == [(people.lena.id, True), (people.ana.id, True)]
    now = 1003.0
    typing.expire()
    typing.expire()
    assert told(announced)[2:] == [(people.lena.id, False)]
    now = 1006.0
    typing.expire()
    assert told(announced)[3:] == [(people.ana.id, False)]
    assert not {key for key in typing.running if key[0] == chat_id and key[1] in mine(people)}


def test_nobody_is_told_that_somebody_types_in_a_blocked_chat(
    people: People, chat_id: int, announced: list[Event]
) -> None:
    typing.signal(people.lena, chat_id, True)
    blocks.block(people.ana, chat_id)
    for who in (people.lena, people.ana):
        typing.signal(who, chat_id, True)
    typing.signal(people.lena, chat_id, False)
    assert told(announced) == [(people.lena.id, True), (people.lena.id, False)]


def test_another_signal_begins_anew_and_a_stop_is_told_once(
    people: People, chat_id: int, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(typing.time, "monotonic", lambda: now)
    typing.signal(people.lena, chat_id, True, silent_seconds=3)
    now = 1002.0
    typing.signal(people.lena, chat_id, True, silent_seconds=3)
    now = 1004.0
    typing.expire()
    typing.signal(people.lena, chat_id, False)
    now = 1010.0
    typing.expire()
    assert [is_typing for _who, is_typing in told(announced)] == [True, True, False]


def test_who_types_is_remembered_and_forgotten(people: People, chat_id: int) -> None:
    typing.signal(people.lena, chat_id, True)
    typing.signal(people.ana, chat_id, True)
    assert {each.user_id for each in typists.of(chat_id)} == {people.lena.id, people.ana.id}
    typing.signal(people.ana, chat_id, False)
    assert [each.name for each in typists.of(chat_id)] == [people.lena.name]
    typing.signal(people.lena, chat_id, False)
    assert typists.of(chat_id) == []
    assert chat_id not in typists.by_chat


def test_a_typist_is_known_for_as_long_as_their_signal_says(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(typing.time, "monotonic", lambda: now)
    typing.signal(people.lena, chat_id, True, silent_seconds=9)
    typing.signal(people.ana, chat_id, True, silent_seconds=2)
    now = 1002.0
    assert [each.user_id for each in typists.of(chat_id)] == [people.lena.id]
    now = 1009.0
    assert typists.of(chat_id) == []
    typing.expire()
    assert chat_id not in typists.by_chat


@pytest.fixture
def told_and_heard(app: Flask, announced: list[Event]) -> list[Event]:
    """What deliverers of this process are told, the one that remembers who types among them."""
    app.extensions["deliverers"] = (typing.hear, announced.append)
    return announced


def test_a_stop_that_never_comes_from_another_process_is_told_here(
    people: People, chat_id: int, told_and_heard: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(typing.time, "monotonic", lambda: now)
    deliver([TypingSignalled(state(chat_id), people.lena.id, people.lena.name, True, 3)])
    now = 1003.5  # the stop may be under way
    typing.expire()
    assert told(told_and_heard) == [(people.lena.id, True)]
    now = 1003 + typing.LATE_SECONDS
    for _ in range(2):
        typing.expire()
    assert told(told_and_heard) == [(people.lena.id, True), (people.lena.id, False)]
    assert chat_id not in typists.by_chat
    assert typing.heard == {}


@pytest.mark.parametrize("goes_on", [True, False])
def test_who_goes_on_or_stops_in_another_process_is_not_told_to_have_stopped_here(
    people: People,
    chat_id: int,
    told_and_heard: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    goes_on: bool,
) -> None:
    now = 1000.0
    monkeypatch.setattr(typing.time, "monotonic", lambda: now)
    typing.signal(people.lena, chat_id, True, silent_seconds=3)
    now = 1002.0
    deliver([TypingSignalled(state(chat_id), people.lena.id, people.lena.name, goes_on, 3)])
    now = 1004.0
    typing.expire()
    assert told(told_and_heard) == [(people.lena.id, True), (people.lena.id, goes_on)]

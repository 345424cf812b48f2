"""Chats and messages in the words of 003: what their shapes say, and what they cost."""

from collections.abc import Callable
from typing import Any

import pytest

from app.models.chats import ChatState
from app.operations import chats, closures, messages, receipts
from app.operations.messages import Draft
from app.protocols.p003 import mapping
from app.protocols.p003.mapping import Chat003, Message003
from app.queries import messages as history
from app.queries import users
from tests.people import People
from tests.sql import recorded


@pytest.fixture
def past(people: People) -> list[ChatState]:
    """Chats that fill and leave empty every field."""
    sent = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.ana, sent.chat_id, Draft("Hi", message_type="image"))
    messages.send(people.ben, sent.chat_id, Draft("Hi from me too"))
    receipts.mark_all_read(people.lena, sent.chat_id)
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    empty, _ = chats.open_own(people.marcus)
    return [closures.close(people.ana, sent.chat_id), between, empty]


def test_what_is_made_by_hand_is_what_its_shape_says(past: list[ChatState]) -> None:
    for shown in mapping.chats_out(past):
        assert Chat003.model_validate(shown).model_dump(mode="json") == shown
    for shown in mapping.messages_out(history.numbered(past[0].id, 1, 50).messages):
        assert Message003.model_validate(shown).model_dump(mode="json") == shown


def asked(question: Callable[[], Any]) -> int:
    """How many statements that costs."""
    with recorded() as run:
        question()
    return len(run)


def test_the_people_of_a_list_are_one_question(past: list[ChatState]) -> None:
    page = history.numbered(past[0].id, 1, 50).messages
    assert len(page) == 3
    assert asked(lambda: mapping.messages_out(page)) == 1
    assert asked(lambda: mapping.chats_out(past)) == 2  # people, and what was said last
    assert asked(lambda: mapping.chats_out(past[2:])) == 1  # nobody answers it


def test_people_are_found_by_their_ids(people: People) -> None:
    found = users.by_ids([people.lena.id, None, people.ana.id, people.lena.id, 2**50])
    assert found == {people.lena.id: people.lena, people.ana.id: people.ana}
    assert users.by_ids([None]) == {}

"""The overview's figures: what counts as answered, and how fast."""

import pytest

from app import clock
from app.operations import assignments, chats, closures, messages
from app.operations.messages import Draft
from app.queries.overview import DAY, overview
from tests.people import People

MINUTE = 60_000


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> "Minutes":
    return Minutes(monkeypatch)


class Minutes:
    """A clock that stands until it is told to go on, at the noon of some day."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 20_000 * DAY + DAY // 2
        patch.setattr(clock, "now", lambda: self.now)

    def pass_by(self, number: int) -> None:
        self.now += number * MINUTE


def figures() -> tuple[int, int | None]:
    found = overview()
    minutes = None if found.median_reply is None else found.median_reply // MINUTE
    return found.answered_today, minutes


def test_an_answer_counts_once_from_the_question_on(people: People, minutes: Minutes) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    minutes.pass_by(2)
    messages.send(people.lena, None, Draft("Anybody?"))
    assert figures() == (0, None)
    minutes.pass_by(1)
    messages.send(people.ana, sent.chat_id, Draft("Yes"))
    messages.send(people.lena, None, Draft("Good"))
    minutes.pass_by(30)
    messages.send(people.ana, sent.chat_id, Draft("Is it?"))
    assert figures() == (1, 3)


def test_who_comes_back_to_a_finished_chat_asks_again(people: People, minutes: Minutes) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    minutes.pass_by(1)
    messages.send(people.ana, sent.chat_id, Draft("Yes?"))
    closures.close(people.ana, sent.chat_id)
    minutes.pass_by(24 * 60)
    assert figures() == (0, 1)
    messages.send(people.lena, None, Draft("Me again"))
    assert figures() == (0, None)  # of those who wait no answer is known
    minutes.pass_by(5)
    messages.send(people.ana, sent.chat_id, Draft("Welcome back"))
    assert figures() == (1, 5)
    closures.close(people.ana, sent.chat_id)
    minutes.pass_by(1)
    closures.reopen(people.lena, sent.chat_id)
    minutes.pass_by(7)
    messages.send(people.ana, sent.chat_id, Draft("What is it?"))
    assert figures() == (1, 7)


def test_back_in_the_queue_it_is_still_the_first_question(people: People, minutes: Minutes) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    assignments.claim(people.ana, sent.chat_id)
    minutes.pass_by(4)
    assignments.release(people.ana, sent.chat_id)
    minutes.pass_by(4)
    messages.send(people.ben, sent.chat_id, Draft("Here I am"))
    assert figures() == (1, 8)


def test_who_was_not_asked_answers_nobody_and_a_provider_is_no_staff(
    people: People, minutes: Minutes
) -> None:
    chat, _ = chats.open_with(people.ana, people.lena.id)
    messages.send(people.ana, chat.id, Draft("Did it arrive?"))
    others, _ = chats.open_between(people.petra, people.petra.id, people.marcus.id, 7)
    messages.send(people.marcus, others.id, Draft("Clean, please"))
    messages.send(people.petra, others.id, Draft("At once"))
    assert figures() == (0, None)
    minutes.pass_by(1)
    messages.send(people.lena, None, Draft("Not yet"))
    minutes.pass_by(2)
    messages.send(people.ana, chat.id, Draft("I will look"))
    assert figures() == (1, 2)

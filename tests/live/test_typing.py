"""Typing reaches everybody but the typist, and is never stored."""

from typing import Any

import pytest

from app.cli.factories import state
from tests.live.conftest import Place
from tests.people import People


@pytest.mark.parametrize("is_typing", [True, False])
def test_typing_reaches_everybody_but_the_typists_own_sockets(
    place: Place, people: People, is_typing: bool
) -> None:
    lena, tab, outside = (place.client(people.lena) for _ in range(3))
    ana, ben, marcus = (place.client(who) for who in (people.ana, people.ben, people.marcus))
    chat_id = lena.send("Hello", "a")["chatId"]
    for client in (lena, tab, ana):
        client.join(chat_id)
    before = state(chat_id)
    assert lena.ask("typing", {"chatId": chat_id, "isTyping": is_typing}) == {"ok": True}
    told = {
        "chatId": chat_id,
        "userId": people.lena.id,
        "name": "Lena Ortiz",
        "isTyping": is_typing,
    }
    for client, expected in (
        (lena, []), (tab, []), (outside, []), (marcus, []), (ana, [told]), (ben, [told]),
    ):  # fmt: skip
        client.catch_up()
        # Of this chat: staff hears of every one, and those of other tests fall silent meanwhile.
        assert client.all("user_typing", chat_id) == expected
    assert state(chat_id) == before


def test_the_customer_sees_the_agent_type_and_not_a_colleague_elsewhere(
    place: Place, people: People
) -> None:
    lena, ana = place.client(people.lena), place.client(people.ana)
    chat_id = lena.send("Hello", "a")["chatId"]
    elsewhere = place.client(people.marcus).send("Hello", "a")["chatId"]
    lena.join(chat_id)
    for where in (elsewhere, chat_id):
        assert ana.ask("typing", {"chatId": where, "isTyping": True})["ok"]
    lena.wait_for("user_typing", chatId=chat_id)
    lena.catch_up()
    assert [t["chatId"] for t in lena.all("user_typing")] == [chat_id]


@pytest.mark.parametrize("value", [None, 1, "true", [True]], ids=repr)
def test_typing_is_yes_or_no(place: Place, people: People, value: Any) -> None:
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    answer = lena.ask("typing", {"chatId": chat_id, "isTyping": value})
    assert answer["error"]["code"] == "invalid"


def test_a_flood_of_signals_is_refused(place: Place, people: People) -> None:
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    answers = [lena.ask("typing", {"chatId": chat_id, "isTyping": True}) for _ in range(61)]
    assert [a["ok"] for a in answers] == [True] * 60 + [False]
    assert answers[-1]["error"]["code"] == "too_fast"

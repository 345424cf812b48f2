"""Received and read, over a socket."""

from typing import Any

import pytest

from app.queries import messages as history
from tests.live.conftest import Place
from tests.people import People


def test_receipts_are_told_with_what_they_passed(place: Place, people: People) -> None:
    lena, ana = place.client(people.lena), place.client(people.ana)
    first = lena.send("One", "a")
    chat_id = first["chatId"]
    second = lena.send("Two", "b")
    for client in (lena, ana):
        client.join(chat_id)
    delivered = ana.ask("mark_delivered", {"chatId": chat_id, "upTo": second["seq"]})
    assert delivered == {"ok": True, "version": second["seq"] + 1}
    read = ana.ask("mark_read", {"chatId": chat_id, "upTo": first["seq"]})
    assert read == {"ok": True, "version": second["seq"] + 2}
    for client in (lena, ana):
        client.catch_up()
        told = client.all("receipts")
        names = ("version", "deliveredUpTo", "readUpTo", "seqs", "read")
        assert [tuple(t[name] for name in names) for t in told] == [
            (second["seq"] + 1, second["seq"], 0, [first["seq"], second["seq"]], False),
            (second["seq"] + 2, second["seq"], first["seq"], [first["seq"]], True),
        ]
        assert {t["userId"] for t in told} == {people.ana.id}
    assert [m.status for m in history.before(chat_id).messages] == ["read", "delivered"]


def test_a_receipt_that_moves_nothing_is_fine_and_told_to_nobody(
    place: Place, people: People
) -> None:
    lena, ana = place.client(people.lena), place.client(people.ana)
    first, second = lena.send("One", "a"), lena.send("Two", "b")
    chat_id = first["chatId"]
    lena.join(chat_id)
    version = ana.ask("mark_read", {"chatId": chat_id, "upTo": second["seq"]})["version"]
    for event, seq in (("mark_read", second), ("mark_read", first), ("mark_delivered", first)):
        again = ana.ask(event, {"chatId": chat_id, "upTo": seq["seq"]})
        assert again == {"ok": True, "version": version}
    lena.catch_up()
    assert len(lena.all("receipts")) == 1


@pytest.mark.parametrize("event", ["mark_read", "mark_delivered"])
@pytest.mark.parametrize("up_to", [None, 0, -1, "3", 1.5, True, [1], 2**53, 2**40], ids=repr)
def test_a_pointer_to_no_message_is_refused(
    place: Place, people: People, event: str, up_to: Any
) -> None:
    chat_id = place.client(people.lena).send("One", "a")["chatId"]
    ana = place.client(people.ana)
    answer = ana.ask(event, {"chatId": chat_id, "upTo": up_to})
    if up_to == "3":  # a number in words is a number
        assert answer["ok"]
    else:
        assert answer["error"]["code"] == "invalid"
        assert history.before(chat_id).messages[0].status == "sent"

"""What is asked by an event and done: chats that become one, what a chat was like, whether articles
have helped, a chat by mail."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from app import clock
from app.models import database
from app.models.jobs import table as jobs
from app.models.ratings import table as ratings
from app.operations import articles, assignments, bots, closures, mail_addresses
from app.operations import chats as opening
from app.operations import messages as sending
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import articles as written
from app.queries import mail as addresses
from tests.live.conftest import Place
from tests.people import People


def closed(people: People) -> int:
    """A chat of Lena's that somebody has answered."""
    chat_id = sending.send(people.lena, None, Draft("My order is late")).chat_id
    sending.send(people.ana, chat_id, Draft("It is on its way"))
    closures.close(people.ana, chat_id)
    return chat_id


def test_two_chats_are_one_and_who_shows_either_is_told(place: Place, people: People) -> None:
    older = closed(people)
    newer = opening.open_with(people.ben, people.lena.id)[0].id
    sending.send(people.ben, newer, Draft("Has it come?"))
    lena, ana = place.client(people.lena), place.client(people.ana)
    lena.join(newer)
    ana.join(older)
    answer = ana.ask("merge_chats", {"chatId": older, "otherId": newer})
    assert (answer["ok"], answer["chat"]["id"]) == (True, newer)
    assert ana.wait_for("chat_changed", chatId=older)["chat"]["mergedInto"] == newer
    lena.wait_for("chat_changed", chatId=newer)
    said = [each["message"] for each in lena.join(newer, 0)["messages"]]
    assert {"My order is late", "Has it come?"} <= set(said)


@pytest.mark.parametrize("kind", ["thumbs", "stars"])
def test_what_a_chat_was_like_is_said_once(place: Place, people: People, kind: str) -> None:
    chat_id = closed(people)
    with transaction() as tx:
        asked = {"chat_id": chat_id, "kind": kind, "asked_at": clock.now(), "words": ""}
        tx.run(insert(ratings), asked)
    lena, ana = place.client(people.lena), place.client(people.ana)
    ana.join(chat_id)
    said = {"chatId": chat_id, "value": 1, "words": "Quick"}
    answer = lena.ask("rate_chat", said)
    assert (answer["ok"], answer["rating"]["value"], answer["rating"]["words"]) == (
        True,
        1,
        "Quick",
    )
    ana.wait_for("chat_rated", chatId=chat_id)
    assert lena.ask("rate_chat", said)["rating"] == answer["rating"]
    assert lena.ask("rate_chat", said | {"value": 2})["error"]["code"] == "conflict"


def test_who_does_not_want_to_say_is_not_asked(place: Place, people: People) -> None:
    chat_id = closed(people)
    with transaction() as tx:
        asked = {"chat_id": chat_id, "kind": "thumbs", "asked_at": clock.now(), "words": ""}
        tx.run(insert(ratings), asked)
    lena = place.client(people.lena)
    assert lena.ask("dismiss_rating", {"chatId": chat_id})["ok"]
    told: dict[str, Any] = place.rest(people.lena, "GET", f"/chats/{chat_id}/rating").json()
    assert not told["rating"]["isAsked"]


@pytest.mark.parametrize("has_helped", [True, False])
def test_whether_articles_have_helped_is_said(
    place: Place, people: People, has_helped: bool
) -> None:
    made = articles.create(people.maya, title="Returns", text="By post.", is_published=True)
    chat_id = sending.send(people.lena, None, Draft("Can I return it?")).chat_id
    assert bots.answer(chat_id, written.whole([made.id]))
    lena, ana = place.client(people.lena), place.client(people.ana)
    ana.join(chat_id)
    answer = lena.ask("settle_answer", {"chatId": chat_id, "hasHelped": has_helped})
    status = "closed" if has_helped else "waiting"
    assert (answer["ok"], answer["chatId"], answer["status"]) == (True, chat_id, status)
    assert lena.ask("settle_answer", {"chatId": chat_id, "hasHelped": has_helped})["ok"]
    assert place.rest(people.ana, "GET", f"/chats/{chat_id}").json()["status"] == status


@pytest.mark.parametrize("who", ["lena", "ana"])
def test_a_chat_goes_by_mail(place_with: Callable[..., Place], who: str) -> None:
    place = place_with(
        MAIL_URL="smtp://127.0.0.1:9?tls=off",
        MAIL_FROM="desk@example.com",
        PUBLIC_URL="https://desk.example.com",
    )
    people = People()
    chat_id = sending.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, chat_id)
    given = mail_addresses.give(people.lena, "lena@home.example", language="en", address="10.0.0.1")
    mail_addresses.verify(given.key)
    assert addresses.address_of(people.lena.id) is not None
    client = place.client(getattr(people, who))
    assert client.ask("mail_transcript", {"chatId": chat_id})["ok"]
    assert asked_for(chat_id) == [None]


def test_staff_has_a_copy_mailed_to_themselves(place_with: Callable[..., Place]) -> None:
    place = place_with(
        MAIL_URL="smtp://127.0.0.1:9?tls=off",
        MAIL_FROM="desk@example.com",
        PUBLIC_URL="https://desk.example.com",
    )
    people = People()
    chat_id = sending.send(people.lena, None, Draft("My order is late")).chat_id
    own = {"chatId": chat_id, "toMe": True, "zone": "Asia/Kolkata"}
    for who, code in (
        (people.lena, "conflict"),  # who has confirmed no address
        (people.marcus, "chat_not_found"),
        (people.petra, "chat_not_found"),
    ):
        refused = place.client(who).ask("mail_transcript", own)
        assert (refused["ok"], refused["error"]["code"]) == (False, code)
    assert asked_for(chat_id) == []
    ana = place.client(people.ana)
    assert ana.ask("mail_transcript", own) == {"ok": True}
    assert ana.ask("mail_transcript", own | {"toMe": "yes"})["error"]["code"] == "invalid"
    assert ana.ask("mail_transcript", own | {"toMe": False})["error"]["code"] == "conflict"
    assert asked_for(chat_id) == [people.ana.id]


def asked_for(chat_id: int) -> list[int | None]:
    """Whose copies of the chat are to be mailed; nobody's is its customer's."""
    waiting = select(jobs.c.payload).where(jobs.c.kind == "mail_transcript")
    asked = [json.loads(row.payload) for row in database.rows(waiting)]
    return [each.get("staff_id") for each in asked if each["chat_id"] == chat_id]

"""What pages set and show, by REST as well: sites, mentions, a customer's page, canned answers as
CSV, that one does something."""

from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from app import clock
from app.extensions import db
from app.hours import DAYS
from app.models import users
from app.models.users import Actor
from app.operations import canned_answers, chats, messages, notes
from app.operations.messages import Draft
from app.queries import availability
from app.queries import sites as directory
from tests.api.conftest import Call, given
from tests.people import People


@pytest.fixture
def send(call: Call) -> Call:
    """`send(who, "PATCH", "/sites/1", name="Shop")`."""

    def send(who: Actor, method: str, path: str, **body: Any) -> TestResponse:
        return call(who, method, path, **({"json": body} if body else {}))

    return send


def refused(send: Call, who: Actor, method: str, path: str, **body: Any) -> dict[str, str]:
    answer = send(who, method, path, **body)
    assert answer.status_code == 422, answer.text
    fields: dict[str, str] = answer.get_json()["error"]["fields"]
    return fields


def test_a_site_is_made_and_set_and_its_hours_are_as_they_were_said(
    send: Call, people: People
) -> None:
    week = ["09:00-12:30, 13:30-18:00"] * 5 + ["", "22:00-02:00"]
    origins = ["HTTPS://Shop.Example.com/"]
    made = given(send(people.maya, "POST", "/sites", name="Shop", origins=origins), 201)
    assert made["origins"] == ["https://shop.example.com"]
    assert (made["hours"], made["holidays"], made["teamId"]) == ([""] * 7, [], None)
    path = f"/sites/{made['id']}"
    said = {"hours": week, "timeZone": "Europe/Berlin", "holidays": ["2026-12-24 Christmas Eve"]}
    after = given(send(people.maya, "PATCH", path, **said, asksFirst=True, answerMinutes=0))
    unchanged = {name: made[name] for name in ("id", "key", "name", "origins", "colour", "edge")}
    assert after.items() >= (unchanged | said | {"asksFirst": True, "answerMinutes": 0}).items()
    assert given(send(people.maya, "GET", path)) == after
    assert set(refused(send, people.maya, "POST", "/sites", colour="#000000")) == {"name"}
    listed = given(send(people.maya, "GET", "/sites"))["sites"]
    assert [each["id"] for each in listed] == [each.id for each in directory.every()]
    assert after["forDesk"] is False
    assert given(send(people.maya, "PATCH", path, forDesk=True))["forDesk"] is True
    assert set(refused(send, people.maya, "PATCH", path, forDesk="yes")) == {"forDesk"}
    back = given(send(people.maya, "PATCH", path, answerMinutes=None))
    assert back["answerMinutes"] is None
    assert given(send(people.maya, "POST", f"{path}/key"))["key"] != made["key"]


def test_what_is_wrong_with_a_site_is_told_by_the_name_that_was_sent(
    send: Call, people: People
) -> None:
    path = f"/sites/{directory.every()[0].id}"
    before = directory.every()
    assert set(refused(send, people.maya, "PATCH", path, timeZone="Moon")) == {"timeZone"}
    assert set(refused(send, people.maya, "PATCH", path, teamId=99)) == {"teamId"}
    assert set(refused(send, people.maya, "PATCH", path, hours=["9-17"])) == {"hours"}
    assert set(refused(send, people.maya, "PATCH", path, hours=["9-8-7"] * 7)) == set(DAYS)
    assert set(refused(send, people.maya, "PATCH", path, origins=["nowhere"])) == {"origins"}
    assert set(refused(send, people.maya, "PATCH", path, colour="red", edge="top")) == {"edge"}
    assert send(people.maya, "GET", "/sites/99").status_code == 404
    assert send(people.ana, "GET", path).status_code == 403
    assert directory.every() == before


def test_mentions_are_listed_and_seen(send: Call, people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    written = [notes.write(people.ana, chat_id, f"Look, @{people.ben.name}") for _ in range(3)]
    page = given(send(people.ben, "GET", "/mentions?limit=2"))
    assert (page["hasMore"], page["unseen"]) == (True, 3)
    told = [(each["note"]["id"], each["seenAt"]) for each in page["mentions"]]
    assert told == [(written[2].id, None), (written[1].id, None)]
    assert {each["customerName"] for each in page["mentions"]} == {people.lena.name}
    rest = given(send(people.ben, "GET", f"/mentions?before={written[1].id}"))
    assert [each["note"]["id"] for each in rest["mentions"]] == [written[0].id]
    for _again in range(2):
        assert send(people.ben, "PUT", "/mentions/seen", chatId=chat_id).status_code == 204
    seen = given(send(people.ben, "GET", "/mentions"))
    assert seen["unseen"] == 0
    assert all(each["seenAt"] for each in seen["mentions"])
    assert given(send(people.ana, "GET", "/mentions"))["mentions"] == []


def test_a_customers_page(send: Call, people: People) -> None:
    own = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    order = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)[0].id
    written = [notes.write(people.ana, each, "Careful").id for each in (own, order)]
    path = f"/customers/{people.lena.id}"
    shown = given(send(people.ana, "GET", path))
    assert (shown["name"], shown["said"]) == (people.lena.name, None)
    found = given(send(people.ana, "GET", f"{path}/notes"))
    assert [each["id"] for each in found["notes"]] == written[::-1]
    assert given(send(people.ana, "GET", f"{path}/files")) == {"files": [], "next": None}
    # Who turned out to be her is her.
    became = update(users.table).where(users.table.c.id == people.marcus.id)
    with db.engine.begin() as connection:
        connection.execute(became.values(merged_into_id=people.lena.id))
    assert given(send(people.ana, "GET", f"/customers/{people.marcus.id}")) == shown
    for somebody in (people.ben.id, people.petra.id, 9999):
        for part in ("", "/notes", "/files"):
            answer = send(people.ana, "GET", f"/customers/{somebody}{part}")
            assert answer.status_code == 404


def test_canned_answers_go_out_as_csv_and_come_in_again(send: Call, people: People) -> None:
    canned_answers.create(people.maya, True, name="Hello", text="Hi,\n{customer}")
    path = "/canned-answers/csv"
    text = given(send(people.ana, "GET", path))["csv"]
    assert given(send(people.ana, "GET", f"{path}?isShared=false"))["csv"].count("\n") == 1
    assert given(send(people.ana, "POST", path, csv=text)) == {"count": 1}
    assert given(send(people.ana, "GET", f"{path}?isShared=false"))["csv"] == text
    assert send(people.ana, "POST", path, csv=text, isShared=True).status_code == 403
    assert set(refused(send, people.ana, "POST", path, csv="Only a name")) == {"csv"}


def test_who_does_something_says_so(send: Call, people: People) -> None:
    def active_at() -> int | None:
        (found,) = (each for each in availability.colleagues() if each.id == people.ana.id)
        return found.active_at

    assert active_at() is None
    before = clock.now()
    given(send(people.ana, "PUT", "/me/activity"))
    at = active_at()
    assert at is not None
    assert before <= at <= clock.now()
    assert send(people.lena, "PUT", "/me/activity").status_code == 403

"""Visits: where somebody is on a site, how little of it is kept, and writing to them first."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.errors import Forbidden, NotFound
from app.models import User, Visit, database
from app.models.chats import Status
from app.models.sites import SiteState
from app.models.visits import SILENT_MS
from app.operations import access, visitors
from app.operations import messages as sending
from app.operations import visits as operations
from app.operations.messages import Draft
from app.queries import sites as directory
from app.queries import visits
from tests.people import People
from tests.races import at_once
from tests.visits import SHOP, on_a_page

MINUTE = 60_000


@pytest.fixture
def site(app: Flask) -> Iterator[SiteState]:
    found = directory.first()
    assert found is not None
    yield found
    operations.noted.clear()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stops the clock, and sets it to so many milliseconds after now."""
    real = clock.now()

    def stop(ms: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: real + ms)

    stop(0)
    return stop


def credential() -> str:
    return secrets.token_urlsafe(32)


def urls(visit: visits.Visit) -> list[str]:
    return [page.url for page in visit.pages]


def rows() -> int:
    return int(database.scalar(select(func.count()).select_from(Visit)))


def test_pages_since_a_visit_began_are_seen_the_latest_first(site: SiteState, at: Any) -> None:
    token = credential()
    on_a_page(site, token, "/", referrer="https://search.example/?q=chairs")
    at(MINUTE)
    on_a_page(site, token, "/chairs")
    at(2 * MINUTE)
    on_a_page(site, token, "/chairs")  # still there
    (visit,) = visits.going_on()
    assert urls(visit) == [f"{SHOP}/chairs", f"{SHOP}/"]
    assert visit.pages[-1].referrer == "https://search.example/"
    assert visit.pages[0].at - visit.began_at == MINUTE
    assert visit.seen_at - visit.began_at == 2 * MINUTE
    assert (visit.browser, visit.system, visit.time_zone) == (
        "Firefox 142", "Linux", "Europe/Lisbon"
    )  # fmt: skip
    assert (visit.user_id, visit.name) == (None, None)


def test_who_comes_back_later_begins_another_visit(site: SiteState, at: Any) -> None:
    token = credential()
    on_a_page(site, token, "/")
    at(operations.PAUSE_MS)
    on_a_page(site, token, "/chairs")
    (visit,) = visits.going_on()
    assert urls(visit) == [f"{SHOP}/chairs"]
    assert visit.began_at == visit.seen_at


def test_who_is_silent_has_gone(site: SiteState, at: Any) -> None:
    on_a_page(site)
    at(SILENT_MS)
    assert visits.going_on() == []


def test_only_the_latest_pages_are_kept(site: SiteState) -> None:
    token = credential()
    for number in range(operations.PAGES + 5):
        on_a_page(site, token, f"/{number}")
    (visit,) = visits.going_on()
    assert urls(visit) == [f"{SHOP}/{number}" for number in reversed(range(5, 25))]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example.com/reset?token=secret#part", "https://shop.example.com/reset"),
        ("https://me:word@shop.example.com/", "https://shop.example.com/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,<b>", ""),
        ("https://[", ""),
        ("", ""),
        ("https://shop.example.com/" + "x" * 1000, "https://shop.example.com/" + "x" * 275),
    ],
)
def test_an_address_is_kept_without_what_may_be_secret(url: str, kept: str) -> None:
    assert operations.address_of(url) == kept


def test_no_network_address_is_stored(site: SiteState) -> None:
    on_a_page(site, address="203.0.113.77")
    stored = database.rows(select(Visit.__table__))
    assert len(stored) == 1
    assert "203.0.113" not in repr(stored)


def test_the_door_takes_it_and_says_nothing(site: SiteState, client: FlaskClient) -> None:
    body = {
        "token": credential(),
        "page": {"url": f"{SHOP}/a", "title": "  A \n chair ", "referrer": ""},
        "timeZone": "Asia/Tokyo",
        "language": "ja",
        "attributes": {"plan": "gold", "orders": 3, "is new": True, "note": None},
    }
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
    door = f"/embed/{site.key}/presence"
    answer = client.post(door, json=body, headers={"User-Agent": agent})
    assert (answer.status_code, answer.data) == (204, b"")
    operations.note_down()
    (visit,) = visits.going_on()
    assert visit.pages[0].title == "A chair"
    assert (visit.browser, visit.system, visit.language) == ("Firefox 142", "Linux", "ja")
    assert visit.attributes == body["attributes"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"a": {"b": 1}},
        {"a": [1]},
        {"a": "x" * 201},
        {"x" * 41: 1},
        {"": 1},
        {str(number): number for number in range(21)},
        "text",
    ],
)
def test_attributes_are_few_and_plain(
    attributes: Any, site: SiteState, client: FlaskClient
) -> None:
    body = {"token": credential(), "page": {"url": SHOP}, "attributes": attributes}
    answer = client.post(f"/embed/{site.key}/presence", json=body)
    assert answer.status_code == 422
    assert any(name.startswith("attributes") for name in answer.get_json()["error"]["fields"])
    assert operations.noted == {}


def test_a_megabyte_of_attributes_is_refused(site: SiteState, client: FlaskClient) -> None:
    body = {"token": credential(), "page": {"url": SHOP}, "attributes": {"a": "x" * 1_000_000}}
    answer = client.post(f"/embed/{site.key}/presence", json=body)
    assert answer.status_code in (413, 422)
    assert operations.noted == {}


def test_what_a_page_says_is_text_to_staff(
    site: SiteState, client: FlaskClient, people: People
) -> None:
    token = credential()
    visitor, message = visitors.write_first(
        site, token, Draft("Hello"), language="en", address="10.0.0.1"
    )
    on_a_page(site, token, attributes={"<img src=x>": "<script>alert(1)</script>"})
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    shown = client.get(f"/admin/messages/{message.chat_id}/visit").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in shown
    assert "<img" not in shown
    assert "<script" not in shown
    mark = shown.split("mark=")[1].split('"')[0]
    again = client.get(f"/admin/messages/{message.chat_id}/visit?mark={mark}")
    assert again.status_code == 204
    assert visitor.name in client.get("/admin/visitors").get_data(as_text=True)


def test_staff_write_first_and_the_visitor_finds_it(
    site: SiteState, client: FlaskClient, people: People
) -> None:
    token = credential()
    token_hash = on_a_page(site, token)
    with pytest.raises(Forbidden):
        operations.begin_chat(people.lena, token_hash)
    with pytest.raises(NotFound):
        operations.begin_chat(people.ana, "0" * 64)
    chat, is_new = operations.begin_chat(people.ana, token_hash)
    again, is_another = operations.begin_chat(people.ana, token_hash)
    assert (is_new, is_another, again.id) == (True, False, chat.id)
    assert (chat.status, chat.agent_id) == (Status.OPEN, people.ana.id)
    sending.send(people.ana, chat.id, Draft("Can I help?"))
    body = {"token": token, "page": {"url": SHOP}, "isStranger": True}
    told = client.post(f"/embed/{site.key}/presence", json=body).get_json()
    visitor = visitors.known(site, token)
    assert visitor is not None
    assert told["user"]["id"] == visitor.id == chat.customer_id
    found = access.own_chat(visitor)
    assert found is not None
    assert (found.id, found.customer_unread) == (chat.id, 1)


def test_nobody_is_made_of_who_has_gone_without_a_word(
    site: SiteState, client: FlaskClient, people: People, at: Any
) -> None:
    left, wrote = credential(), credential()
    visitors.write_first(site, wrote, Draft("Hello"), language="en", address="10.0.0.1")
    gone, known = on_a_page(site, left), on_a_page(site, wrote)
    before = int(database.scalar(select(func.count()).select_from(User)))
    at(SILENT_MS)
    with pytest.raises(NotFound):
        operations.begin_chat(people.ana, gone)
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    answer = client.post(f"/admin/visitors/{gone}/chat")
    assert (answer.status_code, "They have left the site" in answer.text) == (404, True)
    assert int(database.scalar(select(func.count()).select_from(User))) == before
    assert operations.begin_chat(people.ana, known)[0].agent_id == people.ana.id
    on_a_page(site, left)  # back again
    assert operations.begin_chat(people.ana, gone)[1]


def test_two_colleagues_who_write_to_a_visitor_at_once_are_in_one_chat(
    site: SiteState, people: People
) -> None:
    token_hash, staff = on_a_page(site), (people.ana, people.ben, people.maya)
    begun = at_once(lambda number: operations.begin_chat(staff[number], token_hash), len(staff))
    assert len({chat.id for chat, _is_new in begun}) == 1
    assert [is_new for _chat, is_new in begun].count(True) == 1


def test_who_wrote_nothing_is_forgotten_after_a_day(site: SiteState, at: Any) -> None:
    token = credential()
    on_a_page(site)
    on_a_page(site, token)
    visitors.write_first(site, token, Draft("Hello"), language="en", address="10.0.0.1")
    at(operations.DAY_MS - 1)
    operations.forget_old()
    assert rows() == 2
    at(operations.DAY_MS)
    operations.forget_old()
    assert rows() == 1
    at(visitors.lifetime())
    operations.forget_old()
    assert rows() == 0


def test_one_address_cannot_make_up_any_number(site: SiteState, people: People) -> None:
    before = int(database.scalar(select(func.count()).select_from(User)))
    for _ in range(3050):
        operations.note(
            site, credential(), operations.Page.of(SHOP, "", ""),
            language="", time_zone="", user_agent="", attributes={}, address="203.0.113.77",
        )  # fmt: skip
    assert len(operations.noted) == 3000
    on_a_page(site, address="10.0.0.9")  # others still get in
    assert len(visits.going_on()) == visits.MOST
    assert int(database.scalar(select(func.count()).select_from(User))) == before


def test_turned_off_nothing_is_noted_and_nobody_sees(
    site: SiteState,
    app: Flask,
    client: FlaskClient,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "VISITS", False)
    on_a_page(site)
    assert rows() == 0
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    assert client.get("/admin/visitors").status_code == 404
    assert "/admin/visitors" not in client.get("/admin").get_data(as_text=True)
    assert "Your time zone" not in client.get("/privacy").get_data(as_text=True)


@pytest.mark.parametrize(
    "user_agent", ["", "x" * 100_000, "Mozilla/5.0 (" + "a;" * 50_000, "\ud800", "\x00"]
)
def test_a_browser_may_say_anything_of_itself(site: SiteState, user_agent: str) -> None:
    began = time.process_time()
    on_a_page(site, user_agent=user_agent)
    (visit,) = visits.going_on()
    assert (visit.browser, visit.system) == ("", "")
    assert time.process_time() - began < 2  # of which the first name takes most

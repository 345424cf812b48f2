"""Visitors of a site: made by their first message, known by a credential, and by it alone."""

import gzip
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app import clock
from app.auth.tokens import actor_of_token
from app.errors import TokenInvalid, TooFast
from app.models import database, sites, users, visitors
from app.models.sites import SiteState
from app.operations import closures, messages, sightings
from app.operations import visitors as operations
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import counts, inbox
from app.queries import messages as history
from app.queries import sites as directory
from tests.people import People

SHOP = "https://shop.example.com"
Post = Callable[..., TestResponse]


@pytest.fixture
def site(app: Flask) -> SiteState:
    allow = update(sites.table).values(origins=json.dumps([SHOP, "https://*.example.org"]))
    with transaction() as tx:
        tx.run(allow, {})
    found = directory.first()
    assert found is not None
    return found


@pytest.fixture
def post(client: FlaskClient, site: SiteState) -> Post:
    def sends(path: str = "", origin: str | None = None, **body: Any) -> TestResponse:
        headers = {"Origin": origin} if origin else {}
        return client.post(f"/embed/{site.key}{path}", data=json.dumps(body), headers=headers)

    return sends


def credential() -> str:
    return secrets.token_urlsafe(32)


def people_there() -> int:
    return int(database.scalar(select(func.count()).select_from(users.table)))


@pytest.mark.parametrize("origin", [SHOP, "https://a.example.org", "http://localhost", None])
def test_the_site_and_the_desk_may_have_somebody_write(post: Post, origin: str | None) -> None:
    body = {"token": credential(), "clientId": "a", "message": "Hello"}
    assert post("/messages", origin, **body).status_code == 200
    for other in ("https://example.org", "https://shop.example.com.evil.example"):
        assert post("/visits", other, token=body["token"]).status_code == 403


def test_a_page_that_loads_the_chat_learns_how_it_looks_and_makes_nobody(post: Post) -> None:
    before = people_there()
    answer = post(origin=SHOP, token=credential(), version="1")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Set-Cookie" not in answer.headers
    told = answer.get_json()
    assert (told["unread"], told["isKnown"], told["edge"]) == (0, False, "end")
    assert people_there() == before


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (SHOP, True),
        ("https://de.example.org", True),
        ("https://a.b.example.org", True),
        ("https://example.org", False),
        ("https://evilexample.org", False),
        ("http://de.example.org", False),
        ("https://shop.example.com:8443", False),
        ("https://shop.example.com.evil.test", False),
        ("null", False),
        ("", False),
        ("https://[", False),
        ("https://a]b[.example.org", False),
        ("https://evil.test\\.example.org", False),
    ],
)
def test_an_origin_that_is_not_the_sites_is_refused_and_told_so(
    post: Post, origin: str, is_allowed: bool
) -> None:
    answer = post(origin=origin)
    assert (answer.status_code == 200) == is_allowed
    if not is_allowed:
        assert answer.get_json()["error"]["code"] == "origin_not_allowed"
    if origin:  # a refusal is there to be read, too
        assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_the_loader_says_the_version_that_the_desk_expects(client: FlaskClient) -> None:
    script = client.get("/widget.js").get_data()
    if script[:2] == b"\x1f\x8b":
        script = gzip.decompress(script)
    assert re.findall(r'version:\s*"(\w+)"', script.decode()) == [sites.LOADER_VERSION]


def test_what_came_of_loading_the_chat_is_noted(post: Post, site: SiteState) -> None:
    def told() -> list[tuple[str, str, str]]:
        sightings.note_down()
        return sorted((s.origin, s.version, s.problem) for s in directory.sightings(site.id))

    post(origin=SHOP, version="1")
    assert told() == [(SHOP, "1", "")]
    post(origin=SHOP, version="1", problem="frame_blocked")
    post(origin="https://evil.example", version="1")
    assert told() == [
        ("https://evil.example", "1", "origin_not_allowed"),
        (SHOP, "1", "frame_blocked"),
    ]
    assert post(origin=SHOP, problem="anything").status_code == 422


def test_a_first_message_makes_the_visitor_and_a_repeat_nobody(post: Post, people: People) -> None:
    token, before = credential(), people_there()
    assert post("/visits", token=token).status_code == 204
    first = {"token": token, "clientId": "a", "message": "Hello?", "language": "pt-BR"}
    answer = post("/messages", **first).get_json()
    again = post("/messages", **first).get_json()
    assert again["message"] == answer["message"]
    assert people_there() == before + 1
    visitor = actor_of_token(answer["accessToken"])
    assert visitor.is_customer
    assert visitor.email == ""
    assert visitor.name.startswith("Visitor ")
    assert visitor.name.endswith(" (pt-BR)")
    assert answer["user"] == {
        "id": visitor.id,
        "name": visitor.name,
        "pageKey": actor_of_token(again["accessToken"]).page_key,
    }
    row = database.row(select(visitors.table).where(visitors.table.c.user_id == visitor.id))
    assert row is not None
    assert row.language == "pt-BR"
    waiting = inbox.page(people.ana, inbox.Filter.UNASSIGNED, "").rows
    assert [row.chat.customer_name for row in waiting] == [visitor.name]
    assert counts.wrong() == {}


def test_two_tabs_that_write_first_are_one_visitor(site: SiteState, people: People) -> None:
    token, before = credential(), people_there()
    lines = [
        operations.write_first(site, token, Draft(text, text), language="", address="10.0.0.1")
        for text in ("one", "two")
    ]
    assert people_there() == before + 1
    assert len({actor.id for actor, _message in lines}) == 1
    assert len({message.chat_id for _actor, message in lines}) == 1


def test_what_is_no_message_makes_nobody(post: Post) -> None:
    before = people_there()
    for refused, status in (
        ({"message": " \u200b"}, 422),
        ({"message": "x" * 5001}, 413),
        ({"message": "Hello", "token": "short"}, 422),
        ({"message": 7}, 422),
    ):
        answer = post("/messages", **({"token": credential(), "clientId": "a"} | refused))
        assert answer.status_code == status, refused
    assert post("/messages", token=credential()).status_code == 422
    assert people_there() == before


def test_a_credential_is_of_one_site_and_ends(
    site: SiteState, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = credential()
    actor, _ = operations.write_first(site, token, Draft("Hi", "a"), language="", address="a")
    assert operations.known(site, token) == actor
    with pytest.raises(TokenInvalid):
        operations.known(site._replace(id=site.id + 1), token)
    soon = clock.now() + operations.lifetime() - 1000
    monkeypatch.setattr(clock, "now", lambda: soon)
    assert operations.known(site, token) == actor  # which renews it
    late = soon + operations.lifetime() - 1000
    monkeypatch.setattr(clock, "now", lambda: late)
    assert operations.known(site, token) == actor
    monkeypatch.setattr(clock, "now", lambda: late + operations.lifetime() + 1000)
    with pytest.raises(TokenInvalid):
        operations.known(site, token)
    assert post("/visits", token=token).status_code == 401


def test_a_visitor_is_answered_and_the_page_that_comes_back_knows(
    site: SiteState, post: Post, people: People
) -> None:
    token = credential()
    actor, first = operations.write_first(site, token, Draft("Hi", "a"), language="", address="a")
    messages.send(people.ana, first.chat_id, Draft("Hello there"))
    told = post(origin=SHOP, token=token).get_json()
    assert (told["unread"], told["isKnown"]) == (1, True)
    visit = post("/visits", token=token).get_json()
    assert actor_of_token(visit["accessToken"]).id == actor.id
    said = [each.text for each in history.before(first.chat_id).messages if each.line is None]
    assert said == ["Hi", "Hello there"]


def test_nobody_makes_visitors_without_end(site: SiteState) -> None:
    for number in range(60):
        operations.write_first(
            site, credential(), Draft("Hi", str(number)), language="", address="10.0.0.1"
        )
    with pytest.raises(TooFast):
        operations.write_first(
            site, credential(), Draft("Hi", "x"), language="", address="10.0.0.1"
        )
    operations.write_first(site, credential(), Draft("Hi", "x"), language="", address="10.0.0.2")


@pytest.mark.parametrize("text", ["<b>", "x" * 40, "en_US", "ar\u202e"])
def test_a_language_that_is_none_is_not_shown(text: str) -> None:
    assert operations.language_of(text) == ""


def test_the_frame_is_the_same_for_everybody_and_only_the_sites_to_show(
    client: FlaskClient, site: SiteState
) -> None:
    page = client.get(f"/embed/{site.key}/frame?locale=de")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {SHOP} https://*.example.org;" in policy
    assert 'lang="de"' in page.text
    assert client.get("/embed/unknown/frame").status_code == 404


def test_the_chat_bears_the_name_of_the_site_that_it_is_on(
    client: FlaskClient, site: SiteState, post: Post, people: People
) -> None:
    """Not the desk's, which serves others too."""
    with transaction() as tx:
        tx.run(update(sites.table).values(name="Oak & Ash"), {})
    assert post(origin=SHOP).get_json()["name"] == "Oak & Ash"
    page = client.get(f"/embed/{site.key}/frame").text
    written = post("/messages", token=credential(), clientId="a", message="Hello").get_json()
    closures.close(people.ana, written["message"]["chatId"])
    known = {"Authorization": f"Bearer {written['accessToken']}"}
    g.pop("actor", None)  # this test's context outlives a request
    chat, status = (client.get(path, headers=known).text for path in ("/widget", "/widget/status"))
    for text in (page, chat, status):
        assert "Oak &amp; Ash" in text
        assert client.application.config["SITE_NAME"] not in text


def test_a_version_is_a_word(client: FlaskClient, site: SiteState) -> None:
    """It is written down, and PostgreSQL takes no NUL."""
    body = json.dumps({"token": None, "version": "1\0"})
    answer = client.post(f"/embed/{site.key}", data=body, headers={"Origin": SHOP})
    assert answer.status_code == 422
    assert "version" in answer.get_json()["error"]["fields"]


def test_a_site_without_origins_is_shown_nowhere(client: FlaskClient) -> None:
    site = directory.first()
    assert site is not None
    policy = client.get(f"/embed/{site.key}/frame").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none';" in policy


@pytest.mark.parametrize("kind", ["js", "mjs", "d.ts"])
def test_the_loader_is_everybodys_for_an_hour(client: FlaskClient, kind: str) -> None:
    with client.get(f"/widget.{kind}") as answer:
        assert answer.status_code == 200
        assert (
            answer.headers["Cache-Control"] == "no-cache, max-age=3600"
            or "max-age=3600" in (answer.headers["Cache-Control"])
        )
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["ETag"]
        assert "Set-Cookie" not in answer.headers


def test_the_loader_comes_small_and_not_twice(client: FlaskClient) -> None:
    packed = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) <= 6 * 1024
    plain = client.get("/widget.js")
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]
    again = client.get("/widget.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304


def test_staff_finds_them_by_what_they_say_of_themselves(site: SiteState, people: People) -> None:
    actor, sent = operations.write_first(
        site,
        credential(),
        Draft("Hello", "a"),
        language="",
        address="10.0.0.1",
        said=operations.Said("Grace Hopper", "grace@navy.example"),
    )
    for search in ("hopper", "grace@navy.example", "navy.example", actor.name):
        found = inbox.page(people.ana, inbox.Filter.ALL, search)
        assert [row.chat.id for row in found.rows] == [sent.chat_id], search
    assert inbox.page(people.ana, inbox.Filter.ALL, "graceful").rows == []

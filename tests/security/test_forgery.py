"""Requests that another site makes in somebody's browser: forms, HTMX, polling, WebSockets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.tokens import access_token
from app.models.users import Actor
from app.operations import logins, visits
from tests.live.conftest import Place, within
from tests.live.raw import Raw
from tests.live.test_connections import cookie
from tests.people import PASSWORD, People
from tests.security.cast import Cast, stored
from tests.security.knock import PAYLOADS, ROWS, Row, call, filled, is_route

POLLING = "/socket.io/?EIO=4&transport=polling"
NO_ADDRESS = "http://["
ELSEWHERE = [
    "https://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    NO_ADDRESS,
    "",
    None,
]
# Proved by what no browser adds by itself: a token in the body, or in the address of a mailed link.
BY_TOKEN = ("/api/", "/auth/", "/chat/", "/embed/", "/mail/", "/c/", "/files/", "/in/")
BY_TOKEN += ("/invitation/",)  # whose form asks for its token as well
# A page's routes that change something, in the table that has every route.
CHANGING = [
    row
    for row in ROWS
    if is_route(row)
    and not row.name.startswith("GET ")
    and not row.name.partition(" ")[2].startswith(BY_TOKEN)
]


@pytest.fixture
def forged(house: Flask) -> Iterator[None]:
    house.config["WTF_CSRF_ENABLED"] = True
    yield
    house.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("row", CHANGING, ids=lambda row: f"{row.name} {row.chat}")
def test_no_form_and_no_htmx_call_counts_without_its_token(
    house: Flask, cast: Cast, forged: None, row: Row
) -> None:
    for name in ("customer", "provider", "admin"):
        for extra in ({}, {"csrf_token": "a.b.c"}):
            cast.begin_anew()
            before = stored()
            answer = call(house, cast, name, row, extra=extra)
            assert answer.status_code == 400
            assert "grown old" in answer.text
            assert stored() == before


def test_a_token_of_ones_own_is_proof_and_a_password_that_browsers_send_is_none(
    house: Flask, cast: Cast, forged: None
) -> None:
    """By a token the demo's frames act, whichever of them has its session's cookie."""
    cast.begin_anew()
    client, page = house.test_client(), {"page": cast["agent"].page_key}
    bearer = {"Authorization": f"Bearer {access_token(cast['agent'])}"}
    basic = {"Authorization": "Basic YTpi"}
    assert client.post("/admin/messages/1/assignment", data=page, headers=bearer).status_code < 400
    refused = client.post("/admin/messages/1/assignment", data=page, headers=basic)
    assert (refused.status_code, "grown old" in refused.text) == (400, True)


def test_two_tabs_that_log_in_at_once_both_may(house: Flask, cast: Cast, forged: None) -> None:
    """Each has made a session, and the first one's is lost; no other site may log anybody in."""
    cast.begin_anew()
    client = house.test_client()
    form = {"email": cast["customer"].email, "password": PASSWORD, "csrf_token": "a.b.c"}
    for origin in (*ELSEWHERE, "http://localhost:81"):
        said = {} if origin is None else {"Origin": origin}
        refused = client.post("/login", data=form, headers=said)
        assert (refused.status_code, "grown old" in refused.text) == (400, True)
    assert (
        client.post("/login", data=form, headers={"Origin": "http://localhost"}).status_code == 303
    )
    for path in ("/register", "/password"):  # who has no session yet, either
        answers = {
            origin: house.test_client()
            .post(path, data=form, headers={"Origin": origin})
            .status_code
            for origin in ("null", "http://localhost")
        }
        assert answers["null"] == 400
        assert answers["http://localhost"] in (409, 422), path


def test_all_that_changes_something_is_in_the_table() -> None:
    assert len(CHANGING) > 12
    assert {"POST /logout", "POST /widget/messages"} <= {row.name for row in CHANGING}
    assert not [row for row in CHANGING if "{" in row.name and row.name not in PAYLOADS]


def test_a_token_of_another_session_does_not_count(house: Flask, cast: Cast, forged: None) -> None:
    cast.begin_anew()
    theirs = house.test_client()
    with house.app_context():
        token = token_of(theirs)
        login = {"email": cast["customer"].email, "password": PASSWORD, "csrf_token": token}
        assert house.test_client().post("/login", data=login).status_code == 400
        assert theirs.post("/login", data=login).status_code == 303


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert found
    return found[1]


def test_a_login_begins_a_new_session(house: Flask, cast: Cast, forged: None) -> None:
    """A session that somebody else has set is worth nothing after the login."""
    cast.begin_anew()
    client = house.test_client()
    with house.app_context():
        token = token_of(client)
        with client.session_transaction() as session:
            session["planted"] = "by somebody else"
        fixed = client.get_cookie("deskbell_session")
        login = {"email": cast["customer"].email, "password": PASSWORD, "csrf_token": token}
        answer = client.post("/login", data=login)
        assert answer.status_code == 303
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "SameSite=Lax" in answer.headers["Set-Cookie"]
        with client.session_transaction() as session:
            assert "planted" not in session
    assert fixed is not None
    with house.app_context():
        stranger = house.test_client()
        stranger.set_cookie("deskbell_session", fixed.value)
        assert stranger.get("/dashboard").status_code == 303
    with house.app_context():
        assert client.post("/logout", data={"csrf_token": token}).status_code == 400  # an old one


BY_FRAME = [row for row in ROWS if re.fullmatch("POST /embed/<key>/.*", row.name)]


@pytest.mark.parametrize("origin", [each for each in ELSEWHERE if each is not None])
@pytest.mark.parametrize("row", BY_FRAME, ids=lambda row: row.name)
def test_a_strangers_page_asks_in_vain_at_the_doors_of_the_frame(
    house: Flask, cast: Cast, row: Row, origin: str
) -> None:
    cast.begin_anew()
    before = stored()
    body = json.dumps(filled(PAYLOADS[row.name], cast.values(row.chat)))  # sent as text
    path = row.name.removeprefix("POST ").replace("<key>", cast.site.key)

    def asked(origin: str) -> TestResponse:
        with house.app_context():
            return house.test_client().post(path, data=body, headers={"Origin": origin})

    answer = asked(origin)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (stored(), visits.noted) == (before, {})
    assert str(asked("http://localhost").status_code) == row.cells["nobody"]  # the premise
    visits.noted.clear()


def test_the_frame_asks_at_more_than_one_door() -> None:
    assert {row.name.rpartition("/")[2] for row in BY_FRAME} == {
        "files",
        "messages",
        "presence",
        "visits",
    }


@pytest.fixture(scope="module")
def desk(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("desk"), migrated, "eventlet", RATE_LIMITS="off")
    yield from within(place)
    assert place.server.stop() == 0


def entered(place: Place, who: Actor, headers: dict[str, str]) -> bool:
    """Whether polling lets somebody in by their cookie."""
    with requests.Session() as session:
        session.headers.update({"Cookie": cookie(place, who)} | headers)
        opened = session.get(place.server.url + POLLING, timeout=15)
        if opened.status_code != 200:
            return False
        sid = re.search(r'"sid":"([^"]+)"', opened.text)
        assert sid
        at = f"{place.server.url}{POLLING}&sid={sid[1]}"
        assert session.post(at, data="40/live,", timeout=15).status_code == 200
        return session.get(at, timeout=15).text.startswith("40/live,")


@pytest.mark.parametrize("origin", ELSEWHERE, ids=str)
def test_polling_from_elsewhere_is_nobody(desk: Place, origin: str | None) -> None:
    lena = logins.begun(People(has_addresses=False).lena)
    assert entered(desk, lena, {"Origin": desk.server.url})  # the premise
    assert entered(desk, lena, {"Sec-Fetch-Site": "same-origin"})
    headers = {} if origin is None else {"Origin": origin}
    assert not entered(desk, lena, headers)
    for site in ("cross-site", "same-site", "none"):
        assert not entered(desk, lena, {"Sec-Fetch-Site": site})
    for page in ("https://evil.example/", NO_ADDRESS):
        assert not entered(desk, lena, {"Referer": page})


@pytest.mark.parametrize("origin", ELSEWHERE, ids=str)
def test_a_cookie_from_elsewhere_is_nobody_at_an_older_door(
    desk: Place, origin: str | None
) -> None:
    lena = logins.begun(People(has_addresses=False).lena)

    def asked(headers: dict[str, str]) -> int:
        headers = headers | {"Cookie": cookie(desk, lena)}
        url = f"{desk.server.url}/chat/conversations"
        return requests.get(url, headers=headers, timeout=15).status_code

    assert asked({"Origin": desk.server.url}) == 200  # the premise
    assert asked({"Referer": f"{desk.server.url}/dashboard"}) == 200
    assert asked({} if origin is None else {"Origin": origin}) == 401
    assert asked({} if origin is None else {"Referer": f"{origin}/"}) == 401
    assert "Traceback" not in desk.server.output()


def test_no_answer_lets_another_site_read_it_with_cookies(desk: Place) -> None:
    for path in (POLLING, "/api/v1/me", "/chat/conversations", "/admin/messages", "/login"):
        for method in ("GET", "OPTIONS"):
            answer = requests.request(
                method,
                desk.server.url + path,
                headers={"Origin": "https://evil.example"},
                timeout=15,
                allow_redirects=False,
            )
            assert answer.headers.get("Access-Control-Allow-Origin") is None, path
            assert answer.headers.get("Access-Control-Allow-Credentials") is None, path


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "__proto__"])
def test_an_event_of_the_servers_own_name_has_no_effect(desk: Place, event: str) -> None:
    """By every namespace, with whatever a connect would take; the same socket goes on."""
    people = People(has_addresses=False)
    token, other = desk.token(people.lena), desk.token(people.marcus)
    for at in ("/live,", "", "/chat,"):
        line = Raw(desk.server.url)
        line.say(f'40{at}{{"token":"{token}"}}')
        assert line.socket.recv().startswith(f"40{at}")
        proof = json.dumps({"token": other})
        for number, said in enumerate((proof, f'"x",{{}},{proof}')):
            line.say(f'42{at}{number}["{event}",{said}]')
            while not (heard := line.socket.recv()).startswith(f"43{at}{number}["):
                assert heard.startswith(("42", "2")), heard
            assert "unknown_event" in heard
        line.close()
    assert desk.client(people.lena).send("Still me", "a")["sender"]["id"] == people.lena.id

"""A page that shows somebody acts as nobody else: every door that takes a session asks whose it is.

The cookie of a browser changes for all of its pages at once, when one person logs out in a tab and
another logs in. Sockets: `tests/live/test_connections.py`; pages: `tests/browser/test_logins.py`.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.models.users import Actor
from app.operations import logins
from tests.people import PASSWORD
from tests.security.cast import WITH_ACCOUNT, Cast, stored
from tests.security.knock import JSON_DOORS, PAYLOADS, ROWS, Row, filled, is_route, place_of

# Pages that know a person: nobody is sent away to log in, and one who may is answered.
PAGES = [
    pytest.param(row, id=f"{row.name} {row.chat}")
    for row in ROWS
    if is_route(row) and row.cells["nobody"] == "login"
]
OLDER = [
    "GET /chat/conversations",
    "GET /api/chat/user/chat",
    "GET /api/provider-customer-chat/conversations",
    "POST /chat/messages",
]


def test_the_pages_are_those_that_somebody_logs_in_for() -> None:
    assert len(PAGES) > 40
    assert {"POST /logout", "GET /dashboard", "POST /widget/messages", "GET /admin/overview"} <= {
        param.values[0].name for param in PAGES
    } | {"POST /logout"}


def ways(row: Row) -> list[str]:
    """Who may come in by this door."""
    return [name for name in WITH_ACCOUNT if row.cells[name] in ("200", "204", "303")][:3]


def other_than(name: str, cast: Cast) -> Actor:
    return cast["elsewhere" if name == "another" else "another"]


def asked(
    house: Flask, cast: Cast, who: Actor, row: Row, key: str | None, *, by: str
) -> tuple[int, str, str | None]:
    """Status, text and the way that HTMX is sent, for a page with this key in header or form."""
    values = cast.values(row.chat)
    method, _, rule = row.name.partition(" ")
    path = re.sub(r"<id:(\w+)>", lambda found: str(values[place_of(found[1])]), rule)
    path = path.replace("<names>.js", "menus.js").replace("<names>.css", "base.css")
    path = path.replace("<token_hash>", cast.visit)
    form = {n: str(v) for n, v in filled(PAYLOADS.get(row.name, {}), values).items()}
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/dashboard?x=1"}
    if by == "form":
        headers = {}
        form |= {"page": key} if key else {}
    elif key:
        headers["X-Page"] = key
    with house.app_context():
        client = logged_in(house, who)
        more = {"query_string" if method == "GET" else "data": form}
        answer = client.open(path, method=method, headers=headers, **more)
        return answer.status_code, answer.text, answer.headers.get("HX-Redirect")


def logged_in(house: Flask, who: Actor) -> FlaskClient:
    client = house.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    return client


@pytest.mark.parametrize("row", PAGES)
def test_a_part_that_anothers_page_asks_for_is_refused(house: Flask, cast: Cast, row: Row) -> None:
    for name in ways(row):
        who = cast[name]
        others = (other_than(name, cast), logins.begun(who), who._replace(login=None))
        for other in others:
            cast.begin_anew()
            before = stored()
            status, text, way = asked(house, cast, who, row, other.page_key, by="htmx")
            assert status == 409
            assert 'data-code="other_login"' in text
            assert way == f"/login?next=/dashboard?x%3D1&was={other.id}"
            assert stored() == before
        for key in (who.page_key, None):
            cast.begin_anew()
            assert asked(house, cast, who, row, key, by="htmx")[0] in (200, 204, 303)


@pytest.mark.parametrize("row", [row for row in PAGES if row.values[0].name.startswith("POST")])
def test_a_form_of_anothers_page_is_refused_in_words(house: Flask, cast: Cast, row: Row) -> None:
    for name in ways(row):
        cast.begin_anew()
        before = stored()
        status, text, _ = asked(
            house, cast, cast[name], row, other_than(name, cast).page_key, by="form"
        )
        assert (status, stored()) == (409, before)
        assert "Somebody else is logged in now" in text
        assert f"The {name}" in text
        assert asked(house, cast, cast[name], row, cast[name].page_key, by="form")[0] in (
            200,
            303,
            422,
        )


def test_nobody_is_logged_out_by_anothers_page(house: Flask, cast: Cast) -> None:
    cast.begin_anew()
    with house.app_context():
        client = logged_in(house, cast["customer"])
        assert client.post("/logout", data={"page": cast["agent"].page_key}).status_code == 409
        assert client.get("/dashboard").status_code == 200
    with house.app_context():
        assert client.post("/logout", data={"page": cast["customer"].page_key}).status_code == 303
    with house.app_context():
        assert client.get("/dashboard").status_code == 303


def test_it_is_said_before_the_form_is_called_old(house: Flask, cast: Cast) -> None:
    """The token against forgery belongs to a session, so it does not fit either."""
    cast.begin_anew()
    house.config["WTF_CSRF_ENABLED"] = True
    try:
        with house.app_context():
            client = logged_in(house, cast["customer"])
            form = {"message": "Hi", "page": cast["another"].page_key, "csrf_token": "a.b.c"}
            answer = client.post("/widget/messages", data=form)
            assert (answer.status_code, "Somebody else" in answer.text) == (409, True)
            form["page"] = cast["customer"].page_key
            assert client.post("/widget/messages", data=form).status_code == 400
    finally:
        house.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("door", OLDER)
def test_rest_by_session_is_refused_to_anothers_page(house: Flask, cast: Cast, door: str) -> None:
    method, _, path = door.partition(" ")
    assert path.startswith(JSON_DOORS)
    cast.begin_anew()
    before = stored()
    body = {"json": {"content": "Hi"}} if method == "POST" else {}
    origin = {"Origin": "http://localhost"}
    customer, another = cast["customer"], cast["another"]
    with house.app_context():
        page = {"X-Page": another.page_key}
        answer = logged_in(house, customer).open(path, method=method, headers=origin | page, **body)
        assert answer.status_code == 409
        assert answer.json["error"]["code"] == "other_login"
    assert stored() == before
    for headers in (origin, origin | {"X-Page": customer.page_key}):
        with house.app_context():
            client = logged_in(house, customer)
            assert client.open(path, method=method, headers=headers, **body).status_code < 300


def test_a_page_of_before_is_led_to_who_is_here_now(house: Flask, cast: Cast) -> None:
    cast.begin_anew()
    customer, another = cast["customer"], cast["another"]
    way = {"next": "/dashboard?x=1"}
    with house.app_context():
        client = logged_in(house, customer)
        same = client.get("/login", query_string=way | {"was": customer.id})
        assert (same.status_code, same.location) == (303, "/dashboard?x=1")
        other = client.get("/login", query_string=way | {"was": another.id})
    assert other.status_code == 200
    assert "Somebody else is logged in now" in other.text
    assert "Go on as \u2068The customer\u2069" in other.text
    assert 'href="/dashboard?x=1"' in other.text
    with house.app_context():
        nobody = house.test_client().get("/login", query_string=way | {"was": another.id})
    assert "You have been logged out" in nobody.text


def test_who_logs_in_over_another_login_ends_it(house: Flask, cast: Cast) -> None:
    """Its cookie may be a copy in another place, its socket in another tab."""
    cast.begin_anew()
    with house.app_context():
        client = logged_in(house, cast["customer"])
        login = {"email": cast["another"].email, "password": PASSWORD}
        assert client.post("/login", data=login).status_code == 303
    with house.app_context():
        assert logged_in(house, cast["customer"]).get("/dashboard").status_code == 303
    with house.app_context():
        assert "The another" in client.get("/dashboard").text

"""What every HTTP door shares: health, headers, errors in the door's own form, quiet logs."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.test import TestResponse

from app import create_app
from app.auth.tokens import access_token
from app.doors import DAY_MS
from app.extensions import db
from app.operations import messages, versions
from app.operations.messages import Draft
from app.queries import messages as history
from tests.conftest import settings_for
from tests.people import PASSWORD, People

HTMX = {"HX-Request": "true"}


@pytest.fixture
def away(tmp_path: Path) -> FlaskClient:
    """A client of an application whose database does not answer."""
    nowhere = "postgresql+psycopg2://nobody@127.0.0.1:1/nothing"
    app = create_app(settings_for(tmp_path, DATABASE_URL=nowhere))
    app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return app.test_client()


def test_healthy_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"ok": True}
    ready = client.get("/readyz")
    checks = {"database": True, "files": True}
    assert (ready.status_code, ready.json) == (200, {"ok": True, "checks": checks})


def test_alive_but_not_ready_while_the_database_is_away(away: FlaskClient) -> None:
    assert away.get("/healthz").status_code == 200
    ready = away.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, False)
    login = {"email": "customer@example.com", "password": PASSWORD}
    api = away.post("/api/v1/auth/login", json=login)
    assert (api.status_code, api.json["error"]["code"]) == (503, "unavailable")
    page = away.post("/login", data=login)
    assert page.status_code == 503
    assert "127.0.0.1:1" not in page.text + api.text


def test_who_is_logged_in_is_told_plainly_that_the_database_is_away(away: FlaskClient) -> None:
    with away.session_transaction() as session:
        session["_user_id"] = "1:1:"
    for path in ("/dashboard", "/admin/messages", "/login"):
        page = away.get(path)
        assert (page.status_code, "Deskbell needs a moment" in page.text) == (503, True)
        toast = away.get(path, headers=HTMX)
        assert (toast.status_code, 'data-code="unavailable"' in toast.text) == (503, True)
    assert away.get("/nowhere").status_code == 404


def test_metrics_are_told_in_prometheus_form(client: FlaskClient) -> None:
    client.get("/api/v1/me")
    told = client.get("/metrics")
    assert told.content_type.startswith("text/plain; version=")
    names = {line.split()[2] for line in told.text.splitlines() if line.startswith("# TYPE")}
    assert names >= {
        "deskbell_sockets", "deskbell_messages_total", "deskbell_event_seconds",
        "deskbell_emitted_total", "deskbell_errors_total", "deskbell_request_seconds",
    }  # fmt: skip
    assert re.search(r'deskbell_errors_total\{code="token_missing",door="api"\} [1-9]', told.text)
    assert re.search(
        r'deskbell_request_seconds_count\{endpoint="api.me_me",status="401"\}', told.text
    )


EVERYWHERE = ["/login", "/nowhere", "/static/icon.svg", "/api/v1/me", "/api/nowhere", "/healthz"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"])
    assert (policy["style-src"], policy["connect-src"]) == ("'self'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"]) == ("'self'", "'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])
    assert ("no-store" in headers.get("Cache-Control", "")) == (not path.startswith("/static"))
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/", "/login", "/admin/messages", "/api/v1/chats"])
def test_what_is_worth_it_is_packed_for_who_takes_it_so(
    app: Flask, people: People, path: str
) -> None:
    for number in range(5):
        messages.send(people.lena, None, Draft("A long word " * 20, f"{number}"))
    proof = {"Authorization": f"Bearer {access_token(people.ana)}"} if "api" in path else {}
    client = app.test_client()
    if "admin" in path:
        client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    plain = client.get(path, headers=proof)
    packed = client.get(path, headers=proof | {"Accept-Encoding": "gzip"})
    for answer in (plain, packed):
        assert answer.status_code == plain.status_code
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Content-Encoding" not in plain.headers
    if len(plain.data) < 1_000:
        assert "Content-Encoding" not in packed.headers
        return
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 0.6 * len(plain.data)
    assert anew(gzip.decompress(packed.data)) == anew(plain.data)


def anew(page: bytes) -> bytes:
    """Without what each answer has of its own."""
    return re.sub(rb"(nonce|value|content)=\"[^\"]{16,}\"", b"", page)


def test_who_takes_nothing_packed_is_asked_for_a_head_alike(client: FlaskClient) -> None:
    head = client.head("/login", headers={"Accept-Encoding": "gzip"})
    assert head.data == b""
    assert head.headers["Content-Encoding"] == "gzip"


def test_production_insists_on_https_and_secure_cookies(database: Path) -> None:
    app = create_app(settings_for(database, APP_ENV="production"))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        People()
        client = app.test_client()
        answer = client.post("/login", data={"email": "customer@example.com", "password": PASSWORD})
        db.engine.dispose()
    assert answer.status_code == 303
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_a_form_without_its_token_changes_nothing(app: Flask, people: People) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    login = {"email": people.lena.email, "password": PASSWORD}
    refused = client.post("/login", data=login)
    assert refused.status_code == 400
    assert "This form has grown old" in refused.text
    assert client.get("/dashboard").status_code == 303  # still nobody
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert found
    assert client.post("/login", data=login | {"csrf_token": found[1]}).status_code == 303
    assert client.get("/dashboard").status_code == 200


def test_metrics_are_told_while_the_database_is_away(away: FlaskClient) -> None:
    told = away.get("/metrics")
    assert told.status_code == 200
    assert "deskbell_queue_chats NaN" in told.text
    assert 'deskbell_jobs{state="dead"} NaN' in told.text
    assert "deskbell_errors_total" in told.text


STRANGERS = ["/privacy", "/nowhere", "/embed/none/frame", "/c/none", "/mail/none/stop", "/api/docs"]


@pytest.mark.parametrize("path", STRANGERS)
def test_who_is_nobody_here_gets_no_cookie(app: Flask, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    answer = client.get(path)
    assert "<html" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in client.get("/login").headers  # whose form needs one


def test_an_answer_under_way_brings_no_old_cookie_back(
    app: Flask, people: People, later: Callable[[int], None]
) -> None:
    client = app.test_client()
    login = {"email": people.maya.email, "password": PASSWORD}
    assert client.post("/login", data=login).status_code == 303
    client.get("/admin/messages")  # whose forms need a token of the session
    client.post("/admin/watching", data={"on": "1"})
    page = client.get("/admin/messages")
    assert "Set-Cookie" not in page.headers
    assert 'id="looks-on" class="icon-button" name="on" value=""' in page.text
    later(DAY_MS)
    assert "deskbell_session=" in client.get("/admin/messages").headers["Set-Cookie"]  # lives on
    assert "Set-Cookie" not in client.get("/admin/messages").headers


@pytest.mark.parametrize("referrer", ["https://[", "https://deskbell.example]", "https://[::1"])
def test_a_referrer_that_is_no_address_is_none(database: Path, referrer: str) -> None:
    app = create_app(settings_for(database, TRUSTED_PROXIES="1"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        people = People()
        client = app.test_client()
        behind_tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        page = client.get("/login", headers=behind_tls).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found
        login = {"email": people.lena.email, "password": PASSWORD, "csrf_token": found[1]}
        refused = client.post("/login", data=login, headers=behind_tls | {"Referer": referrer})
        own = {"Referer": "https://localhost/login"}
        let_in = client.post("/login", data=login, headers=behind_tls | own)
        db.engine.dispose()
    assert refused.status_code == 400
    assert "This form has grown old" in refused.text
    assert let_in.status_code == 303


@pytest.mark.parametrize("place", ["http://[", "//[::1", "http://a]/b"])
def test_a_part_is_asked_for_from_no_address(client: FlaskClient, place: str) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/dashboard", headers={"HX-Request": "true", "HX-Current-URL": place})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login")


def broken(app: Flask, path: str, method: str) -> None:
    """The view behind this address has a bug."""
    endpoint, _ = app.url_map.bind("").match(path, method)

    def bug(**_: Any) -> None:
        raise ZeroDivisionError("a secret of the inside")

    app.view_functions[endpoint] = bug


ERRORS = {
    404: ("GET", "/nowhere", "not_found"),
    405: ("DELETE", "/login", "method_not_allowed"),
    413: ("POST", "/login", "too_long"),
    500: ("GET", "/login", "internal"),
}
API_ERRORS = {
    404: ("GET", "/api/v1/nowhere", "not_found"),
    405: ("DELETE", "/api/v1/me", "method_not_allowed"),
    413: ("POST", "/api/v1/auth/login", "too_long"),
    500: ("GET", "/api/v1/me", "internal"),
}


def knock(app: Flask, status: int, method: str, path: str, **headers: str) -> TestResponse:
    if status == 500:
        broken(app, path, method)
    body = b"x" * 1_000_001 if status == 413 else None
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    return app.test_client().open(
        path, method=method, data=body, content_type=kind, headers=headers
    )


@pytest.mark.parametrize("status", API_ERRORS)
def test_programs_get_errors_of_one_shape(app: Flask, status: int) -> None:
    method, path, code = API_ERRORS[status]
    answer = knock(app, status, method, path)
    assert (answer.status_code, answer.content_type) == (status, "application/json")
    assert set(answer.json["error"]) == {"code", "message"}
    assert answer.json["error"]["code"] == code
    assert "secret of the inside" not in answer.text


@pytest.mark.parametrize("status", ERRORS)
def test_people_get_a_page_and_htmx_a_toast(app: Flask, status: int) -> None:
    method, path, code = ERRORS[status]
    page = knock(app, status, method, path)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "<html" in page.text
    assert f">{status}<" in page.text
    toast = knock(app, status, method, path, **HTMX)
    assert (toast.status_code, toast.headers["HX-Reswap"]) == (status, "none")
    assert "<html" not in toast.text
    assert f'data-code="{code}"' in toast.text
    assert 'role="alert"' in toast.text
    assert "secret of the inside" not in page.text + toast.text


@pytest.mark.parametrize(("path", "method"), [("/login", "DELETE"), ("/api/v1/me", "DELETE")])
def test_what_is_allowed_instead_is_said(client: FlaskClient, path: str, method: str) -> None:
    assert "GET" in client.open(path, method=method).headers["Allow"]


@pytest.mark.parametrize("who", ["lena", "ana"])
def test_a_form_that_is_sent_twice_without_scripts_is_one_message(
    app: Flask, people: People, who: str
) -> None:
    sender = getattr(people, who)
    chat_id = messages.send(people.lena, None, Draft("Hello?", "q")).chat_id
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = sender.get_id()
    place = "/widget" if sender.is_customer else f"/admin/messages/{chat_id}"
    form = re.search(r'<form class="composer".*?</form>', client.get(place).text, re.S)
    assert form is not None
    said: dict[str, Any] = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form[0]))
    action = re.search(r'action="([^"]+)"', form[0])
    assert action is not None
    for words in ("Chair", "Chair", "Chair and table"):
        assert client.post(action[1], data=said | {"message": words}).status_code == 303
    told = [each.text for each in history.before(chat_id).messages if not each.is_line]
    assert told == ["Hello?", "Chair", "Chair and table"]


def test_too_fast_says_when_to_come_back(client: FlaskClient, people: People) -> None:
    wrong = {"email": people.lena.email, "password": "wrong password"}
    for _ in range(5):
        assert client.post("/api/v1/auth/login", json=wrong).status_code == 401
    answer = client.post("/api/v1/auth/login", json=wrong)
    assert (answer.status_code, answer.json["error"]["code"]) == (429, "too_fast")
    assert 0 < int(answer.headers["Retry-After"]) <= 300


MARKER = "a word that nobody else says: xyzzy"


def a_bug(*_: Any) -> None:
    text, token = MARKER, MARKER  # what a traceback with its variables would show
    raise ZeroDivisionError(str(len(text + token)))


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_bug_is_logged_with_its_place_and_without_what_was_said(
    database: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    app = create_app(settings_for(database, LOG_FORMAT=form, LOG_LEVEL="DEBUG"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(versions, "add_message", a_bug)
    with app.app_context():
        token = access_token(People().lena)
        answer = app.test_client().post(
            "/api/v1/messages",
            json={"message": MARKER, "clientId": "a"},
            headers={"Authorization": f"Bearer {token}"},
        )
        db.engine.dispose()
    logged = capsys.readouterr().err
    assert answer.status_code == 500
    assert "ZeroDivisionError" in logged
    assert answer.headers["X-Request-Id"] in logged
    assert "xyzzy" not in logged
    assert token not in logged
    if form == "json":
        assert all(json.loads(line) for line in logged.splitlines())


def test_an_error_of_the_database_does_not_repeat_the_values(app: Flask) -> None:
    with pytest.raises(SQLAlchemyError) as failed, db.engine.connect() as connection:
        connection.execute(text("SELECT :word FROM nowhere"), {"word": MARKER})
    assert "nowhere" in str(failed.value)
    assert "xyzzy" not in str(failed.value)

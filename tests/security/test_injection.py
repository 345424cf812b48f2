"""SQL, headers, logs and paths: what is put into any input stays what it is."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.tokens import access_token
from app.models import database
from app.models.chats import table as chats
from app.models.users import table as users
from app.operations import messages
from app.operations.messages import Draft
from tests.people import PASSWORD, People
from tests.security.cast import Cast, stored
from tests.security.knock import PAYLOADS, ROWS, Row, call, is_route

SQL = [
    "'", '"', "';--", "' OR '1'='1", "1 OR 1=1", "'; DROP TABLE users;--", "%", "_", "\\", "{}",
    ":q", "%' ESCAPE '", "' UNION SELECT password_hash FROM users--", "1); DELETE FROM chats;--",
    "\x00",
]  # fmt: skip
NAMES = (
    "q", "filter", "before", "after", "cursor", "status", "role", "limit", "page", "customerId",
    "customer_id", "userIds", "mine", "orderId", "agentId", "agent_id", "next",
)  # fmt: skip
ASKING = ("/admin", "/api/v1", "/api/chat", "/api/provider", "/chat", "/widget", "/dashboard")
READS = [
    row
    for row in ROWS
    if is_route(row)
    and row.name.startswith(tuple(f"GET {door}" for door in ASKING))
    and row.chat != "order"
]
LINE = "a\r\nSet-Cookie: evil=1\r\n\r\n2026-01-01T00:00:00Z [info] forged line"


@pytest.mark.parametrize("row", READS, ids=lambda row: row.name)
def test_no_input_of_a_reader_is_sql(house: Flask, cast: Cast, row: Row) -> None:
    cast.begin_anew()
    before = stored()
    tried = [dict.fromkeys(NAMES, said) for said in SQL]
    # And one by one, or the first that is refused would hide the others.
    tried += [{name: SQL[number % len(SQL)]} for number, name in enumerate(NAMES)]
    for extra in tried:
        answer = call(house, cast, "agent", row, extra=extra)
        assert answer.status_code < 500, extra
        assert "argon2" not in answer.text
    assert stored() == before


WRITES = [
    (row, field)
    for row in ROWS
    if is_route(row) and row.chat != "order" and row.name in PAYLOADS
    for field in PAYLOADS[row.name]
]


@pytest.mark.parametrize(
    ("row", "field"), WRITES, ids=lambda value: value.name if isinstance(value, Row) else value
)
def test_no_field_of_what_is_written_is_sql(house: Flask, cast: Cast, row: Row, field: str) -> None:
    for said in SQL[:6]:
        cast.begin_anew()
        answer = call(house, cast, "agent", row, extra={field: said})
        assert answer.status_code < 500, said
        assert "argon2" not in answer.text
        assert_all_there(house)


@pytest.mark.parametrize("field", ["email", "password", "name"])
@pytest.mark.parametrize("door", ["/login", "/auth/login", "/register"])
def test_nobody_comes_in_by_sql(house: Flask, cast: Cast, door: str, field: str) -> None:
    cast.begin_anew()
    for said in SQL:
        for text in (said, f"{cast['admin'].email}{said}"):
            form = {"email": cast["admin"].email, "password": "wrong one", "name": "A"}
            body = {"json": form | {field: text}} if door == "/auth/login" else {}
            with house.app_context():
                client = house.test_client()
                answer = client.post(door, **(body or {"data": form | {field: text}}))
            assert answer.status_code in (400, 401, 409, 422, 429), (text, answer.status_code)
            assert client.get_cookie("deskbell_session") is None or house_is_closed(house, client)
            assert_all_there(house)


def house_is_closed(house: Flask, client: FlaskClient) -> bool:
    with house.app_context():
        return client.get("/dashboard").status_code == 303


def assert_all_there(house: Flask) -> None:
    """Nobody and no chat is gone."""
    with house.app_context():
        kept = [database.scalar(select(func.count()).select_from(t)) for t in (users, chats)]
    assert kept[0] >= 8
    assert kept[1] >= 2


def test_a_search_takes_wildcards_for_what_they_are(house: Flask, cast: Cast) -> None:
    cast.begin_anew()
    token = {"Authorization": f"Bearer {access_token(cast['agent'])}"}
    for said, found in (("The", 8), ("%", 0), ("_", 0), ("T%e", 0), ("\\", 0), ("' OR '1'='1", 0)):
        with house.app_context():
            answer = house.test_client().get(
                "/api/v1/users", headers=token, query_string={"q": said}
            )
        assert len(answer.json["users"]) in (found, found - 1), said


def test_what_is_written_is_stored_as_it_is(app: Flask, people: People) -> None:
    app.config["RATE_LIMITS"] = False
    for said in [said for said in SQL if "\x00" not in said]:
        assert messages.send(people.lena, None, Draft(said)).text == said


def test_no_input_makes_a_header(house: Flask, cast: Cast) -> None:
    cast.begin_anew()
    login = {"email": cast["customer"].email, "password": PASSWORD}
    for wanted in (
        LINE, "/dashboard\r\nX-Evil: 1", "//evil.example", "/\\evil.example",
        "https://evil.example", "/%0d%0aX-Evil:%201", "javascript:alert(1)",
    ):  # fmt: skip
        with house.app_context():
            answer = house.test_client().post("/login", query_string={"next": wanted}, data=login)
        with house.app_context():
            asked = house.test_client().get("/admin", query_string={"q": wanted})
        for each in (answer, asked):
            assert each.status_code == 303
            assert "X-Evil" not in each.headers
            assert each.location.startswith("/")
            assert not each.location.startswith(("//", "/\\"))
            assert "evil" not in each.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    "path",
    ["../config.py", "..%2fconfig.py", "%2e%2e/config.py", "....//config.py", "..\\config.py",
     "/etc/passwd", "%2fetc%2fpasswd", "js/../../wsgi.py", "js/%2e%2e/%2e%2e/wsgi.py", "css%00.css",
     "../instance/secret_key", ".", "js", "~root/.ssh/id_rsa", f"js/{'a' * 300}.js"],
)  # fmt: skip
def test_no_path_leaves_the_static_files(house: Flask, path: str) -> None:
    with house.app_context(), house.test_client().get(f"/static/{path}") as answer:
        assert answer.status_code in (404, 308, 400)

"""SQL, headers, logs and paths: what is put into any input stays what it is."""

from __future__ import annotations

import pytest
from flask import Flask

from app.auth.tokens import access_token
from app.operations import messages
from app.operations.messages import Draft
from tests.people import PASSWORD, People
from tests.security.cast import Cast, stored
from tests.security.knock import ROWS, Row, call, is_route

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
     "../instance/secret_key", ".", "js", "~root/.ssh/id_rsa"],
)  # fmt: skip
def test_no_path_leaves_the_static_files(house: Flask, path: str) -> None:
    with house.app_context(), house.test_client().get(f"/static/{path}") as answer:
        assert answer.status_code in (404, 308, 400)

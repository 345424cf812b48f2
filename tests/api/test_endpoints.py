"""What all endpoints share: bodies, methods, errors, origins. And nothing makes a 500."""

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app import create_app
from app.api.endpoint import door
from app.auth.tokens import access_token
from app.models.chats import ChatState
from app.operations import access
from app.queries import messages as history
from app.rest import Endpoint
from tests.api.conftest import Call, refused
from tests.people import People

WITH_BODY = [each for each in door.endpoints if each.body]
NO_JSON = [b"{", b"nonsense", b'{"a": NaN}', b'"\xff"', b'{"message": "\\ud800"}', b"[" * 100_000,
           b"\xef\xbb\xbf{}", b'{"message": 1e999}', b"\x00", b"{}{}"]  # fmt: skip
NO_OBJECT = [b"[]", b"null", b"1", b'"text"', b"true", b"[{}]", b"[" * 900 + b"]" * 900]
DEEP = b'{"message": "a", "isTyping": true, "x": ' + b"[" * 900 + b"]" * 900 + b"}"


def address(each: Endpoint, chat: ChatState) -> str:
    path = each.rule.replace("<id:chat_id>", str(chat.id))
    path = path.replace("<id:message_id>", str(history.before(chat.id).messages[0].id))
    path = path.replace("<emoji>", "👍").replace("<id:file_id>", "1")
    path = path.replace("<id:user_id>", str(chat.customer_id))
    return re.sub("<id:[a-z]+_id>", "1", path)


def send(call: Call, people: People, each: Endpoint, chat: ChatState, **more: Any) -> TestResponse:
    # Who may: a customer where only customers do, an admin where only admins do, else an agent.
    everybody = (people.ana, people.lena, people.ada)
    who = next(who for who in everybody if each.only is None or each.only.has(who))
    return call(None if each.is_public else who, each.method, address(each, chat), **more)


def test_what_is_no_json_is_malformed_everywhere(
    call: Call, people: People, chat: ChatState, app: Flask
) -> None:
    app.config["RATE_LIMITS"] = False  # it asks more than one does in a moment
    for each in WITH_BODY:
        for bodies, status, code in ((NO_JSON, 400, "malformed"), (NO_OBJECT, 422, "invalid")):
            for body in bodies:
                answer = send(call, people, each, chat, data=body, content_type="application/json")
                refused(answer, status, code)
    assert access.chat_for(people.lena, chat.id) == chat


def test_no_body_is_malformed_where_one_is_needed(
    call: Call, people: People, chat: ChatState
) -> None:
    for each in WITH_BODY:
        if not each.body_may_be_empty:
            refused(send(call, people, each, chat), 400, "malformed")
            empty = send(call, people, each, chat, data=" \n", content_type="application/json")
            refused(empty, 400, "malformed")


def test_another_content_type_is_refused(call: Call, people: People, chat: ChatState) -> None:
    for each in WITH_BODY:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = send(call, people, each, chat, data=b"{}", content_type=kind)
            if each.shortcut:  # under the name that older clients know it by
                refused(answer, 422, "invalid")
                answer = call(None, each.method, each.rules[0], data=b"{}", content_type=kind)
            refused(answer, 415, "not_json")
    assert access.chat_for(people.lena, chat.id) == chat


def test_a_body_of_megabytes_is_too_long(call: Call, people: People, chat: ChatState) -> None:
    for each in WITH_BODY:
        body = b'{"message": "' + b"a" * 1_100_000 + b'"}'
        answer = send(call, people, each, chat, data=body, content_type="application/json")
        refused(answer, 413, "too_long")


def test_unknown_and_deeply_nested_fields_are_ignored(
    call: Call, people: People, chat: ChatState
) -> None:
    path = f"/chats/{chat.id}/typing"
    answer = call(people.ana, "PUT", path, data=DEEP, content_type="application/json")
    assert answer.status_code == 204


def test_another_method_is_told_which_there_are(
    call: Call, people: People, chat: ChatState
) -> None:
    answer = call(people.ana, "PATCH", f"/chats/{chat.id}/closure")
    refused(answer, 405)
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"PUT", "DELETE", "OPTIONS"}


def test_an_address_that_is_not_there_is_told_in_json(call: Call, people: People) -> None:
    for path in ("/api/v1/nothing", "/api/v1/", "/auth/nothing", "/api/v2/me"):
        refused(call(people.ana, "GET", path), 404, "not_found")
        refused(call(None, "POST", path, json={}), 404, "not_found")


def test_a_role_is_refused_before_its_body_is_read(call: Call, people: People) -> None:
    path = "/chats/1/assignment"
    answer = call(people.lena, "PUT", path, data=b"{", content_type="application/json")
    refused(answer, 403, "forbidden")


def test_an_error_speaks_the_language_that_was_asked_for_and_its_code_does_not(
    call: Call, people: People
) -> None:
    for language in ("en", "de", "ar", "xx", "*", "", "de;q=nonsense"):
        answer = call(None, "GET", "/me", headers={"Accept-Language": language})
        refused(answer, 401, "token_missing")


def test_no_forgery_token_is_asked_for_since_no_cookie_counts(
    app: Flask, call: Call, people: People
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert call(people.lena, "POST", "/chats", json={}).status_code == 201
    answer = app.test_client().post("/login", data={"email": "a@b.c", "password": "x"})
    assert answer.status_code == 400  # the premise: elsewhere it is asked for


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    number=st.integers(0, len(door.endpoints) - 1),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["message", "clientId", "customerId", "readUpTo", "agentId", "email"]
                )
                | st.text(max_size=5),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ),
    query=st.dictionaries(
        st.sampled_from(["limit", "before", "after", "cursor", "q", "status", "userIds", "role"]),
        st.text(max_size=12) | st.integers().map(str),
        max_size=3,
    ),
)
def test_no_input_makes_it_fail(
    call: Call, people: People, chat: ChatState, number: int, body: Any, query: dict[str, str]
) -> None:
    each = door.endpoints[number]
    answer = send(call, people, each, chat, json=body, query_string=query)
    assert answer.status_code < 500, (each.name, body, query)
    if answer.status_code >= 400:
        refused(answer, answer.status_code)


def with_origins(app: Flask) -> Flask:
    app.config["ORIGINS"] = ("https://shop.example",)
    return app


def test_a_named_origin_may_call_by_token_and_another_may_not(app: Flask, people: People) -> None:
    client = with_origins(app).test_client()
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    for path in ("/api/v1/me", "/api/v1/nothing", "/auth/login"):
        ours = client.get(path, headers=token | {"Origin": "https://shop.example"})
        assert ours.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Access-Control-Allow-Credentials" not in ours.headers
        assert "Origin" in ours.headers["Vary"]
        for other in ("https://evil.example", "https://shop.example.evil", "null", ""):
            theirs = client.get(path, headers=token | {"Origin": other})
            assert "Access-Control-Allow-Origin" not in theirs.headers
    page = client.get("/login", headers={"Origin": "https://shop.example"})
    assert "Access-Control-Allow-Origin" not in page.headers


def test_a_preflight_is_answered_without_a_token(app: Flask, people: People) -> None:
    client = with_origins(app).test_client()
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
    for path in ("/api/v1/chats/1/closure", "/auth/login", "/api/v1/auth/login"):
        answer = client.options(path, headers=asked)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        other = client.options(path, headers=asked | {"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Methods" not in other.headers


def test_without_origins_in_the_settings_no_other_origin_may_call(
    app: Flask, people: People
) -> None:
    answer = app.test_client().get("/api/v1/me", headers={"Origin": "https://shop.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("name", ["CORS_ORIGIN", "FRONTEND_URL"])
def test_both_settings_name_origins(name: str, app: Flask) -> None:
    same = {key: app.config[key] for key in ("DATABASE_URL", "SECRET_KEY", "JWT_SECRET")}
    other = create_app(
        {**same, "ASYNC_MODE": "threading", name: "https://a.example, https://b.example"}
    )
    answer = other.test_client().get("/api/v1/me", headers={"Origin": "https://b.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://b.example"

"""Logging in, renewing, logging out, and every token that must not count."""

from typing import Any

import jwt
import pytest
from flask import Flask

from app import clock
from app.auth.tokens import access_token
from app.models.users import Actor
from app.operations import tokens, users
from tests.api.conftest import Call, given, refused
from tests.people import PASSWORD, People

DOORS = ("/auth", "/api/v1/auth")


def pair(actor: Actor, **more: Any) -> dict[str, Any]:
    return {"email": actor.email, "password": PASSWORD, **more}


@pytest.mark.parametrize("door", DOORS)
def test_a_login_gives_one_token_under_three_names_and_says_who(
    call: Call, people: People, door: str
) -> None:
    body = given(call(None, "POST", f"{door}/login", json=pair(people.lena)))
    assert body["accessToken"] == body["access_token"] == body["token"]
    assert body["refreshToken"]
    assert body["user"] == {
        "id": people.lena.id,
        "email": "customer@example.com",
        "name": "Lena Ortiz",
        "role": "customer",
    }
    assert given(call(body["token"], "GET", "/me")) == body["user"]


def test_a_login_takes_the_address_in_any_case(call: Call, people: People) -> None:
    given(call(None, "POST", "/auth/login", json=pair(people.ana, email=" AGENT@Example.com ")))


def test_a_wrong_password_and_an_unknown_address_answer_alike(call: Call, people: People) -> None:
    wrong = call(None, "POST", "/auth/login", json=pair(people.lena, password="not this one"))
    unknown = call(None, "POST", "/auth/login", json=pair(people.lena, email="no@example.com"))
    assert refused(wrong, 401, "bad_credentials") == refused(unknown, 401)


def test_a_deactivated_user_cannot_log_in(call: Call, people: People) -> None:
    given(call(None, "POST", "/auth/login", json=pair(people.lena)))
    users.deactivate(people.lena.email)
    refused(call(None, "POST", "/auth/login", json=pair(people.lena)), 401, "bad_credentials")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD}, "email"),
        ({"email": "customer@example.com"}, "password"),
        ({"email": None, "password": PASSWORD}, "email"),
        ({"email": 7, "password": PASSWORD}, "email"),
        ({"email": ["customer@example.com"], "password": PASSWORD}, "email"),
        ({"email": "customer@example.com", "password": {"$ne": ""}}, "password"),
        ({"email": "", "password": PASSWORD}, "email"),
        ({"email": "a" * 5001, "password": PASSWORD}, "email"),
        ({"email": "customer@example.com", "password": "p" * 5001}, "password"),
    ],
)
def test_a_login_that_is_no_pair_is_told_which_field(
    call: Call, people: People, body: dict[str, Any], field: str
) -> None:
    error = refused(call(None, "POST", "/auth/login", json=body), 422, "invalid")
    assert list(error["fields"]) == [field]
    assert PASSWORD not in str(error)


def test_a_login_with_nul_in_the_address_is_only_wrong(call: Call, people: People) -> None:
    refused(call(None, "POST", "/auth/login", json=pair(people.ana, email="\x00x@y.z")), 401)


def test_too_many_failures_are_told_to_wait(call: Call, people: People) -> None:
    for _ in range(5):
        refused(call(None, "POST", "/auth/login", json=pair(people.lena, password="x")), 401)
    answer = call(None, "POST", "/auth/login", json=pair(people.lena))
    error = refused(answer, 429, "too_fast")
    assert 0 < error["retryAfter"] <= 300
    assert 1 <= int(answer.headers["Retry-After"]) <= 300


@pytest.mark.parametrize("door", DOORS)
def test_a_refresh_token_is_renewed_once_and_a_second_use_ends_the_login(
    call: Call, people: People, door: str
) -> None:
    first = tokens.issue(people.lena)[1]
    second = given(call(None, "POST", f"{door}/refresh", json={"refreshToken": first}))
    assert second["refreshToken"] != first
    assert given(call(second["token"], "GET", "/me"))["id"] == people.lena.id
    refused(call(None, "POST", f"{door}/refresh", json={"refreshToken": first}), 401)
    stolen_from = {"refreshToken": second["refreshToken"]}
    refused(call(None, "POST", f"{door}/refresh", json=stolen_from), 401, "token_invalid")


def test_a_second_use_leaves_other_logins_alone(call: Call, people: People) -> None:
    first, other = tokens.issue(people.lena)[1], tokens.issue(people.lena)[1]
    given(call(None, "POST", "/auth/refresh", json={"refreshToken": first}))
    refused(call(None, "POST", "/auth/refresh", json={"refreshToken": first}), 401)
    given(call(None, "POST", "/auth/refresh", json={"refreshToken": other}))


@pytest.mark.parametrize("token", ["nonsense", "x" * 512, "\x00", "ü"])
def test_an_unknown_refresh_token_is_refused(call: Call, people: People, token: str) -> None:
    refused(call(None, "POST", "/auth/refresh", json={"refreshToken": token}), 401)


@pytest.mark.parametrize("body", [{}, {"refreshToken": None}, {"refreshToken": 1}])
@pytest.mark.parametrize("what", ["refresh", "logout"])
def test_no_refresh_token_is_told_by_its_field(
    call: Call, people: People, what: str, body: dict[str, Any]
) -> None:
    error = refused(call(None, "POST", f"/auth/{what}", json=body), 422)
    assert list(error["fields"]) == ["refreshToken"]


def test_an_expired_refresh_token_is_refused(
    call: Call, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tokens.issue(people.lena)[1]
    later = clock.now() + 31 * 24 * 3600 * 1000
    monkeypatch.setattr(clock, "now", lambda: later)
    refused(call(None, "POST", "/auth/refresh", json={"refreshToken": token}), 401)


def test_a_deactivated_users_refresh_token_is_refused(call: Call, people: People) -> None:
    token = tokens.issue(people.lena)[1]
    users.deactivate(people.lena.email)
    refused(call(None, "POST", "/auth/refresh", json={"refreshToken": token}), 401)


@pytest.mark.parametrize("door", DOORS)
def test_after_logout_the_login_cannot_be_renewed(call: Call, people: People, door: str) -> None:
    token = tokens.issue(people.lena)[1]
    assert call(None, "POST", f"{door}/logout", json={"refreshToken": token}).status_code == 204
    refused(call(None, "POST", f"{door}/refresh", json={"refreshToken": token}), 401)
    assert call(None, "POST", f"{door}/logout", json={"refreshToken": token}).status_code == 204


def test_an_access_token_renews_nothing_and_a_refresh_token_opens_nothing(
    call: Call, people: People
) -> None:
    access = access_token(people.lena)
    refused(call(None, "POST", "/auth/refresh", json={"refreshToken": access}), 401)
    refused(call(tokens.issue(people.lena)[1], "GET", "/me"), 401, "token_invalid")


def test_no_token_and_another_scheme_are_refused(call: Call, people: People) -> None:
    refused(call(None, "GET", "/me"), 401, "token_missing")
    for value in ("Basic YTpi", "Bearer", "Bearer ", access_token(people.lena), ""):
        refused(call(None, "GET", "/me", headers={"Authorization": value}), 401)


def test_a_login_session_is_no_token(app: Flask, people: People) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.lena.get_id()
    refused(client.get("/api/v1/me"), 401, "token_missing")


def claims(actor: Actor, **changes: Any) -> dict[str, Any]:
    now = clock.now() // 1000
    made = {
        "iss": "deskbell",
        "aud": "deskbell",
        "iat": now,
        "exp": now + 900,
        "sub": str(actor.id),
        "ver": actor.auth_version,
        "use": "access",
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def test_a_token_made_by_hand_holds_so_that_the_next_test_proves_something(
    app: Flask, call: Call, people: People
) -> None:
    secret = app.config["JWT_SECRET"]
    given(call(jwt.encode(claims(people.lena), secret, "HS256"), "GET", "/me"))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "somebody"},
        {"aud": "somebody"},
        {"aud": None},
        {"iat": None},
        {"sub": None},
        {"sub": "7 OR 1=1"},
        {"sub": "²"},
        {"sub": "٣"},
        {"sub": "9" * 40},
        {"sub": "-1"},
        {"ver": 0},
        {"ver": "1"},
        {"ver": True},
        {"ver": 2**70},
        {"use": "refresh"},
        {"use": None},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    app: Flask, call: Call, people: People, changes: dict[str, Any]
) -> None:
    token = jwt.encode(claims(people.lena, **changes), app.config["JWT_SECRET"], "HS256")
    refused(call(token, "GET", "/me"), 401, "token_invalid")


def test_a_token_of_another_algorithm_or_key_is_refused(
    app: Flask, call: Call, people: People
) -> None:
    secret = app.config["JWT_SECRET"]
    made = claims(people.lena)
    for token in (
        jwt.encode(made, None, "none"),
        jwt.encode(made, secret + "x" * 32, "HS512"),
        jwt.encode(made, "another secret, which is as long as it must be", "HS256"),
        access_token(people.lena)[:-3] + "abc",
        "a.b.c",
        "x" * 5000,
    ):
        refused(call(token, "GET", "/me"), 401, "token_invalid")


def test_what_was_issued_before_a_new_password_no_longer_holds(call: Call, people: People) -> None:
    token = access_token(people.lena)
    given(call(token, "GET", "/me"))
    users.set_password(people.lena.email, "a new password")
    refused(call(token, "GET", "/me"), 401, "token_invalid")


def test_a_deactivated_users_token_no_longer_holds(call: Call, people: People) -> None:
    token = access_token(people.lena)
    given(call(token, "GET", "/me"))
    users.deactivate(people.lena.email)
    refused(call(token, "GET", "/me"), 401, "token_invalid")

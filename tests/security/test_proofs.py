"""Tokens that prove nothing: every door of programs, every way of being wrong, one answer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.models.users import Actor
from app.operations import logins, tokens
from tests.live.test_connections import BAD_TOKENS, signed
from tests.people import People

DOORS = ("/api/v1/me", "/chat/unread-count", "/api/chat/room", "/api/chat/user/chat",
         "/api/provider-customer-chat/conversations")  # fmt: skip
HOUR = 3600
NO_ALGORITHM = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
WRONG: dict[str, Any] = {
    name: make for name, make in BAD_TOKENS.items() if isinstance(name, str)
} | {
    "issued too early": lambda who: signed(who, iat=int(time.time()) + HOUR),
    "not valid yet": lambda who: signed(who, nbf=int(time.time()) + HOUR),
    "a minute and a half late": lambda who: signed(who, exp=int(time.time()) - 90),
    "a refresh token": lambda who: tokens.issue(who)[1],
    "of a login that ended": lambda who: ended(who),
    "with another header": lambda who: (
        "eyJhbGciOiJub25lIn0" + signed(who)[signed(who).index(".") :]
    ),
    "with its end cut off": lambda who: signed(who)[:-2],
    "without a signature": lambda who: signed(who).rpartition(".")[0] + ".",
}


def ended(who: Actor) -> str:
    known = logins.begun(who)
    token = access_token(known)
    logins.end(known)
    return token


def asked(client: FlaskClient, path: str, token: object) -> int:
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("path", DOORS)
def test_a_token_that_does_not_hold_opens_no_door(
    app: Flask, client: FlaskClient, people: People, path: str, kind: str
) -> None:
    assert asked(client, path, access_token(people.lena)) == 200
    assert asked(client, path, WRONG[kind](people.lena)) == 401


def test_a_refresh_token_that_comes_again_ends_its_whole_family(
    client: FlaskClient, people: People
) -> None:
    actor, first = tokens.issue(people.lena)
    _, other = tokens.issue(people.lena)
    known, second = tokens.refresh(first)
    held = access_token(known)
    assert asked(client, "/api/v1/me", held) == 200
    renew = lambda token: client.post("/auth/refresh", json={"refreshToken": token})  # noqa: E731
    assert renew(first).status_code == 401
    assert renew(second).status_code == 401  # whoever has the newest does not keep it either
    assert asked(client, "/api/v1/me", held) == 401
    assert asked(client, "/api/v1/me", access_token(actor)) == 401
    assert renew(other).status_code == 200  # another login of the same person goes on

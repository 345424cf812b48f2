"""Refresh tokens: each once, and a thief and the owner lose the family alike."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from flask import Flask

from app import clock
from app.auth.password import check_login
from app.auth.session import actor_of_session
from app.auth.tokens import access_token, actor_of_token, as_written_here, by_library
from app.errors import TokenInvalid, Unauthorized
from app.events import AccessEnded, Event
from app.models import EndedLogin, database
from app.models.tokens import RefreshToken
from app.operations import logins, tokens, users
from tests.people import PASSWORD, People
from tests.races import at_once


def fails(token: str) -> bool:
    try:
        tokens.refresh(token)
    except Unauthorized as error:
        return error.code == "token_invalid"
    return False


def test_a_token_gives_the_next_one(people: People) -> None:
    token = tokens.issue(people.lena)[1]
    for _ in range(3):
        actor, following = tokens.refresh(token)
        assert actor._replace(login=None) == people.lena
        assert actor.login
        assert following != token
        token = following


def test_one_that_comes_again_ends_its_family_and_no_other(people: People) -> None:
    phone, laptop = tokens.issue(people.lena)[1], tokens.issue(people.lena)[1]
    _, newest = tokens.refresh(phone)
    assert fails(phone)
    assert fails(newest)
    assert not fails(laptop)


def test_of_many_who_use_one_at_once_at_most_one_gets_the_next(people: People) -> None:
    token = tokens.issue(people.lena)[1]
    answers = at_once(lambda _: tokens.refresh(token), 4)
    won = [answer for answer in answers if isinstance(answer, tuple)]
    assert len(won) == 1
    assert all(isinstance(a, Unauthorized) for a in answers if a not in won)
    assert fails(won[0][1])  # it came again: somebody else has it


def test_a_token_expires(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    token, now = tokens.issue(people.lena)[1], clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 30 * tokens.DAY_MS + 60_000)
    assert fails(token)


def test_a_logout_ends_the_family(people: People) -> None:
    token = tokens.issue(people.lena)[1]
    _, newest = tokens.refresh(token)
    tokens.revoke(newest)
    assert fails(newest)
    tokens.revoke("nobody's")


def test_a_login_that_ends_takes_its_access_tokens_and_no_others(people: People) -> None:
    (phone, _), (laptop, token) = tokens.issue(people.lena), tokens.issue(people.lena)
    proofs = {name: access_token(actor) for name, actor in (("phone", phone), ("laptop", laptop))}
    assert actor_of_token(proofs["laptop"]) == laptop
    tokens.revoke(token)
    with pytest.raises(Unauthorized):
        actor_of_token(proofs["laptop"])
    assert actor_of_token(proofs["phone"]) == phone


def test_an_ended_login_is_forgotten_when_nothing_of_it_can_come_any_more(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, _ = tokens.issue(people.lena)
    logins.end(actor)
    logins.end(actor)
    logins.forget_old()
    assert len(database.rows(EndedLogin.__table__.select())) == 1
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 32 * tokens.DAY_MS)
    logins.forget_old()
    assert database.rows(EndedLogin.__table__.select()) == []


def test_a_login_that_was_overtaken_by_a_change_of_the_password_gives_nothing(
    people: People,
) -> None:
    proved = check_login(people.lena.email, PASSWORD, "10.0.0.1")
    users.set_password(people.lena.email, "another password")
    with pytest.raises(Unauthorized):
        tokens.issue(proved)
    assert database.rows(RefreshToken.__table__.select()) == []
    assert actor_of_session(logins.begun(proved).get_id()) is None


def test_of_many_who_log_out_at_once_all_have_and_it_is_told_once(
    people: People, announced: list[Event]
) -> None:
    actor, token = tokens.issue(people.lena)
    ways = (lambda: logins.end(actor), lambda: tokens.revoke(token))
    assert at_once(lambda number: ways[number % 2](), 8) == [None] * 8
    assert announced == [AccessEnded(people.lena.id, 0, actor.login)]
    assert fails(token)


def test_what_is_stored_is_not_the_token(people: People) -> None:
    token = tokens.issue(people.lena)[1]
    [row] = database.rows(RefreshToken.__table__.select())
    assert all(token not in str(value) for value in row)


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000, "\x00"])
def test_what_is_no_token_is_refused(people: People, token: str) -> None:
    assert fails(token)


def test_a_token_of_ours_is_read_in_fewer_steps_and_says_the_same(people: People) -> None:
    for actor in (people.lena, tokens.issue(people.lena)[0]):
        token = access_token(actor)
        assert as_written_here(token) == by_library(token)


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    plain = {"iss": "deskbell", "aud": "deskbell", "iat": now, "exp": now + 900, "sub": "1"}
    return plain | {"ver": 1, "use": "access", "until": None} | other


ODD: list[dict[str, Any]] = [
    {"iss": "another"},
    {"iss": "deskbell "},
    {"aud": "another"},
    {"aud": ["deskbell"]},
    {"sub": 1},
    {"exp": 1},
    {"exp": str(2**40)},
    {"exp": 1e12},
    {"exp": None},
    {"iat": 2**40},
    {"iat": "1"},
    {"iat": None},
    {"nbf": 2**40},
    {"jti": 5},
    {"extra": "word"},
    {"exp": True},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_is_odd_in_a_token_is_the_librarys_to_judge(app: Flask, odd: dict[str, Any]) -> None:
    secret = app.config["JWT_SECRET"]
    assert as_written_here(jwt.encode(claims(), secret, algorithm="HS256")) is not None
    assert as_written_here(jwt.encode(claims(**odd), secret, algorithm="HS256")) is None


@pytest.mark.parametrize("odd", range(12))
def test_a_token_that_is_not_signed_as_ours_are_is_not_read(app: Flask, odd: int) -> None:
    secret = app.config["JWT_SECRET"]
    token = jwt.encode(claims(), secret, algorithm="HS256")
    head, body, signature = token.split(".")
    other = urlsafe_b64encode(json.dumps(claims(sub="2")).encode()).decode().rstrip("=")
    made = [
        f"{head}.{other}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-1]}",
        f"{head}.{body}.{signature}=",
        f"{head}.{body}.{signature}\n",
        f"{head}.{body}é.{signature}",
        f"{head}.{body}",
        f".{body}.{signature}",
        jwt.encode(claims(), secret + "-", algorithm="HS256"),
        jwt.encode(claims(), secret * 2, algorithm="HS512"),
        jwt.encode(claims(), None, algorithm="none"),
        jwt.encode(claims(), secret, algorithm="HS256", headers={"kid": "1"}),
    ][odd]
    assert as_written_here(made) is None
    if odd not in (3, 11):  # an end that says nothing, a head that says more: both are true
        with pytest.raises(TokenInvalid):
            by_library(made)

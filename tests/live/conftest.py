"""A real server in every async mode, people on its database, sockets that are closed at the end."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from app import create_app
from app.auth.tokens import access_token
from app.extensions import db
from app.models.users import Actor
from tests import bus
from tests.conftest import settings_for
from tests.live.clients import NAMESPACE, Client
from tests.people import People
from tests.servers import MODES, Server

# Room for twenty at once, and still a limit that a test can reach.
SENDS = 40
SOCKETS_PER_USER = 20
BY_LIBRARIES = "eventlet without shortcuts"  # a mode for those who ask for it
LIMITS = {
    "CUSTOMER_SENDS": f"{SENDS} per 10 second",
    "STAFF_SENDS": "200 per 10 second",
    "SOCKETS_PER_USER": str(SOCKETS_PER_USER),
    "SOCKETS_PER_ADDRESS": "200",
}


class Place:
    """A server, and the same database and secrets in this process."""

    server_type = Server

    def __init__(self, folder: Path, migrated: Path, mode: str, **settings: str) -> None:
        self.mode = mode
        self.database = Path(shutil.copy(migrated, folder / "deskbell.db"))
        self.settings = settings_for(self.database, **settings)
        self.app: Flask = create_app(self.settings)
        self.server = self.server_type(self.settings | {"ASYNC_MODE": mode}, folder / "log").start()
        self.clients: list[Client] = []

    def client(self, who: Actor, *, is_page: bool = False, **more: Any) -> Client:
        """A connected socket of this person, who proves it by a token."""
        auth = {"token": self.token(who)} | ({"page": True} if is_page else {})
        return self.connect(auth, **more)

    def connect(
        self,
        auth: Any,
        *,
        options: dict[str, Any] | None = None,
        namespace: str = NAMESPACE,
        **more: Any,
    ) -> Client:
        """A connected socket. Raises `Refused`."""
        client = Client(namespace=namespace, **options or {})
        self.clients.append(client)
        client.connect(self.server.url, auth, **more)
        return client

    def token(self, who: Actor) -> str:
        """Made within a context of its own, for threads have none."""
        with self.app.app_context():
            return access_token(who)

    def rest(self, who: Actor, method: str, path: str, **body: Any) -> requests.Response:
        """A call of the REST API as this person."""
        return requests.request(
            method,
            f"{self.server.url}/api/v1{path}",
            json=body or None,
            headers={"Authorization": f"Bearer {self.token(who)}"},
            timeout=15,
        )

    def hearing(self) -> int:
        """How many processes hear what the others announce."""
        return bus.hearing(self.settings["REDIS_URL"], self.app.config["REDIS_PREFIX"])

    def hang_up(self) -> None:
        for client in self.clients:
            client.close()
        self.clients.clear()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with bus.started(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def places(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Place]]:
    """A place by mode, started when it is first asked for and kept to the end."""
    kept: dict[str, Place] = {}

    def place_of(mode: str) -> Place:
        if mode not in kept:
            folder = tmp_path_factory.mktemp(mode.replace(" ", "-"))
            shortcuts = {"SHORTCUTS": "off"} if mode == BY_LIBRARIES else {}
            kept[mode] = Place(folder, migrated, mode.split()[0], **LIMITS, **shortcuts)
        return kept[mode]

    yield place_of
    for place in kept.values():
        assert place.server.stop() == 0
        assert place.server.output().count("Traceback") == 0, place.server.output()


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(places: Callable[[str], Place], mode: str) -> Iterator[Place]:
    """The server in each mode; its database is at hand through the application's context."""
    yield from within(places(mode))


@pytest.fixture
def place_with(migrated: Path, tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Starts a server of the test's own, with other settings or to be killed."""
    started: list[tuple[Place, Iterator[Place]]] = []

    def start(mode: str = "threading", **settings: str) -> Place:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        place = Place(folder, migrated, mode, **settings)
        started.append((place, within(place)))
        return next(started[-1][1])

    yield start
    for place, entered in reversed(started):
        assert list(entered) == []
        place.server.stop()


@pytest.fixture
def people(place: Place) -> People:
    """New people of the usual names, on the server's database."""
    return People(has_addresses=False)


def within(place: Place) -> Iterator[Place]:
    with place.app.app_context():
        try:
            yield place
        finally:
            place.hang_up()
            db.engine.dispose()

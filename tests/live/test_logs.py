"""A server that logs all it can repeats no word of anybody, nor what proves who they are."""

import json
from collections.abc import Callable

import pytest
import requests

from tests.live.clients import Refused
from tests.live.conftest import Place
from tests.people import PASSWORD, People

MARKER = "a word that nobody else says: xyzzy"


def test_no_word_token_or_password_is_in_the_log(place_with: Callable[..., Place]) -> None:
    place = place_with("eventlet", LOG_LEVEL="DEBUG", LOG_FORMAT="json")
    people = People()
    login = {"email": people.ana.email, "password": PASSWORD}
    proof = requests.post(f"{place.server.url}/api/v1/auth/login", json=login, timeout=15).json()
    secrets = [MARKER, "xyzzy", PASSWORD, proof["accessToken"], proof["refreshToken"]]
    requests.post(
        f"{place.server.url}/api/v1/auth/login", json=login | {"password": MARKER}, timeout=15
    )
    requests.post(f"{place.server.url}/login", data={"password": MARKER}, timeout=15)

    lena = place.client(people.lena)
    secrets.append(place.token(people.lena))
    chat_id = lena.send(MARKER, "a")["chatId"]
    lena.join(chat_id)
    assert not lena.ask("send_message", {"message": MARKER, "clientId": [MARKER]})["ok"]
    assert not lena.ask(MARKER, MARKER)["ok"]
    said = place.rest(people.ana, "POST", f"/chats/{chat_id}/messages", message=MARKER)
    assert said.status_code == 201
    with pytest.raises(Refused):
        place.connect({"token": MARKER})
    older = place.client(people.lena, namespace="/")
    assert older.ask("message:send", {"message": MARKER})["ok"]
    assert not older.ask(MARKER, {"message": MARKER})["ok"]
    older.close()
    assert place.server.stop() == 0

    logged = place.server.output()
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    requested = {(line["path"], line["status"]) for line in lines if line.get("event") == "request"}
    assert ("/api/v1/auth/login", 200) in requested
    assert (f"/api/v1/chats/{chat_id}/messages", 201) in requested
    told = [(line.get("event"), line.get("event_name")) for line in lines if "sid" in line]
    assert {("connected", None), ("event", "message:send"), ("event", "unknown")} <= set(told)
    assert ("disconnected", None) in told
    assert all(line["request_id"] for line in lines if line.get("event") == "request")
    assert [secret for secret in secrets if secret in logged] == []

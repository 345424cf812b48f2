"""A call of REST by an event: how it is written, what is none, and that nothing comes of that."""

from typing import Any

import pytest
from flask import Flask

from app import clock
from app.auth.tokens import access_token
from app.extensions import db
from app.models.logins import EndedLogin
from app.models.users import Actor
from app.operations import limits, logins, search
from app.schemas.requests import LONGEST_PATH
from app.sockets.connections import LIVE
from app.sockets.server import sockets
from tests.people import People


class Caller:
    def __init__(self, app: Flask, who: Actor, **auth: Any) -> None:
        auth["token"] = access_token(who)
        self.client: Any = sockets.test_client(app, namespace=LIVE, auth=auth)

    def ask(self, method: Any, path: Any, **more: Any) -> Any:
        payload = {"method": method, "path": path} | more
        return self.client.emit("request", payload, namespace=LIVE, callback=True)


@pytest.fixture
def maya(app: Flask, people: People) -> Caller:
    return Caller(app, people.maya)


def stored() -> list[Any]:
    with db.engine.connect() as connection:
        return [connection.execute(each.select()).all() for each in db.metadata.sorted_tables]


def test_what_rest_answers_and_its_status(maya: Caller) -> None:
    made = maya.ask("POST", "/topics", body={"name": "Invoices"})
    assert (made["ok"], made["status"], made["answer"]["name"]) == (True, 201, "Invoices")
    path = f"/topics/{made['answer']['id']}"
    assert maya.ask("PATCH", path, body={"name": "Bills"})["answer"]["name"] == "Bills"
    assert maya.ask("DELETE", path) == {"ok": True, "status": 204, "answer": None}
    assert maya.ask("DELETE", path)["error"]["code"] == "not_found"


def test_a_path_is_written_as_in_an_address(app: Flask, people: People, maya: Caller) -> None:
    sent = Caller(app, people.lena).ask("POST", "/messages", body={"message": "Hä?"})
    message = sent["answer"]
    for emoji in ("👍", "%F0%9F%91%8D"):
        answer = maya.ask("PUT", f"/messages/{message['id']}/reactions/{emoji}")
        assert [each["emoji"] for each in answer["answer"]["reactions"]] == ["👍"]
    search.catch_up(100)
    for query in ("h%C3%A4", "hä", "h%c3%a4&query=none"):
        found = maya.ask("GET", f"/search?query={query}")
        assert [each["message"]["id"] for each in found["answer"]["hits"]] == [message["id"]]


WRONG: list[tuple[Any, Any, dict[str, Any], str]] = [
    ("GET", "/nothing", {}, "not_found"),
    ("GET", "", {}, "not_found"),
    ("GET", "tags", {}, "not_found"),
    ("GET", "//tags", {}, "not_found"),
    ("GET", "/tags/", {}, "not_found"),
    ("GET", "/../v1/tags", {}, "not_found"),
    ("GET", "/%2e%2e/%2e%2e/admin", {}, "not_found"),
    ("GET", "/../../admin", {}, "not_found"),
    ("GET", "https://elsewhere.example/api/v1/tags", {}, "not_found"),
    ("GET", "//elsewhere.example/api/v1/tags", {}, "not_found"),
    ("GET", "/api/v1/tags", {}, "not_found"),
    ("GET", "/api/003/conversations", {}, "not_found"),
    ("GET", "/admin", {}, "not_found"),
    ("GET", "0/tags", {}, "not_found"),
    ("GET", "/docs", {}, "not_found"),
    ("GET", "/chats/x", {}, "not_found"),
    ("GET", "/chats/0", {}, "not_found"),
    ("GET", "/chats/" + "9" * 30, {}, "not_found"),
    ("GET", "/chats/7#here", {}, "not_found"),
    ("POST", "/auth/login", {"body": {"email": "a@example.com", "password": "b"}}, "not_found"),
    ("POST", "/auth/logout", {"body": {"refreshToken": "a"}}, "not_found"),
    ("GET", "/%ff", {}, "malformed"),
    ("GET", "/search?query=%ff", {}, "malformed"),
    ("DELETE", "/tags", {}, "method_not_allowed"),
    ("GET", "/auth/login", {}, "method_not_allowed"),
    ("HEAD", "/tags", {}, "invalid"),
    ("OPTIONS", "/tags", {}, "invalid"),
    ("get", "/tags", {}, "invalid"),
    (None, "/tags", {}, "invalid"),
    ("GET", None, {}, "invalid"),
    ("GET", ["/tags"], {}, "invalid"),
    ("GET", "/" + "a" * LONGEST_PATH, {}, "invalid"),
    ("POST", "/topics", {}, "malformed"),
    ("POST", "/topics", {"body": None}, "malformed"),
    ("POST", "/topics", {"body": "name=Invoices"}, "invalid"),
    ("POST", "/topics", {"body": ["Invoices"]}, "invalid"),
    ("POST", "/topics", {"body": {"name": 7}}, "invalid"),
]


@pytest.mark.parametrize(("method", "path", "more", "code"), WRONG)
def test_what_is_no_call_is_refused_and_nothing_comes_of_it(
    maya: Caller, method: Any, path: Any, more: dict[str, Any], code: str
) -> None:
    before = stored()
    answer = maya.ask(method, path, **more)
    assert (answer["ok"], answer["error"]["code"]) == (False, code)
    assert stored() == before
    assert maya.ask("GET", "/me")["ok"] is True


def test_errors_are_in_the_language_of_the_connection(app: Flask, people: People) -> None:
    german = Caller(app, people.maya, locale="de")
    assert german.ask("POST", "/auth/logout", body={})["error"]["message"] == (
        "Das geht nur über HTTP."
    )
    done = german.ask("POST", "/actions", body={"chatIds": [99], "action": "close"})
    assert done["answer"]["refused"][0]["error"]["message"] == "Diesen Chat gibt es nicht."


def test_it_is_counted_as_any_event(
    app: Flask, people: People, maya: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(limits, "asks", lambda who, cost=1: asked.append(who))
    maya.ask("GET", "/tags")
    assert asked == [people.maya.id]


def test_an_account_is_changed_with_its_password_as_over_http(app: Flask, people: People) -> None:
    lena = Caller(app, people.lena)
    body = {"email": "other@example.com", "password": "not hers"}
    assert lena.ask("PATCH", "/me", body=body)["error"]["code"] in ("bad_credentials", "invalid")
    assert lena.ask("PATCH", "/me", body={"name": "Léna"})["answer"]["name"] == "Léna"


def test_who_is_no_staff_is_told_so(app: Flask, people: People) -> None:
    answer = Caller(app, people.lena).ask("POST", "/topics", body={"name": "Mine"})
    assert answer["error"]["code"] == "forbidden"


def test_a_login_that_was_ended_asks_for_nothing_though_nobody_was_told(
    app: Flask, people: People
) -> None:
    """As where Redis is away, and it was ended in another process."""
    here, elsewhere = (logins.begun(people.maya) for _ in range(2))
    asks, goes_on = Caller(app, here), Caller(app, elsewhere)
    assert asks.ask("GET", "/tags")["ok"]
    db.session.add(EndedLogin(login=here.login, user_id=here.id, ended_at=clock.now()))
    db.session.commit()
    assert asks.ask("GET", "/nothing")["error"]["code"] == "unauthorized"
    assert not asks.client.is_connected(LIVE)
    assert goes_on.ask("GET", "/tags")["ok"]

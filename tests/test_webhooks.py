"""What a rule tells another program: signed, once known by its id, and nowhere it should not go."""

import errno
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from hmac import digest
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from app.conditions import ACTIONS
from app.errors import Invalid
from app.models import database
from app.models.jobs import table as jobs
from app.models.rules import RuleState
from app.operations import messages, rule_runs
from app.operations import rules as operations
from app.operations.messages import Draft
from app.operations.rules import Wanted
from app.queries import rules as queries
from app.webhooks import calling
from tests.people import People
from tests.servers import wait_until


class Heard(HTTPServer):
    status = 200
    calls: list[tuple[str, dict[str, str], bytes]]


class Handler(BaseHTTPRequestHandler):
    server: Heard

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.calls.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is told of it."""


@pytest.fixture
def other() -> Iterator[Heard]:
    """Another program, on this machine."""
    server = Heard(("127.0.0.1", 0), Handler)
    server.calls = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def asked(people: People, url: str) -> tuple[RuleState, str, dict[str, Any]]:
    """A rule that calls it has acted: the rule, its secret, and what the job is called with."""
    actions = ACTIONS.validate_python([{"kind": "webhook", "url": url}])
    made = operations.make(people.maya, Wanted("Tell", "message", actions=actions))
    operations.tried(people.maya, made)
    with pytest.raises(Invalid):
        operations.switch(people.maya, made.id, is_on=True, version=1)
    secret = operations.make_secret(people.maya, made.id)
    operations.switch(people.maya, made.id, is_on=True, version=1)
    chat = messages.send(people.lena, None, Draft("plugh"))
    rule_runs.apply(chat.chat_id, chat.seq, ["message"])
    found = [row for row in database.rows(jobs.select()) if row.kind == "call_webhook"]
    return made, secret, json.loads(found[0].payload)


def became(rule: RuleState) -> str:
    return queries.of_rule(rule.id).runs[0].run.did[0]["became"]


def test_it_is_told_signed_and_without_words(app: Flask, people: People, other: Heard) -> None:
    app.config["WEBHOOK_PRIVATE"] = True
    rule, secret, job = asked(people, f"http://localhost:{other.server_port}/hook?a=1")
    assert became(rule) == "waits"
    calling.call(**job)
    calling.call(**job)
    (path, headers, body), (_, again, _) = other.calls
    assert path == "/hook?a=1"
    assert headers["host"] == f"localhost:{other.server_port}"
    assert headers["webhook-id"] == again["webhook-id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = calling.b64encode(digest(calling.key_of(secret), signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    said = json.loads(body)
    assert said["data"]["chat"]["id"] == job["chat_id"]
    assert b"plugh" not in body
    assert people.lena.name.encode() not in body
    assert became(rule) == "done"


def test_no_address_of_ones_own_network(people: People, other: Heard) -> None:
    rule, _, job = asked(people, f"http://localhost:{other.server_port}/")
    calling.call(**job)
    assert other.calls == []
    assert became(rule) == "refused"


def test_a_name_that_changes_its_mind_is_asked_once(
    people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names a public address as it is asked, and this machine ever after."""
    asks, connects = [], []
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", other.server_port))
    private = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", other.server_port))

    def ask(host: str, *_: Any, **__: Any) -> list[Any]:
        asks.append(host)
        return [public if len(asks) == 1 else private]

    def connect(address: Any, **_: Any) -> socket.socket:
        connects.append(address)
        raise ConnectionRefusedError

    rule, _, job = asked(people, f"http://rebinds.example:{other.server_port}/")
    monkeypatch.setattr(calling, "getaddrinfo", ask)
    monkeypatch.setattr(calling.socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        calling.call(**job)
    assert (asks, connects) == (["rebinds.example"], [("93.184.216.34", other.server_port)])
    calling.call(**job)  # by now it names this machine
    assert len(connects) == 1
    assert became(rule) == "refused"


def test_an_address_that_cannot_be_reached_is_passed_over(
    app: Flask, people: People, other: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the address of IPv6 is, named first, on a machine that has none."""
    app.config["WEBHOOK_PRIVATE"] = True
    addresses = [("::1", other.server_port, 0, 0), ("127.0.0.1", other.server_port)]
    named = [(None, None, None, "", address) for address in addresses]
    tried: list[str] = []

    def try_to(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address[0])
        if address[0] == "::1":
            raise OSError(errno.EHOSTUNREACH, "no route")
        line = socket.socket()
        line.settimeout(timeout)
        line.connect(address)
        return line

    rule, _, job = asked(people, f"http://both.example:{other.server_port}/")
    monkeypatch.setattr(calling, "getaddrinfo", lambda *_, **__: named)
    monkeypatch.setattr(calling.socket, "create_connection", try_to)
    calling.call(**job)
    assert (tried, became(rule)) == (["::1", "127.0.0.1"], "done")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_told_again_and_nobody_is_followed(
    app: Flask, people: People, other: Heard, status: int
) -> None:
    app.config["WEBHOOK_PRIVATE"] = True
    rule, _, job = asked(people, f"http://127.0.0.1:{other.server_port}/")
    other.status = status
    with pytest.raises(calling.NotTaken):
        calling.call(**job)
    assert became(rule) == "failed"
    other.status = 204
    calling.call(**job)
    assert (became(rule), len(other.calls)) == ("done", 2)


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_rule_that_was_switched_off_tells_nobody(
    app: Flask, people: People, other: Heard, is_changed: bool
) -> None:
    app.config["WEBHOOK_PRIVATE"] = True
    rule, _, job = asked(people, f"http://localhost:{other.server_port}/hook")
    if is_changed:
        elsewhere = [{"kind": "webhook", "url": "https://other.example/hook"}]
        actions = ACTIONS.validate_python(elsewhere)
        after = operations.change(people.maya, rule.id, Wanted("Tell", "message", actions=actions))
        operations.tried(people.maya, after)
        operations.switch(people.maya, rule.id, is_on=True, version=after.version)
    else:
        operations.switch(people.maya, rule.id, is_on=False, version=rule.version)
    calling.call(**job)
    assert (other.calls, became(rule)) == ([], "off")


def test_who_does_not_answer_is_not_waited_for(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WEBHOOK_PRIVATE"] = True
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _, _, job = asked(people, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(TimeoutError):
            calling.call(**job)


def test_a_resolver_that_never_answers_is_not_waited_for(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Signal()
    monkeypatch.setattr(calling, "getaddrinfo", lambda *_: answers.wait())
    monkeypatch.setattr(calling, "TO_LOOK_UP", 0.05)
    monkeypatch.setattr(calling, "MOST_ASKING", 2)
    rule, _, job = asked(people, "http://silent.example/")
    for _ in range(3):  # the third of them asks nobody any more
        with pytest.raises(TimeoutError):
            calling.call(**job)
        assert became(rule) == "failed"
    assert len(calling.asking) == 2
    answers.set()
    wait_until(lambda: not calling.asking)


def test_without_a_thread_no_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_task: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(calling, "aside", none_left)
    with pytest.raises(RuntimeError):
        calling.looked_up("here.example", 80, 0)
    assert not calling.asking


IN_MODE = """
import {mode}.{patch}
import threading, time
from app.webhooks import calling
def never(*_):
    _time.sleep(60)
import {original}
_time = {time}
calling.getaddrinfo = never
ticks = []
def tick():
    while True:
        ticks.append(1)
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
began = time.monotonic()
try:
    calling.looked_up("silent.example", 80, began + 0.5)
except TimeoutError:
    print(len(ticks) > 10, time.monotonic() - began < 3, flush=True)
import os
os._exit(0)
"""


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_others_go_on_while_a_name_is_looked_up(mode: str) -> None:
    how = {
        "eventlet": {
            "patch": "patcher; eventlet.patcher.monkey_patch()",
            "original": "eventlet.patcher",
            "time": "eventlet.patcher.original('time')",
        },
        "gevent": {
            "patch": "monkey; gevent.monkey.patch_all()",
            "original": "types, gevent.monkey",
            "time": "types.SimpleNamespace(sleep=gevent.monkey.get_original('time', 'sleep'))",
        },
    }[mode]
    script = IN_MODE.format(mode=mode, **how)
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.stdout.split() == ["True", "True"], told.stderr


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example"])
def test_what_can_be_no_name_is_refused_once(people: People, name: str) -> None:
    rule, _, job = asked(people, f"http://{name}/")
    calling.call(**job)
    assert queries.of_rule(rule.id).runs[0].run.did[0]["became"] == "refused"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        *((each, True) for each in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34")),
        *((each, False) for each in ("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254")),
        *((each, False) for each in ("0.0.0.0", "::1", "::", "fe80::1%eth0", "fd00::1")),
        *((each, False) for each in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")),
        *((each, False) for each in ("224.0.0.1", "255.255.255.255", "100.64.0.1", "ff02::1")),
        *((each, False) for each in ("fec0::1", "::127.0.0.1", "::ffff:0:10.0.0.1", "5f00::1")),
    ],
)
def test_which_addresses_are_of_the_whole_internet(address: str, is_public: bool) -> None:
    assert calling.is_public(address) == is_public


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://a.example", "//a.example", "http://", "http://a:b@a.example/"),
        *("http://a.example:99999/", "http://a.example/\r\nx: y", "http://a b.example/"),
        *("https://bücher.example/", "http://a.example/" + "x" * 500),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        operations.parsed([], [{"kind": "webhook", "url": url}])

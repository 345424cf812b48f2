"""Who gets in, how many, and what ends a connection."""

import contextlib
import json
import os
import secrets
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import psutil
import pytest
import requests
from sqlalchemy import update

from app.auth.tokens import access_token
from app.models.users import Actor, table
from app.operations import identities, logins, users
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import sites
from tests import wide
from tests.conftest import SECRET
from tests.live.clients import NAMESPACE, Client, Refused
from tests.live.conftest import SOCKETS_PER_USER, Place
from tests.live.raw import Raw, raw
from tests.people import People
from tests.servers import MODES, ROOT, Server, wait_until


def claims(who: Actor, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": "deskbell", "aud": "deskbell", "iat": now, "exp": now + 60, "use": "access"}
    good |= {"sub": str(who.id), "ver": who.auth_version}
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(who: Actor, secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(who, **changes), secret, algorithm)


def unsigned(who: Actor) -> str:
    return jwt.encode(claims(who), None, "none")


BAD_TOKENS: dict[str, Callable[[Actor], Any]] = {
    "null": lambda who: None,
    "a number": lambda who: 5,
    "a list": lambda who: [signed(who)],
    "empty": lambda who: "",
    "no token": lambda who: "Lena",
    "5,000 characters": lambda who: "x" * 5000,
    "expired": lambda who: signed(who, exp=int(time.time()) - 60),
    "without an end": lambda who: signed(who, exp=None),
    "of another key": lambda who: signed(who, secret="another secret, just as long as the first"),
    "of another algorithm": lambda who: signed(who, algorithm="HS384"),
    "of no algorithm": unsigned,
    "of another issuer": lambda who: signed(who, iss="elsewhere"),
    "for another audience": lambda who: signed(who, aud="elsewhere"),
    "for another use": lambda who: signed(who, use="refresh"),
    "of nobody": lambda who: signed(who, sub="999999999"),
    "of a name": lambda who: signed(who, sub="admin"),
    "of an earlier password": lambda who: signed(who, ver=who.auth_version - 1),
    "of a version in words": lambda who: signed(who, ver="1"),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_does_not_hold_lets_nobody_in(
    place: Place, people: People, token: Callable[[Actor], Any]
) -> None:
    assert place.connect({"token": signed(people.lena)}).is_connected
    with pytest.raises(Refused) as refused:
        place.connect({"token": token(people.lena)})
    assert refused.value.args[0]["data"]["code"] == "token_invalid"


@pytest.mark.parametrize("auth", [None, {}, {"page": True}], ids=str)
def test_without_a_proof_nobody_gets_in(place: Place, auth: Any) -> None:
    with pytest.raises(Refused) as refused:
        place.connect(auth)
    assert refused.value.args[0]["data"]["code"] == "unauthorized"


def cookie(place: Place, who: Actor) -> str:
    """The login session that a browser of this person would hold."""
    serializer = place.app.session_interface.get_signing_serializer(place.app)
    value = serializer.dumps({"_user_id": who.get_id(), "_fresh": True})
    return f"{place.app.config['SESSION_COOKIE_NAME']}={value}"


def by_cookie(
    place: Place, who: Actor, origin: str | None, auth: Any = None, namespace: str = NAMESPACE
) -> Client:
    extra = {"origin": origin} if origin else {"suppress_origin": True}
    options = {"websocket_extra_options": extra}
    headers = {"Cookie": cookie(place, who)}
    return place.connect(auth or {}, options=options, namespace=namespace, headers=headers)


def test_a_login_session_lets_a_page_of_ours_in(place: Place, people: People) -> None:
    lena = by_cookie(place, people.lena, place.server.url)
    assert lena.send("Hello", "a")["sender"]["id"] == people.lena.id


@pytest.mark.parametrize("namespace", [NAMESPACE, "/", "/chat"])
def test_a_page_of_anybody_else_is_not_let_in_by_the_cookie(
    place: Place, people: People, namespace: str
) -> None:
    lena = logins.begun(people.lena)
    here = (place, lena, place.server.url)
    mine = {"page": True, "pageKey": lena.page_key}
    assert by_cookie(*here, mine, namespace).is_connected
    for other in (people.marcus, people.ana, logins.begun(people.lena), people.lena):
        with pytest.raises(Refused) as refused:
            by_cookie(*here, {"page": True, "pageKey": other.page_key}, namespace)
        assert refused.value.args[0]["data"]["code"] == "other_login"
    for nonsense in ("", 5, ["x"], "7.", {"a": 1}):
        with pytest.raises(Refused):
            by_cookie(*here, {"page": True, "pageKey": nonsense}, namespace)


def test_a_page_must_say_whose_it_is(place: Place, people: People) -> None:
    """One from before pages did loads anew by this answer; a program shows nobody anything."""
    lena = (place, people.lena, place.server.url)
    for unnamed in ({}, {"pageKey": None}):
        with pytest.raises(Refused) as refused:
            by_cookie(*lena, {"page": True} | unnamed)
        assert refused.value.args[0]["data"]["code"] == "unauthorized"
        assert by_cookie(*lena, unnamed).is_connected


def test_a_page_of_a_token_may_say_whose_it_is_too(place: Place, people: People) -> None:
    auth = {"token": place.token(people.lena), "page": True}
    assert place.connect(auth | {"pageKey": people.lena.page_key}).is_connected
    with pytest.raises(Refused) as refused:
        place.connect(auth | {"pageKey": people.ana.page_key})
    assert refused.value.args[0]["data"]["code"] == "other_login"


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"], ids=str)
def test_a_login_session_that_comes_from_elsewhere_does_not_count(
    place: Place, people: People, origin: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        by_cookie(place, people.lena, origin)
    if origin is None:  # the others Engine.IO turns away at the handshake
        assert refused.value.args[0]["data"]["code"] == "origin_refused"


def test_logging_out_ends_the_sockets_of_every_tab_and_a_copied_cookie(
    place: Place, people: People
) -> None:
    desk, phone = logins.begun(people.ana), logins.begun(people.ana)
    tab, other_tab = (by_cookie(place, desk, place.server.url) for _ in range(2))
    elsewhere = by_cookie(place, phone, place.server.url)
    program = place.client(desk)
    logins.end(desk)
    wait_until(lambda: not (tab.is_connected or other_tab.is_connected or program.is_connected), 2)
    with pytest.raises(Refused):
        by_cookie(place, desk, place.server.url)
    with pytest.raises(Refused):
        place.client(desk)
    assert elsewhere.ask("no such event")["error"]["code"] == "unknown_event"


def test_a_login_session_ends_with_the_password_it_was_made_with(
    place: Place, people: People
) -> None:
    assert by_cookie(place, people.lena, place.server.url).is_connected
    users.set_password(people.lena.email, "another password")
    with pytest.raises(Refused):
        by_cookie(place, people.lena, place.server.url)


def test_long_polling_carries_the_same_conversation(place: Place, people: People) -> None:
    lena = place.client(people.lena, transport="polling")
    chat_id = lena.send("Hello", "a")["chatId"]
    lena.join(chat_id)
    ana = place.client(people.ana)
    ana.send("Hi Lena", "b", chatId=chat_id)
    assert lena.wait_for("new_message", chatId=chat_id)["message"]["message"] in (
        "Ana Weber joined",
        "Hi Lena",
    )
    lena.send("Hi Ana", "c")
    lena.catch_up()
    said = [told["message"]["message"] for told in lena.all("new_message")]
    assert said == ["Ana Weber joined", "Hi Lena", "Hi Ana"]


@pytest.mark.parametrize(
    "event",
    # The server's own names as well: `connect` and `disconnect` run nothing when a client says so.
    ["", "nonsense", "new_message", "__init__", "message", "connect", "disconnect", "x" * 500],
)
def test_an_event_that_is_not_there_is_refused_in_words(
    place: Place, people: People, event: str
) -> None:
    with raw(place.server.url) as line:
        line.enter(access_token(people.lena))
        for frame in (f'42/live,1["{event}",{{"token":"x"}}]', f'42/live,2["{event}"]'):
            line.say(frame)
            assert line.answer()["error"]["code"] == "unknown_event"
        line.say('42/live,3["send_message",{"message":"Still here","clientId":"a"}]')
        assert line.answer()["message"]["sender"]["id"] == people.lena.id


STRANGE: dict[str, str | bytes] = {
    "an event without a name": "42/live,1[]",
    "an event that is an object": '42/live,1{"a":1}',
    "a name that is a number": "42/live,1[5]",
    "bytes": b"42/live,1",
    "the announcement of much": '4511-/live,1["send_message",{"_placeholder":true,"num":0}]',
    "JSON that ends early": '42/live,1["send_message",{',
    "an unknown kind": "49/live,",
    "no packet": "4",
}


@pytest.mark.parametrize("frame", STRANGE.values(), ids=STRANGE)
def test_a_packet_that_no_client_sends_ends_its_connection_alone(
    place: Place, people: People, frame: str | bytes
) -> None:
    lena = place.client(people.lena)
    with raw(place.server.url) as stranger:
        stranger.enter(access_token(people.marcus))
        stranger.say(frame)
        assert stranger.ended_within(5) is not None
    assert lena.send("Undisturbed", "a")


def test_a_frame_above_the_limit_ends_its_connection_alone(place: Place, people: People) -> None:
    lena = place.client(people.lena)
    with raw(place.server.url) as stranger:
        stranger.enter(access_token(people.marcus))
        stranger.say(
            '42/live,1["send_message",{"clientId":"a","message":"' + "x" * 1_100_000 + '"}]'
        )
        assert stranger.ended_within(5) is not None
    assert lena.send("Undisturbed", "a")


@wide.of_one_process
def test_a_person_holds_so_many_sockets_and_the_oldest_gives_way(
    place: Place, people: People
) -> None:
    tabs = [place.client(people.lena) for _ in range(SOCKETS_PER_USER)]
    assert all(tab.is_connected for tab in tabs)
    newest = place.client(people.lena)
    wait_until(lambda: not tabs[0].is_connected)
    assert newest.send("From the newest", "a")
    assert all(tab.is_connected for tab in tabs[1:])


def test_an_address_holds_so_many_sockets(place_with: Callable[..., Place]) -> None:
    place = place_with(SOCKETS_PER_ADDRESS="3")
    people = People()
    crowd = [place.client(who) for who in (people.lena, people.marcus, people.ana)]
    with pytest.raises(Refused) as refused:
        place.client(people.ben)
    assert refused.value.args[0]["data"]["code"] == "too_many_connections"
    crowd[0].close()
    wait_until(lambda: lets_in(place, people.ben))


def lets_in(place: Place, who: Actor) -> bool:
    try:
        return place.client(who).is_connected
    except Refused:
        return False


def test_who_never_joins_is_dropped_after_ten_seconds(places: Callable[[str], Place]) -> None:
    urls = [places(mode).server.url for mode in MODES]  # each may have to be started first
    with contextlib.ExitStack() as lines:
        started = time.monotonic()
        one, *others = [lines.enter_context(raw(url)) for url in urls]
        assert one.ended_within(20) is not None
        assert time.monotonic() - started > 8
        assert all(line.ended_within(20) is not None for line in others)


def test_a_silent_poller_is_dropped_and_holds_up_nothing(place: Place, people: People) -> None:
    polling = f"{place.server.url}/socket.io/?EIO=4&transport=polling"
    opened = requests.get(polling, timeout=10).text
    sid = json.loads(opened[1:])["sid"]
    lena = place.client(people.lena)

    def is_forgotten() -> bool:
        return requests.post(f"{polling}&sid={sid}", "3", timeout=5).status_code == 400

    wait_until(is_forgotten, 20)
    users.deactivate(people.lena.email)
    wait_until(lambda: not lena.is_connected, 4)


def test_one_who_floods_leaves_turns_to_the_others(place: Place, people: People) -> None:
    stop = threading.Event()

    def flood(line: Raw) -> None:
        with contextlib.suppress(Exception):
            while not stop.is_set():
                line.socket.ping("x" * 100)

    with raw(place.server.url) as one, raw(place.server.url) as two:
        floods = [threading.Thread(target=flood, args=(line,)) for line in (one, two)]
        for each in floods:
            each.start()
        try:
            lena = place.client(people.lena)
            for number in range(10):
                started = time.monotonic()
                lena.send("Through the flood", str(number))
                assert time.monotonic() - started < 3
        finally:
            stop.set()
            for each in floods:
                each.join()


def test_who_is_deactivated_from_the_shell_is_dropped_and_stays_out(
    place: Place, people: People
) -> None:
    lena, marcus = place.client(people.lena), place.client(people.marcus)
    chat_id = lena.send("Hello", "a")["chatId"]
    lena.join(chat_id)
    run_flask(place, "users", "deactivate", people.lena.email)
    wait_until(lambda: not lena.is_connected, 4)
    with pytest.raises(Refused):
        place.client(people.lena)
    assert marcus.is_connected
    assert marcus.send("Undisturbed", "a")


@pytest.mark.parametrize("event", ["join_chat", "sync", "send_message", "mark_read", "typing"])
def test_a_right_is_checked_at_every_event(place: Place, people: People, event: str) -> None:
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    payload = {"chatId": chat_id, "message": "Hi", "clientId": "b", "after": 0, "upTo": 1}
    with transaction() as tx:  # unsaid and unstamped, so that nobody hears of it
        tx.run(update(table).where(table.c.id == people.lena.id).values(auth_version=2), {})
    assert lena.ask(event, payload | {"isTyping": True})["error"]["code"] == "unauthorized"
    wait_until(lambda: not lena.is_connected)


def test_a_socket_ends_when_the_site_no_longer_says_who_it_is(place: Place) -> None:
    site, until = sites.first(), int(time.time()) + 3
    assert site is not None
    secret = identities.rotate_secret_by_shell(site.key).secret

    def named(sub: str, exp: int) -> Actor:
        proof = jwt.encode({"sub": f"{sub} {place.mode}", "aud": site.key, "exp": exp}, secret)
        about = {"language": "", "address": "10.0.0.1"}
        credential = secrets.token_urlsafe(32)
        return identities.write_first(site, credential, proof, Draft("Hello"), **about)[0].actor

    grace, ada = named("grace", until), named("ada", until + 3600)
    brief, long = place.client(grace), place.client(ada)
    wait_until(lambda: not brief.is_connected)
    assert until <= time.time() < until + 2
    with pytest.raises(Refused) as refused:
        place.client(grace)
    assert refused.value.args[0]["data"]["code"] == "unauthorized"
    assert long.send("Still here", "b")


def run_flask(place: Place, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT, env=place.server.environment, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def test_metrics_count_the_sockets_of_every_mode(place: Place, people: People) -> None:
    before = sockets_of(place)
    lena = place.client(people.lena)
    wait_until(lambda: sockets_of(place) == before + 1)
    lena.close()
    wait_until(lambda: sockets_of(place) == before)


def sockets_of(place: Place) -> float:
    told = requests.get(f"{place.server.url}/metrics", timeout=5).text
    return next(
        float(line.split()[1]) for line in told.splitlines() if line.startswith("deskbell_sockets ")
    )


def test_an_address_holds_so_many_sessions_though_none_says_who_it_is(
    place_with: Callable[..., Place],
) -> None:
    place = place_with("eventlet", SOCKETS_PER_ADDRESS="3")
    polling = f"{place.server.url}/socket.io/?EIO=4&transport=polling"

    def opens() -> requests.Response:
        return requests.get(polling, timeout=10)

    assert [opens().status_code for _ in range(6)] == [200] * 6
    refused = opens()
    assert refused.status_code == 401
    assert "too_many_connections" in refused.text
    wait_until(lambda: opens().status_code == 200, 20)  # the silent ones are gone


@pytest.mark.parametrize("mode_of_it", MODES)
def test_who_polls_no_more_is_dropped_before_too_much_piles_up(
    place_with: Callable[..., Place], mode_of_it: str
) -> None:
    place = place_with(mode_of_it, MESSAGE_LENGTH="50000", RATE_LIMITS="off")
    people = People()
    lena = place.client(people.lena)
    chat_id = lena.send("Hello", "a")["chatId"]
    polling = f"{place.server.url}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(requests.get(polling, timeout=10).text[1:])["sid"]
    mine = f"{polling}&sid={sid}"

    def polled() -> str:
        return requests.get(mine, timeout=10).text

    requests.post(mine, data=f'40/live,{{"token":"{place.token(people.ana)}"}}', timeout=10)
    assert "sid" in polled()
    requests.post(mine, data=f'42/live,1["join_chat",{{"chatId":{chat_id}}}]', timeout=10)
    wait_until(lambda: '"ok":true' in polled(), 10)
    for number in range(25):
        lena.send("x" * 50_000, str(number))
    assert len(polled()) < 1_100_000
    assert requests.get(mine, timeout=10).status_code == 400


def test_what_has_come_and_gone_holds_no_connection(place: Place, people: People) -> None:
    def held() -> int:
        served = psutil.Process(place.server.process.pid)  # type: ignore[union-attr]
        all_of_it = [served, *served.children(recursive=True)]
        return sum(len(each.net_connections(kind="tcp")) for each in all_of_it)

    place.client(people.lena).close()
    before = held()
    lines = [Raw(place.server.url) for _ in range(40)]
    for number, line in enumerate(lines):
        if number % 2:
            line.enter(access_token(people.lena))
    assert held() >= before + 40 - SOCKETS_PER_USER
    for number, line in enumerate(lines):
        if number % 3 == 0:
            line.close()
        elif number % 3 == 1:
            line.say("4x")  # it is ended from the other side
        else:
            line.socket.sock.close()
    wait_until(lambda: held() <= before, 15)
    for line in lines:
        line.socket.sock and line.socket.sock.close()


def open_lines(server: Server) -> int:
    """Also those that the kernel has closed and the process has not."""
    assert server.process is not None
    there = 0
    for each in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # just closed
            there += os.readlink(each).startswith("socket:")
    return there


@wide.of_one_process  # the files of one
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "begun",
    [
        b"GET /soc",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    ],
    ids=["a line", "headers", "a body"],
)
def test_who_breaks_off_leaves_no_file_open(
    place_with: Callable[..., Place], mode: str, begun: bytes
) -> None:
    server = place_with(mode).server
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(40)]
    for line in lines:
        line.sendall(begun)
    wait_until(lambda: open_lines(server) > len(lines))
    for line in lines:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()  # without a goodbye
    few = len(lines) // 2  # its own, and those of databases
    wait_until(lambda: open_lines(server) < few, 10, lambda: f"{open_lines(server)} are open")

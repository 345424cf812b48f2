"""The support dashboard at the address that document 002 gives it."""

import re
from collections.abc import Callable
from html import unescape

import pytest
import requests

from app.cli.factories import state
from app.models.users import Actor
from app.operations import assignments, closures
from tests.live.conftest import Place
from tests.live.test_connections import cookie
from tests.people import People
from tests.protocols.p002.conftest import Speak, said

Page = Callable[..., requests.Response]
# What differs from one answer to the next: tokens, and the words for how long ago an instant was.
OWN_WORDS = re.compile(
    r'nonce="[^"]*"|Token": "[^"]*"|name="csrf.token" \w+="[^"]*"|name="form_id" value="[^"]*"|'
    r'(?<=data-time="ago">)[^<]*'
)


@pytest.fixture
def page(place: Place) -> Page:
    """`page(who, path)`: a page as the browser of somebody who is logged in gets it."""

    def get(who: Actor | None, path: str, **headers: str) -> requests.Response:
        if who is not None:
            headers["Cookie"] = cookie(place, who)
        url = place.server.url + path
        return requests.get(url, headers=headers, allow_redirects=False, timeout=15)

    return get


def row(html: str, chat_id: int) -> str:
    found = re.search(rf'<li class="[^"]*" id="chat-row-{chat_id}".*?</li>', html, re.S)
    assert found is not None, f"no row of chat {chat_id}"
    return found[0]


def test_it_is_the_houses_messages_under_another_address(page: Page, people: People) -> None:
    chat_id = said(people.lena, "Hello, I need help!")
    for who in (people.ada, people.maya, people.ana):
        for path in ("", f"/{chat_id}"):
            answer = page(who, f"/admin/support{path}")
            assert answer.status_code == 200
            assert "Hello, I need help!" in answer.text
            ours = page(who, f"/admin/messages{path}").text
            assert OWN_WORDS.sub("", answer.text) == OWN_WORDS.sub("", ours)


def test_every_way_from_it_leads_somewhere(page: Page, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    for path in ("/admin/support", f"/admin/support/{chat_id}"):
        html = page(people.ada, path).text
        assert re.search(r'href="/admin/messages" aria-current="page"', html)
        for link in sorted(set(re.findall(r'(?:href|src)="(/[^"]*)"', html))):
            assert page(people.ada, unescape(link)).status_code in (200, 303), link
        parts = set(re.findall(r'hx-get="(/[^"]*)"', html))
        assert f"/admin/messages/{chat_id}" in parts
        for part in sorted(parts):
            answer = page(people.ada, unescape(part), **{"HX-Request": "true"})
            assert answer.status_code == 200, part
            assert "<html" not in answer.text


def test_opening_a_waiting_chat_there_assigns_it(
    page: Page, place: Place, speak: Speak, people: People
) -> None:
    chat_id = said(people.lena, "Hello")
    lena, path = speak(people.lena), f"/admin/support/{chat_id}"
    browser = requests.Session()
    browser.headers["Cookie"] = cookie(place, people.ada)
    shown = browser.get(place.server.url + path, timeout=15)
    browser.headers["Cookie"] = "; ".join(f"{c.name}={c.value}" for c in shown.cookies)
    (claim,) = re.findall(r'<div id="claim"[^>]*hx-post="([^"]+)" hx-trigger="load"', shown.text)
    (token,) = re.findall(r'"X-CSRFToken": "([^"]+)"', shown.text)
    headers = {"X-CSRFToken": token, "HX-Request": "true"}
    claimed = browser.post(place.server.url + claim, headers=headers, timeout=15)
    assert claimed.status_code == 200
    assert 'data-status="open"' in claimed.text
    assert state(chat_id).agent_id == people.ada.id
    assert lena.wait_for("supportJoined")["agentName"] == people.ada.name
    for who in (people.ada, people.ana):
        assert 'id="claim"' not in page(who, path).text


def test_its_badges_say_what_the_document_says(page: Page, people: People) -> None:
    waiting = said(people.lena, "Hello")
    taken = said(people.marcus, "Hello")
    assignments.claim(people.ana, taken)
    html = page(people.ada, "/admin/support").text
    assert 'class="badge" data-status="waiting"' in row(html, waiting)
    assert 'class="badge" data-status="open"' in row(html, taken)
    assert 'row-unread" data-count="1"' in row(html, waiting)
    closures.close(people.ana, taken)
    html = page(people.ada, "/admin/support?filter=closed").text
    assert 'class="badge" data-status="closed"' in row(html, taken)


def test_it_is_for_support_alone(page: Page, people: People) -> None:
    chat_id = said(people.lena, "Hello")
    for path in ("/admin/support", f"/admin/support/{chat_id}"):
        for who in (people.lena, people.petra):
            refusal, ours = page(who, path), page(who, path.replace("support", "messages"))
            assert refusal.status_code == ours.status_code == 403
            assert OWN_WORDS.sub("", refusal.text) == OWN_WORDS.sub("", ours.text)
            assert "Hello" not in refusal.text
        asked = page(None, path)
        assert asked.status_code == 303
        assert asked.headers["Location"].startswith("/login?next=")
        assert asked.headers["Location"].replace("%2F", "/").endswith(path)


@pytest.mark.parametrize("number", ["0", "-1", "seven", "9" * 20, str(2**50)])
def test_a_chat_that_is_not_there(page: Page, people: People, number: str) -> None:
    assert page(people.ada, f"/admin/support/{number}").status_code == 404

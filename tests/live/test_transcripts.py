"""A chat as a PDF, from a server that runs, in each mode: others go on while it is drawn."""

from concurrent.futures import ThreadPoolExecutor

import requests

from tests.live.conftest import Place
from tests.paper import words_of
from tests.people import People


def test_messages_are_sent_while_it_is_drawn(place: Place, people: People) -> None:
    lena, ana = place.client(people.lena), place.client(people.ana)
    chat_id = lena.send("The first of all", "a")["chatId"]
    for number in range(20):
        lena.send(f"Said {number}. " + "word " * 800, f"b{number}")
    ana.ask("join_chat", {"chatId": chat_id})
    link = ana.ask("link_transcript", {"chatId": chat_id, "format": "pdf"})["url"]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(requests.get, place.server.url + link, timeout=60)
        beside = []
        for number in range(5):
            ana.send(f"Meanwhile {number}", f"c{number}", chatId=chat_id)
            beside.append(not asked.done())
    answer = asked.result()
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    told = words_of(answer.content)
    assert "The first of all" in told
    assert all(f"Said {number}. word" in told for number in range(20))
    assert any(beside), "it was drawn before anything was sent"

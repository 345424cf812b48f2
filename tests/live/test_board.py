"""The live board over sockets, and that nobody is there by one."""

from typing import Any

from app.queries import presence
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until


def test_a_board_is_told_what_staff_is_told_and_makes_nobody_online(
    place: Place, people: People
) -> None:
    wall = Client()
    place.clients.append(wall)
    wall.connect(place.server.url, {"token": place.token(people.maya), "board": True})
    lena, ana = place.client(people.lena), place.client(people.ana)
    wall.wait_for("presence", 10, userId=people.ana.id, isOnline=True)
    sent = lena.send("Is anybody looking?", "board a")
    wall.wait_for("new_chat_message", 10, chatId=sent["chatId"])

    def asked() -> Any:
        return wall.ask("request", {"method": "GET", "path": "/board"})["answer"]

    before = asked()
    assert before["waiting"]["count"] >= 1
    ana.send("I am", "board b", chatId=sent["chatId"])
    wait_until(lambda: asked()["waiting"]["count"] == before["waiting"]["count"] - 1)
    states = {each["id"]: each["state"] for each in asked()["colleagues"]}
    assert (states[people.ana.id], states[people.maya.id]) == ("available", "offline")
    assert not presence.is_online(people.maya.id)
    maya = place.client(people.maya)
    wall.wait_for("presence", 10, userId=people.maya.id, isOnline=True)
    maya.close()
    wall.wait_for("presence", 10, userId=people.maya.id, isOnline=False)

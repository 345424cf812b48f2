"""Everybody's page hears a new name, whoever gave it and in whatever process."""

from app.operations import assignments, messages
from app.operations.messages import Draft
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until


def test_a_new_name_reaches_who_sees_the_person_and_nobody_else(
    place: Place, people: People
) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    assignments.claim(people.ana, sent.chat_id)
    lena, lenas_other = place.client(people.lena), place.client(people.lena, is_page=True)
    marcus, ana, ben = (place.client(who) for who in (people.marcus, people.ana, people.ben))
    lena.join(sent.chat_id)
    ana.join(sent.chat_id)
    body = {"name": "Lena Bell"}
    assert place.rest(people.lena, "PATCH", "/me", **body).status_code == 200
    for client in (lena, lenas_other, ana, ben):
        wait_until(lambda client=client: client.all("person_changed"))
    told = {"userId": people.lena.id, "name": "Lena Bell"}
    assert lena.all("person_changed") == lenas_other.all("person_changed") == [told]
    inside = [told | {"email": people.lena.email}]
    assert ana.all("person_changed") == ben.all("person_changed") == inside
    # Of her agent she hears because she has their chat open, the stranger of neither.
    place.rest(people.ada, "PATCH", f"/users/{people.ana.id}", name="Ana Low").raise_for_status()
    wait_until(lambda: len(lena.all("person_changed")) == 2)
    assert lena.all("person_changed")[1] == {"userId": people.ana.id, "name": "Ana Low"}
    # What both say from now on they say under their new names, on the lines that stand.
    assert lena.send("Again", "a", chatId=sent.chat_id)["sender"]["name"] == "Lena Bell"
    assert ana.send("Hi", "b", chatId=sent.chat_id)["sender"]["name"] == "Ana Low"
    assert marcus.all("person_changed") == []
    assert len(lenas_other.all("person_changed")) == 1


def test_a_name_given_in_the_shell_is_told_too(place: Place, people: People) -> None:
    lena, ben = place.client(people.lena), place.client(people.ben)
    place.server.flask("users", "set-name", people.lena.email, "Lena Bell")
    for client in (lena, ben):
        wait_until(lambda client=client: client.all("person_changed"))
    # The process looks several times at what is so new; it tells once.
    place.server.flask("users", "set-name", people.lena.email, "Lena Carter")
    wait_until(lambda: len(ben.all("person_changed")) == 2)
    assert [told["name"] for told in ben.all("person_changed")] == ["Lena Bell", "Lena Carter"]

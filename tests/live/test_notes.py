"""Notes between servers and sockets: who hears of them, and that nobody of staff misses one."""

from typing import Any

from app.operations import messages, notes, users
from app.operations.messages import Draft
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until

NOTE = {"message": "Be kind", "clientId": "n"}
OF_NOTES = {"note_changed", "mentioned", "mentions_seen"}


def joined(client: Client, chat_id: int, after: int = 0) -> dict[str, Any]:
    client.join(chat_id)
    answer = client.ask("join_notes", {"chatId": chat_id, "after": after})
    assert answer["ok"], answer
    return answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [note["message"] for note in answer["notes"]]


def of_notes(client: Client) -> list[str]:
    return [heard.name for heard in client.heard if heard.name in OF_NOTES]


def test_staff_who_follow_and_those_who_are_named_hear_of_it(place: Place, people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("First", "a")).chat_id
    lena, page = place.client(people.lena), place.client(people.lena, is_page=True)
    ana, ben = place.client(people.ana, is_page=True), place.client(people.ben)
    maya, ada = place.client(people.maya), place.client(people.ada)
    for client in (lena, page, ada):
        client.join(chat_id)
    for client in (ana, ben):
        joined(client, chat_id)
    for client in (lena, page):
        refused = client.ask("join_notes", {"chatId": chat_id})
        assert refused["error"]["code"] == "forbidden"
    before = lena.ask("sync", {"chatId": chat_id, "after": 0})
    text = f"Be kind, <@{people.maya.id}>"
    written = ana.ask("write_note", NOTE | {"chatId": chat_id, "message": text})
    assert written["note"]["mentions"] == [{"id": people.maya.id, "name": people.maya.name}]
    told = ben.wait_for("note_changed")
    assert told == {"chatId": chat_id, "notesVersion": 1, "note": written["note"]}
    assert "Be kind" in ana.wait_for("note_changed")["html"]
    assert maya.wait_for("mentioned") == {"chatId": chat_id, "note": written["note"]}
    note_id = written["note"]["id"]
    assert ana.ask("edit_note", {"noteId": note_id, "message": "Be kinder"})["ok"]
    assert ben.ask("delete_note", {"noteId": note_id})["error"]["code"] == "forbidden"
    assert ana.ask("delete_note", {"noteId": note_id})["note"]["message"] == ""
    wait_until(lambda: len(of_notes(ben)) == 3 and len(of_notes(ana)) == 3)
    for client in (lena, page, ana, ben, maya, ada):
        client.catch_up()
    assert of_notes(maya) == ["mentioned"]
    assert [of_notes(client) for client in (lena, page, ada)] == [[], [], []]
    # To its customer the chat is what it was, to the last byte.
    assert lena.ask("sync", {"chatId": chat_id, "after": 0}) == before
    ben.ask("leave_chat", {"chatId": chat_id})
    assert ana.ask("write_note", NOTE | {"chatId": chat_id, "clientId": "m"})["ok"]
    wait_until(lambda: len(of_notes(ana)) == 4)
    ben.catch_up()
    assert len(of_notes(ben)) == 3


def test_what_was_written_while_one_was_away_comes_with_the_line(
    place: Place, people: People
) -> None:
    chat_id = messages.send(people.lena, None, Draft("First", "a")).chat_id
    ana, ben = place.client(people.ana), place.client(people.ben)
    joined(ana, chat_id)
    joined(ben, chat_id)
    first = ana.ask("write_note", NOTE | {"chatId": chat_id})["note"]
    version = ben.wait_for("note_changed")["notesVersion"]
    ben.close()
    for number in range(3):
        note = {"message": f"{number}", "clientId": f"{number}", "chatId": chat_id}
        for _ in range(2):  # of which the answer was lost
            assert ana.ask("write_note", note)["ok"]
    ana.ask("edit_note", {"noteId": first["id"], "message": "Be kinder"})
    back = place.client(people.ben)
    answer = joined(back, chat_id, version)
    assert texts(answer) == ["0", "1", "2", "Be kinder"]
    assert (answer["notesVersion"], answer["hasMore"]) == (5, False)
    ana.ask("write_note", NOTE | {"chatId": chat_id, "clientId": "z"})
    assert back.wait_for("note_changed")["notesVersion"] == 6


def test_what_is_seen_in_one_tab_is_seen_in_all(place: Place, people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("First", "a")).chat_id
    tab, other, ana = (place.client(who) for who in (people.ben, people.ben, people.ana))
    notes.write(people.ana, chat_id, f"<@{people.ben.id}>")
    assert tab.ask("see_mentions", {"chatId": chat_id})["ok"]
    assert other.wait_for("mentions_seen") == {"chatId": chat_id}
    assert tab.ask("see_mentions", {})["ok"]
    for client in (tab, other, ana):
        client.catch_up()
    assert [of_notes(client) for client in (tab, other, ana)] == [["mentions_seen"]] * 2 + [[]]


def test_colleagues_are_offered_by_what_their_names_begin_with(
    place: Place, people: People
) -> None:
    ana = place.client(people.ana)
    for who in (people.ana, people.ben, people.lena):
        users.edit(people.ada, who.id, name=f"Xanthippe {who.name}")
    found = ana.ask("find_colleagues", {"query": "xanth"})["colleagues"]
    assert found == [{"id": people.ben.id, "name": f"Xanthippe {people.ben.name}"}]
    assert len(ana.ask("find_colleagues", {})["colleagues"]) > 1

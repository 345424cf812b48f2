"""A working day over sockets: what was done is undone, and what is held goes."""

from app.operations import messages as sending
from app.operations.messages import Draft
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until


def heard_of(client: Client, chat_id: int) -> list[str]:
    """The states of a chat that it was told of."""
    told = [each.data for each in client.heard if each.name == "chat_changed"]
    return [each["chat"]["status"] for each in told if each["chatId"] == chat_id]


def test_what_was_done_to_several_is_undone(place: Place, people: People) -> None:
    ids = [sending.send(who, None, Draft("Hello")).chat_id for who in (people.lena, people.marcus)]
    ana, lena = place.client(people.ana), place.client(people.lena)
    for chat_id in ids:
        ana.join(chat_id)
    lena.join(ids[0])
    done = ana.ask("act_on_chats", {"chatIds": ids, "action": "close"})
    assert (done["done"], done["refused"]) == (ids, [])
    lena.wait_for("chat_changed", chatId=ids[0])
    undone = ana.ask("undo_action", {"undo": done["undo"]})
    assert (undone["ok"], undone["done"]) == (True, ids)
    wait_until(lambda: "waiting" in heard_of(lena, ids[0]))
    assert lena.ask("sync", {"chatId": ids[0], "after": 0})["chat"]["status"] == "waiting"


def test_what_is_held_is_rejected(place: Place, people: People) -> None:
    place.rest(
        people.maya, "POST", "/word-lists", name="Rude", effect="hold", words=["mist"]
    ).raise_for_status()
    lena, maya = place.client(people.lena), place.client(people.maya)
    sent = lena.ask("send_message", {"message": "Mist", "clientId": "m"})["message"]
    lena.join(sent["chatId"])
    gone = maya.ask("reject_message", {"messageId": sent["id"]})["message"]
    assert gone["rejectedAt"] is not None
    told = lena.wait_for("message_changed", chatId=sent["chatId"])["message"]
    assert (told["message"], told["rejectedAt"]) == ("", gone["rejectedAt"])

"""Coming and going is told, once, and a reload is neither."""

from app.queries import presence
from tests.live.conftest import Place
from tests.people import People
from tests.servers import wait_until

TOLD_SECONDS = 5  # promised are two; a test machine may be busy


def test_who_shares_a_chat_is_told_who_comes_and_goes(place: Place, people: People) -> None:
    lena, marcus = place.client(people.lena), place.client(people.marcus)
    ana = place.client(people.ana)
    chat_id = lena.send("Hello", "a")["chatId"]
    ana.send("Hi", "b", chatId=chat_id)  # now Lena and Ana share a chat
    watcher = place.client(people.ben)
    wait_until(lambda: all(presence.is_online(who.id) for who in (people.lena, people.ana)))
    ana.close()
    for client in (lena, watcher):
        told = client.wait_for("presence", TOLD_SECONDS, userId=people.ana.id, isOnline=False)
        assert told["lastSeen"].endswith("Z")
    place.client(people.ana)
    for client in (lena, watcher):
        client.wait_for("presence", TOLD_SECONDS, userId=people.ana.id, isOnline=True)
    lena.close()
    watcher.wait_for("presence", TOLD_SECONDS, userId=people.lena.id, isOnline=False)
    # Marcus has nothing to do with them: he hears of himself alone.
    marcus.catch_up()
    assert {told["userId"] for told in marcus.all("presence")} <= {people.marcus.id}


def test_a_reload_and_a_second_tab_are_neither_coming_nor_going(
    place: Place, people: People
) -> None:
    watcher = place.client(people.ana)
    lena = place.client(people.lena)
    watcher.wait_for("presence", TOLD_SECONDS, userId=people.lena.id, isOnline=True)
    for _ in range(5):
        second = place.client(people.lena)
        lena.close()
        lena = place.client(people.lena)
        second.close()
    lena.close()
    lena = place.client(people.lena)
    # When somebody else has come and gone, whatever was to be told of Lena has been told.
    marcus = place.client(people.marcus)
    watcher.wait_for("presence", TOLD_SECONDS, userId=people.marcus.id, isOnline=True)
    marcus.close()
    watcher.wait_for("presence", TOLD_SECONDS, userId=people.marcus.id, isOnline=False)
    told = [t["isOnline"] for t in watcher.all("presence") if t["userId"] == people.lena.id]
    assert told == [True]
    assert presence.is_online(people.lena.id)

"""The server ends mid-conversation, politely or not: nothing acknowledged is lost."""

import signal
import threading
import time
from collections.abc import Callable

import pytest
from socketio.exceptions import SocketIOError

from app.models.messages import MessageState
from app.queries import counts
from app.queries import messages as history
from tests import wide
from tests.live.clients import Client
from tests.live.conftest import Place
from tests.live.test_chats import everything_after
from tests.people import People
from tests.servers import MODES, wait_until

SENDERS = 4
BEFORE_THE_END = 60  # messages acknowledged before the server is told to end

Start = Callable[..., Place]


class Talk:
    """Lena in several tabs sends the next message on each acknowledgement until the line is cut."""

    def __init__(self, place: Place, people: People) -> None:
        self.tabs = [place.client(people.lena) for _ in range(SENDERS)]
        self.chat_id: int = self.tabs[0].send("Hello", "first")["chatId"]
        self.acknowledged: list[int] = []
        for tab in self.tabs:
            tab.patience = 4  # an answer that is lost is waited for in vain
        self.threads = [
            threading.Thread(target=self.run, args=(number, tab))
            for number, tab in enumerate(self.tabs)
        ]

    def run(self, number: int, tab: Client) -> None:
        for count in range(10_000):
            try:
                self.acknowledged.append(tab.send(f"{count}", f"{number}-{count}")["id"])
            except (SocketIOError, AssertionError, OSError):
                return

    def __enter__(self) -> "Talk":
        for thread in self.threads:
            thread.start()
        wait_until(lambda: len(self.acknowledged) >= BEFORE_THE_END, 60)
        return self

    def __exit__(self, *_: object) -> None:
        for tab in self.tabs:
            tab.close()
        for thread in self.threads:
            thread.join(30)


def stored(chat_id: int) -> list[MessageState]:
    found: list[MessageState] = []
    while True:
        page = history.after(chat_id, found[-1].seq if found else 0, 100)
        found += page.messages
        if not page.has_more:
            return found


@pytest.fixture(params=MODES)
def ending(request: pytest.FixtureRequest, place_with: Start) -> Place:
    """A server that the test may end."""
    return place_with(request.param, RATE_LIMITS="off")


def test_sigterm_ends_within_ten_seconds_and_loses_nothing_acknowledged(ending: Place) -> None:
    people = People()
    listener = ending.client(people.ana)
    for _ in range(5):  # who has left holds nothing up
        ending.client(people.marcus).close()
    with Talk(ending, people) as talk:
        listener.join(talk.chat_id)
        started = time.monotonic()
        assert ending.server.stop() == 0
        assert time.monotonic() - started < 10
        wait_until(lambda: not listener.is_connected)
    assert listener.all("restarting") == [{}]
    kept = {message.id for message in stored(talk.chat_id)}
    assert set(talk.acknowledged) <= kept
    assert len(talk.acknowledged) == len(set(talk.acknowledged)) >= BEFORE_THE_END
    assert counts.wrong() == {}
    assert "Traceback" not in ending.server.output()


@wide.of_one_process  # a supervisor has each followed by another one
def test_a_single_process_ends_when_it_is_hung_up_on(ending: Place) -> None:
    """As on SIGTERM: what `systemctl reload` sends it."""
    listener = ending.client(People().ana)
    assert ending.server.end(signal.SIGHUP) == 0
    wait_until(lambda: not listener.is_connected)
    assert listener.all("restarting") == [{}]


@wide.of_one_process  # of two one may tell before the other what was stored after it
def test_after_kill_9_everybody_comes_back_by_themselves_and_sees_everything_once(
    ending: Place,
) -> None:
    people = People()
    listener = Client(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5)
    ending.clients.append(listener)
    listener.connect(ending.server.url, {"token": ending.token(people.ana)})
    with Talk(ending, people) as talk:
        listener.join(talk.chat_id)
        wait_until(lambda: len(listener.all("new_message", talk.chat_id)) > 20, 30)
        ending.server.kill()
        wait_until(lambda: not listener.is_connected)
    ending.server.start()
    wait_until(lambda: listener.is_connected, 30)

    seen = [m["message"] for m in listener.all("new_message", talk.chat_id)]
    joined = listener.join(talk.chat_id, after=seen[-1]["version"])
    missed, _version = everything_after(listener, talk.chat_id, seen[-1]["version"])
    assert joined["messages"] == missed[:100]
    everything = stored(talk.chat_id)
    after_joining = [m.id for m in everything if m.seq >= seen[0]["seq"]]
    assert [m["id"] for m in (*seen, *missed)] == after_joining
    assert set(talk.acknowledged) <= {m.id for m in everything}
    assert counts.wrong() == {}
    # What was sent and not acknowledged is sent again, and is there once.
    again = ending.client(people.lena).send("Hello", "first")
    assert again["id"] == everything[0].id
    assert len(stored(talk.chat_id)) == len(everything)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_after_a_restart_everybody_is_there_again_by_themselves(
    ending: Place, transport: str
) -> None:
    ana = Client(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5)
    ending.clients.append(ana)
    ana.connect(ending.server.url, {"token": ending.token(People().ana)}, transport=transport)
    assert ending.server.stop() == 0
    wait_until(lambda: not ana.is_connected)
    ending.server.start()
    wait_until(lambda: ana.is_connected, 15)

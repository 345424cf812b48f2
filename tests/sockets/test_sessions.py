"""Sessions that write to their WebSocket themselves, over a real connection."""

import gc
import time
import weakref

import pytest
from engineio.socket import Socket

from app.sockets import sessions
from app.sockets.websocket import NORMAL
from tests.servers import wait_until
from tests.sockets.peers import CLOSE, CONTINUATION, PING, PONG, TEXT, packet_of


def test_a_session_opens_and_answers_over_a_websocket(served):
    server, connect = served
    peer = connect()
    assert packet_of(peer).startswith("0{")
    peer.send(TEXT, b"40")
    assert packet_of(peer).startswith("40{")
    peer.send(TEXT, '427["echo","ü"]'.encode())
    assert packet_of(peer) == '437["ü"]'
    (session,) = server.eio.sockets.values()
    assert type(session) is sessions.Session


def test_the_handshake_and_the_first_packet_leave_in_one_write(served, monkeypatch):
    written, take = [], sessions.WebSocket._take
    monkeypatch.setattr(
        sessions.WebSocket, "_take", lambda ws: written.append(take(ws)) or written[-1]
    )
    _, connect = served
    packet_of(connect())
    assert written[0].startswith(b"HTTP/1.1 101 ")
    assert b'0{"sid":' in written[0]


def test_a_session_that_answers_its_pings_lives_and_one_that_does_not_is_ended(served):
    _, connect = served
    peer = connect()
    packet_of(peer)
    started = time.monotonic()
    for _ in range(4):
        assert peer.receive() == (0x80 | TEXT, b"2")
        peer.send(TEXT, b"3")
    assert time.monotonic() - started > 1
    while (got := peer.receive()) and got[0] == 0x80 | TEXT:
        assert got[1] in (b"2", b"1"), "a ping without an answer, and then the end"
    assert time.monotonic() - started < 10


def test_what_is_no_event_is_counted_frame_by_frame(served, monkeypatch):
    server, connect = served
    counted = []
    monkeypatch.setattr(server.eio, "pace", lambda *cost: counted.append(cost))
    peer = connect()
    packet_of(peer)
    (session,) = server.eio.sockets.values()
    peer.send(TEXT, b"40")
    packet_of(peer)
    peer.send(TEXT, b'421["echo","counted elsewhere"]')
    packet_of(peer)
    before = len(counted)  # it may have answered pings
    peer.send(TEXT, b"3")
    peer.send(PING)
    peer.send(PONG)
    peer.send(TEXT, b'422["ec', final=False)
    peer.send(CONTINUATION, b"", final=False)
    peer.send(CONTINUATION, b'ho","in pieces"]')
    assert received_until(peer, b'432["in pieces"]') == [b""]
    assert counted[before : before + 5] == [(session.sid,)] * 5


def test_a_long_pong_is_refused_before_it_is_looked_into(served):
    server, connect = served
    packet_of(connect())
    (session,) = server.eio.sockets.values()
    assert session._handle("3")
    assert not session._handle('3"' + "\\n" * 1000 + '"')


def test_a_line_to_which_a_session_is_to_move_is_counted_and_ends_with_it(served, monkeypatch):
    server, connect = served
    counted = []
    monkeypatch.setattr(server.eio, "pace", lambda who, cost=1: counted.append(who))
    begin_polling(server)
    peer = connect("transport=websocket&sid=moving")
    before = len(counted)
    peer.send(PING)
    assert peer.receive() == (0x80 | PONG, b"")
    assert counted[before:] == ["moving"]
    server.eio.sockets["moving"].close()
    while (got := peer.receive()) and got[0] != 0x80 | CLOSE:
        pass  # or else it would wait here in vain


def test_a_line_that_has_gone_costs_nobody_else_what_is_said_to_all(served, monkeypatch):
    server, connect = served
    peers = [connect(), connect()]
    for peer in peers:
        packet_of(peer)
        peer.send(TEXT, b"40")
        packet_of(peer)
    gone, _ = server.eio.sockets.values()

    def broken():
        raise OSError("the line broke")

    monkeypatch.setattr(gone.ws, "flush", broken)
    server.emit("news", "for all")
    assert packet_of(peers[1]) == '42["news","for all"]'


def test_a_session_moves_from_polling_and_what_was_queued_comes_along(served):
    server, connect = served
    begin_polling(server)
    peer = connect("transport=websocket&sid=moving")
    peer.send(TEXT, b"2probe")
    assert packet_of(peer) == "3probe"
    server.eio.send("moving", "said meanwhile")
    peer.send(TEXT, b"5")
    assert {packet_of(peer), packet_of(peer)} == {"6", "4said meanwhile"}


def test_a_session_moves_to_one_websocket_and_another_is_hung_up_on(served):
    server, connect = served
    session = begin_polling(server)
    moving = connect("transport=websocket&sid=moving")
    moving.send(TEXT, b"2probe")
    assert packet_of(moving) == "3probe"
    other = connect("transport=websocket&sid=moving")
    assert other.close_code() == NORMAL, "nobody would ping it, or end it with the session"
    other.hang_up()
    moving.send(TEXT, b"5")
    assert packet_of(moving) == "6"
    server.eio.send("moving", "goes on")
    assert packet_of(moving) == "4goes on"
    assert not session.closed


def test_a_session_whose_move_breaks_goes_on_polling(served):
    server, _ = served
    session = begin_polling(server)

    class Broken:
        def wait(self):
            return "2probe"

        def send(self, _message):
            raise OSError("the line broke")

    with pytest.raises(OSError, match="the line broke"):
        session._websocket_handler(Broken())
    assert not session.upgrading, "every poll would be told to wait for the move"
    assert not session.closed


def received_until(peer, last):
    """What pongs brought until a packet came."""
    brought = []
    while (got := peer.receive()) != (0x80 | TEXT, last):
        if got[0] == 0x80 | PONG:
            brought.append(got[1])
    return brought


def begin_polling(server):
    """A session as polling leaves it."""
    session = Socket(server.eio, "moving")
    server.eio.sockets["moving"] = session
    server.eio._trigger_event("connect", "moving", {})
    session.connected = True
    return session


@pytest.fixture
def uncollected():
    """What refers to itself stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_of_who_has_gone_nothing_stays(served):
    """Not even what the collector would find, which may look an hour later."""
    server, connect = served
    peer = connect()
    packet_of(peer)
    wait_until(lambda: next(iter(server.eio.sockets.values())).ws)  # its first packet was before
    (session,) = server.eio.sockets.values()
    gone = [weakref.ref(session), weakref.ref(session.ws)]
    del session
    peer.sock.sendall(peer.frame(TEXT, b"x" * 60_000)[:-10])
    wait_until(lambda: len(gone[1]()._buffer) > 50_000)
    peer.hang_up()
    wait_until(lambda: not any(each() for each in gone))

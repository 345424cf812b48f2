"""Packets are read strictly: what no client of ours sends ends its session."""

import time

import pytest

from app.sockets.wire import UNREADABLE
from tests.sockets.peers import BINARY, CLOSE, TEXT, packet_of


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"x",
        b"4",
        b"4x",
        b"42",
        b"42[]",
        b"42[1]",
        b'42{"a":1}',
        b'42["connect"]',
        b'42["disconnect"]',
        b'4511-["echo",{"_placeholder":true,"num":0}]',
        b'451-["echo","\\ud83d"',
        b'461-["echo",{"_placeholder":true,"num":0}]',
        b'42["echo"',
        b'44"no"',
        b"bAAAA",
        b"9",
    ],
)
def test_a_packet_that_no_client_sends_ends_the_session(served, packet):
    server, connect = served
    peer = connect()
    packet_of(peer)
    peer.send(TEXT, b"40")
    packet_of(peer)
    peer.send(TEXT, packet)
    while (got := peer.receive()) and got[0] == 0x80 | TEXT:
        assert got[1][:1] in b"12", "it was answered"
    assert got[0] == 0x80 | CLOSE
    peer.hang_up()
    deadline = time.monotonic() + 3
    while server.eio.sockets and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not server.eio.sockets
    assert not server.environ


@pytest.mark.parametrize(
    ("packet", "attachments"),
    [
        (b'421["echo","\\ud83d"]', []),
        (b'421["echo",' + b"[" * 1500 + b"]" * 1500 + b"]", []),
        (b'451-1["echo",{"_placeholder":true,"num":0}]', [b"one"]),
        (b'452-1["echo",{"_placeholder":true,"num":0}]', [b"", b"two"]),
    ],
)
def test_what_a_client_library_makes_of_no_good_is_an_event_to_be_refused(
    served, packet, attachments
):
    server, connect = served
    server.on(UNREADABLE, lambda sid: "refused")
    peer = connect()
    packet_of(peer)
    peer.send(TEXT, b"40")
    packet_of(peer)
    peer.send(TEXT, packet)
    for attachment in attachments:
        peer.send(BINARY, attachment)
    assert packet_of(peer) == '431["refused"]'
    peer.send(TEXT, b'422["echo","and on"]')
    assert packet_of(peer) == '432["and on"]'
    peer.send(BINARY, b"one more than was announced")
    while (got := peer.receive()) and got[0] != 0x80 | CLOSE:
        pass
    assert got
    peer.hang_up()

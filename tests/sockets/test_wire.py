"""Packets are read strictly: what no client of ours sends ends its session."""

import time

import pytest

from tests.sockets.peers import CLOSE, TEXT, packet_of


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
        b'451-["echo",{"_placeholder":true,"num":0}]',
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

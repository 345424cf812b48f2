"""Packets are read strictly: what no client of ours sends ends its session."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import ACK, EVENT

from app.sockets.wire import (
    UNREADABLE,
    MalformedPacket,
    Packet,
    answer_text,
    event_text,
    read_event,
)
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


NAMESPACES = st.sampled_from(["/", "/live", "/chat"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
# Whole packets, pieces of them, and whatever else comes to mind.
PIECES = [
    *["2", "3", "5", "/", "/live", "/a?b", ",", "12", "1" * 16, "٣", "-", "[", "]", '"e"', "{}"],
    *[" ", "null", '[""]', '["e",1]', '["e",{"a":[]}]', '["\\ud83d"]', "[1]", "[[]]"],
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=6).map("".join)


@given(NAMESPACES, st.text(), VALUES | st.lists(VALUES, max_size=2).map(tuple))
def test_an_event_is_written_as_the_library_writes_it(namespace, name, payload):
    arguments = payload if isinstance(payload, tuple) else [] if payload is None else [payload]
    theirs = Packet(EVENT, namespace=namespace, data=[name, *arguments])
    assert event_text(namespace, name, payload) == theirs.encode()


@given(NAMESPACES, st.integers(0, 10**20), VALUES)
def test_an_acknowledgement_is_written_as_the_library_writes_it(namespace, number, answer):
    theirs = Packet(ACK, namespace=namespace, id=number, data=[answer])
    assert answer_text(namespace, number, answer) == theirs.encode()


@given(NAMESPACES, st.none() | st.integers(0, 10**14), st.text(), st.lists(VALUES, max_size=2))
def test_what_a_client_library_writes_is_read(namespace, number, name, arguments):
    written = Packet(EVENT, namespace=namespace, id=number, data=[name, *arguments]).encode()
    assert read_event(written) == (namespace, number, [name, *arguments])


@given(TEXTS)
def test_what_is_read_at_once_is_what_the_library_reads(text):
    event = read_event(text)
    if event is not None:
        theirs = Packet(encoded_packet=text)
        assert theirs.packet_type == EVENT
        assert event == (theirs.namespace or "/", theirs.id, theirs.data)


@pytest.mark.parametrize(
    "text", ["", "2", "2[]", "2[1]", '3["e"]', '2/a?b,["e"]', '2["e"', '251-["e"]']
)
def test_all_else_is_left_to_the_library(text):
    assert read_event(text) is None
    if text != '2/a?b,["e"]' and text[:1] == "2":
        with pytest.raises(MalformedPacket):
            Packet(encoded_packet=text)

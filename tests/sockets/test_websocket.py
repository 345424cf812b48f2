"""The WebSocket against a peer that writes its frames by hand, over a socket pair."""

import base64
import contextlib
import hashlib
import os
import random
import socket
import struct
import threading
import time
from collections import deque
from types import SimpleNamespace

import pytest

from app.sockets.websocket import WebSocket, install
from tests.sockets.conftest import LIMIT, engine, environ
from tests.sockets.peers import BINARY, CLOSE, CONTINUATION, KEY, PING, PONG, TEXT


def finish(line, peer):
    """The peer says goodbye; give back its answer once the handler has returned."""
    peer.send(CLOSE, struct.pack(">H", 1000))
    answer = peer.receive()
    line.thread.join(5)
    assert not line.thread.is_alive()
    return answer


# ---- handshake -----------------------------------------------------------------------------


def test_the_handshake_proves_that_the_key_was_read_and_agrees_to_no_extension(line):
    line()
    guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(KEY.encode() + guid).digest())
    assert line.answer.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: " + accept in line.answer
    assert b"Extensions" not in line.answer


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("HTTP_SEC_WEBSOCKET_VERSION", "8", "426"),
        ("HTTP_SEC_WEBSOCKET_VERSION", "", "426"),
        ("HTTP_SEC_WEBSOCKET_KEY", "", "400"),
        ("HTTP_SEC_WEBSOCKET_KEY", "c2hvcnQ=", "400"),
        ("HTTP_SEC_WEBSOCKET_KEY", "not base 64 but long", "400"),
        ("HTTP_SEC_WEBSOCKET_KEY", "ünïcödé", "400"),
    ],
)
def test_a_bad_handshake_is_refused_and_its_handler_never_runs(header, value, status):
    answers = []
    ws = WebSocket(lambda ws: pytest.fail("the handler ran"), engine())
    result = ws(environ(None, **{header: value}), lambda *answer: answers.append(answer))
    assert list(result) == []
    assert not isinstance(result, list), "Engine.IO takes a list for packets and answers 200"
    assert [answer[0][:3] for answer in answers] == [status]


def test_the_fresh_session_of_a_bad_handshake_is_ended():
    ended = []

    class Session:
        server = SimpleNamespace(reason=SimpleNamespace(TRANSPORT_CLOSE="transport close"))
        connected = upgraded = False

        def close(self, **how):
            ended.append(how)

        def run(self, ws): ...

    ws = WebSocket(Session().run, engine())
    ws(environ(None, HTTP_SEC_WEBSOCKET_KEY=""), lambda *answer: None)
    assert ended == [{"wait": False, "abort": True, "reason": "transport close"}]


def test_installing_leaves_the_classes_of_other_servers_alone():
    shared = {"websocket": "theirs", "sleep": "sleep"}
    server = SimpleNamespace(_async=shared, **vars(engine()))
    install(server)
    assert shared["websocket"] == "theirs"
    assert server._async["sleep"] == "sleep"
    assert isinstance(server._async["websocket"](lambda ws: None, server), WebSocket)


# ---- messages in ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 125, 126, 127, 4096, 65535, 65536, LIMIT])
def test_messages_of_every_length_arrive_unmasked(line, size):
    peer, received = line()
    sent = os.urandom(size)
    peer.send(BINARY, sent, mask=os.urandom(4))
    finish(line, peer)
    assert received == [sent]


def test_text_arrives_as_text_and_binary_as_bytes(line):
    peer, received = line()
    peer.send(TEXT, '42["grüß 👋"]'.encode())
    peer.send(BINARY, b"\xff\x00")
    finish(line, peer)
    assert received == ['42["grüß 👋"]', b"\xff\x00"]


def test_many_frames_of_one_packet_arrive_one_by_one(line):
    peer, received = line()
    peer.sock.sendall(b"".join(peer.frame(TEXT, b"%d" % i) for i in range(500)))
    finish(line, peer)
    assert received == [str(i) for i in range(500)]


def test_a_message_in_fragments_is_joined_around_a_ping(line):
    peer, received = line()
    word = "schön".encode()
    peer.send(TEXT, word[:4], final=False)  # cuts the ö in two
    peer.send(CONTINUATION, b"", final=False)
    peer.send(PING, b"still there?")
    peer.send(CONTINUATION, word[4:])
    assert peer.receive() == (0x80 | PONG, b"still there?")
    finish(line, peer)
    assert received == ["schön"]


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_matter_how_the_bytes_are_cut(line, seed):
    chance = random.Random(seed)
    peer, received = line()
    sent, stream = [], b""
    for _ in range(60):
        text = "".join(chance.choices("aé漢👋", k=chance.choice([0, 1, 40, 126, 3000])))
        sent.append(text)
        parts = text.encode()
        cuts = sorted(chance.choices(range(len(parts) + 1), k=chance.randrange(3)))
        pieces = [parts[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
        for i, piece in enumerate(pieces):
            opcode = CONTINUATION if i else TEXT
            mask = chance.randbytes(4)
            stream += peer.frame(opcode, piece, final=i == len(pieces) - 1, mask=mask)
            if chance.random() < 0.2:
                stream += peer.frame(PONG, b"unasked")
    while stream:
        size = chance.choice([1, 2, 3, 7, 100, 5000])
        peer.sock.sendall(stream[:size])
        stream = stream[size:]
    finish(line, peer)
    assert received == sent


# ---- violations ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "frames", "code"),
    [
        ("not masked", [(TEXT, b"hi", {"mask": b""})], 1002),
        ("a reserved bit (as compression sets it)", [(TEXT, b"hi", {"bits": 0x40})], 1002),
        ("a reserved opcode", [(0x3, b"hi", {})], 1002),
        ("a reserved control opcode", [(0xB, b"hi", {})], 1002),
        ("a continuation of nothing", [(CONTINUATION, b"hi", {})], 1002),
        (
            "a message inside a message",
            [(TEXT, b"a", {"final": False}), (TEXT, b"b", {})],
            1002,
        ),
        ("a long ping", [(PING, b"x" * 126, {})], 1002),
        ("a ping in fragments", [(PING, b"x", {"final": False})], 1002),
        ("text that is not UTF-8", [(TEXT, b"\xff\xfe", {})], 1007),
        (
            "fragments that are not UTF-8 together",
            [(TEXT, b"\xc3", {"final": False}), (CONTINUATION, b"\x28", {})],
            1007,
        ),
        ("a close of one byte", [(CLOSE, b"\x03", {})], 1002),
        ("a close with a code that must not be sent", [(CLOSE, b"\x03\xed", {})], 1002),
        ("a close with a reason that is not UTF-8", [(CLOSE, b"\x03\xe8\xff", {})], 1007),
    ],
)
def test_a_violation_closes_the_connection_and_says_why(line, why, frames, code):
    peer, received = line()
    for opcode, payload, options in frames:
        peer.send(opcode, payload, **options)
    assert peer.close_code() == code, why
    assert peer.receive() is None
    peer.hang_up()
    line.thread.join(5)
    assert received == []


def test_a_message_that_is_too_big_is_refused_from_its_header(line):
    peer, received = line()
    peer.sock.sendall(b"\x82\xff" + struct.pack(">Q", LIMIT + 1) + b"mask")
    assert peer.close_code() == 1009
    assert received == []


def test_an_absurd_length_is_refused_from_its_header(line):
    peer, _ = line()
    peer.sock.sendall(b"\x82\xff" + b"\xff" * 8)
    assert peer.close_code() == 1009


def test_fragments_that_are_too_big_together_are_refused_before_the_last_arrives(line):
    peer, received = line()
    peer.send(BINARY, b"x" * (LIMIT - 10), final=False)
    peer.send(CONTINUATION, b"x" * 10, final=False)
    peer.sock.sendall(b"\x80\x81")  # one byte more is announced
    assert peer.close_code() == 1009
    assert received == []


def test_the_reason_reaches_a_peer_that_is_still_sending(line):
    peer, _ = line()
    big = peer.frame(BINARY, b"x" * (LIMIT * 20))

    def push():
        with contextlib.suppress(OSError):
            peer.sock.sendall(big)

    pushing = threading.Thread(target=push)
    pushing.start()
    assert peer.close_code() == 1009
    peer.sock.shutdown(socket.SHUT_RDWR)
    pushing.join(5)


# ---- messages out --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 300_000])
def test_messages_of_every_length_are_sent_whole(line, size):
    peer, _ = line()
    threading.Thread(target=line.ws.send, args=("é" * (size // 2) + "x" * (size % 2),)).start()
    first, payload = peer.receive()
    assert first == 0x80 | TEXT
    assert len(payload) == size


def test_several_senders_do_not_mix_their_frames(line):
    peer, _ = line()
    line.ws._max_unsent = 10_000_000
    senders = [
        threading.Thread(target=lambda c=c: [line.ws.send(c * 20_000) for _ in range(30)])
        for c in "abcd"
    ]
    for sender in senders:
        sender.start()
    got = [peer.receive()[1].decode() for _ in range(4 * 30)]
    assert all(message == message[0] * 20_000 for message in got)
    assert sorted(message[0] for message in got) == sorted("abcd" * 30)


def test_a_reader_that_stops_reading_is_dropped_in_time(line):
    line(send_timeout=0.3)
    line.ws.send("x" * 10_000_000)
    line.thread.join(0.1)
    assert line.thread.is_alive(), "it was given no time"
    line.thread.join(5)
    assert not line.thread.is_alive(), "wait() was not woken"
    with pytest.raises(OSError, match="closed"):
        line.ws.send("more")


def test_sending_to_a_peer_that_is_gone_raises_oserror(line):
    peer, _ = line()
    peer.hang_up()
    line.thread.join(5)
    with pytest.raises(OSError, match="closed"):
        line.ws.send("hello?")


# ---- the end -------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x03\xe9bye", b"\x0f\xa0"])
def test_a_close_is_answered_with_its_own_code(line, payload):
    peer, _ = line()
    peer.send(CLOSE, payload)
    assert peer.close_code() == int.from_bytes(payload[:2] or b"\x03\xe8", "big")
    assert peer.receive() is None
    line.thread.join(5)
    assert not line.thread.is_alive()


def test_closing_wakes_a_blocked_wait_and_may_be_repeated(line):
    peer, _ = line()
    line.ws.close()
    line.ws.close()
    line.thread.join(5)
    assert not line.thread.is_alive()
    assert peer.close_code() == 1000
    assert peer.receive() is None
    assert line.ws.wait() is None


def test_sending_and_closing_do_not_wait_for_a_reader_that_stops(line):
    patience = 60
    line(send_timeout=patience)
    started = time.monotonic()
    line.ws.send("x" * 10_000_000)
    line.ws.close()
    assert time.monotonic() - started < patience / 4, "it would have waited for all of it"
    line.thread.join(5)
    assert not line.thread.is_alive()


def test_a_reader_that_is_too_slow_is_dropped_before_it_fills_the_memory(line):
    line(send_timeout=60)
    with pytest.raises(OSError, match="too slow"):
        deque((line.ws.send("x" * 100_000) for _ in range(100)), maxlen=0)
    line.thread.join(5)
    assert not line.thread.is_alive()


def test_posted_messages_leave_together_and_in_order(line):
    peer, _ = line()
    for number in range(3):
        line.ws.post(str(number))
    peer.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        peer.sock.recv(1)
    peer.sock.settimeout(5)
    line.ws.flush()
    assert peer.sock.recv(100) == b"\x81\x010\x81\x011\x81\x012"


def test_a_peer_that_disappears_ends_wait_without_an_error(line):
    peer, received = line()
    peer.send(TEXT, b"half", final=False)
    peer.hang_up()
    line.thread.join(5)
    assert not line.thread.is_alive()
    assert received == []


def test_a_peer_that_never_speaks_is_dropped(line):
    peer, _ = line(ping_interval=0.1, ping_timeout=0.1)
    assert peer.receive() is None
    line.thread.join(5)
    assert not line.thread.is_alive()


def test_after_two_messages_silence_is_left_to_the_pings(line):
    peer, received = line(ping_interval=0.5, ping_timeout=0.5)
    peer.send(TEXT, b"2probe")
    peer.send(TEXT, b"5")
    time.sleep(1.5)  # longer than either message may be waited for
    peer.send(TEXT, b"3")
    finish(line, peer)
    assert received == ["2probe", "5", "3"]


def test_the_wsgi_server_is_told_to_answer_nothing_more(line):
    peer, _ = line()
    finish(line, peer)
    with pytest.raises(BrokenPipeError):
        list(line.result)


def test_a_malformed_packet_ends_the_connection_instead_of_leaving_it_half_dead(line):
    def engine_io(ws):
        int(ws.wait())  # as engineio.packet.Packet.decode does

    peer, _ = line(engine_io)
    peer.send(TEXT, b"x")
    assert peer.close_code() == 1008
    assert peer.receive() is None

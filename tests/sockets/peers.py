"""A client of the WebSocket that writes and reads its frames by hand."""

import base64
import struct

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
KEY = base64.b64encode(b"sixteen bytes ok").decode()


class Peer:
    """The client's end: frames out, frames in."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.settimeout(5)
        self.stream = sock.makefile("rb")

    def frame(self, opcode, payload=b"", *, final=True, mask=b"\x01\x80\xfe\x33", bits=0):
        length = len(payload)
        head = bytes([(0x80 if final else 0) | bits | opcode])
        flag = 0x80 if mask else 0
        if length < 126:
            head += bytes([flag | length])
        elif length < 65536:
            head += bytes([flag | 126]) + struct.pack(">H", length)
        else:
            head += bytes([flag | 127]) + struct.pack(">Q", length)
        if mask:
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        return head + (mask or b"") + payload

    def send(self, opcode, payload=b"", **options):
        self.sock.sendall(self.frame(opcode, payload, **options))

    def hang_up(self):
        self.stream.close()
        self.sock.close()

    def receive(self):
        head = self.stream.read(2)
        if len(head) < 2:
            return None
        assert not head[1] & 0x80, "a server does not mask"
        length = head[1]
        if length == 126:
            length = int.from_bytes(self.stream.read(2), "big")
        elif length == 127:
            length = int.from_bytes(self.stream.read(8), "big")
        return head[0], self.stream.read(length)

    def close_code(self):
        first, payload = self.receive()
        assert first == 0x80 | CLOSE
        return int.from_bytes(payload, "big")


def packet_of(peer):
    """The next packet that is not a ping."""
    while True:
        _, payload = peer.receive()
        if payload != b"2":
            return payload.decode()
        peer.send(TEXT, b"3")

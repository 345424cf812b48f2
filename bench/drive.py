"""The load: customers who each send the next message when the last one is acknowledged.

Or, with `--rate`, so many messages a second, whatever becomes of them; with `--members`, one who
sends into a chat that so many have joined; with `--idle`, nothing but open sockets.

Speaks Socket.IO over bare WebSocket frames, so that one core drives more than a server can take.
Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count

import psutil

NAMESPACE = "/live"
SENT_AT = re.compile(rb"t=(\d+)")
AT_ONCE = 20  # who connect while as many others do
WORDS = "Hello, my order has not arrived yet, could you have a look where it is?"


class Client(asyncio.Protocol):
    """A Socket.IO client on one namespace; ``on_event`` gets the undecoded event."""

    def __init__(self, token: str, on_event=None):
        self.token = token
        self.on_event = on_event
        self.buffer = b""
        self.open = False
        self.next_id = 0
        self.acknowledged = {}
        self.ready = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        host, port = transport.get_extra_info("peername")[:2]
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Origin: http://{host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, error):
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data):
        buffer = self.buffer + data if self.buffer else data
        if not self.open:
            head, found, rest = buffer.partition(b"\r\n\r\n")
            if found and not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(head.decode()))
            self.open, buffer = bool(found), rest if found else buffer
        at = 0
        while self.open and len(buffer) >= at + 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < start + length:
                break
            at = start + length
            self.packet(buffer[start:at])
        self.buffer = buffer[at:]

    def packet(self, packet: bytes):
        if packet.startswith(b"42/live,"):
            if self.on_event:
                self.on_event(packet)
        elif packet.startswith(b"43/live,"):
            end = packet.index(b"[")
            self.acknowledged.pop(int(packet[8:end]))(packet[end:])
        elif packet.startswith(b"40/live"):
            if not self.ready.done():  # else it came too late
                self.ready.set_result(None)
        elif packet.startswith(b"44/live"):
            self.ready.set_exception(ConnectionError(packet.decode()))
        elif packet.startswith(b"0"):
            self.write(f"40{NAMESPACE}," + json.dumps({"token": self.token}))
        elif packet == b"2":
            self.write("3")

    def emit(self, event: str, data: dict, acknowledged):
        self.next_id += 1
        self.acknowledged[self.next_id] = acknowledged
        self.write(f"42{NAMESPACE},{self.next_id}" + json.dumps([event, data]))

    async def call(self, event: str, data: dict) -> dict:
        answer = asyncio.get_running_loop().create_future()
        self.emit(event, data, lambda found: answer.done() or answer.set_result(found))
        answer = json.loads(await asyncio.wait_for(answer, 10))[0]
        if not answer.get("ok"):
            raise RuntimeError(f"{event}: {answer}")
        return answer

    def write(self, text: str):
        # Masked with zeros: as RFC 6455 wants it, at no cost here, and at the usual cost there.
        payload = text.encode()
        length = len(payload)
        if length < 126:
            head = bytes((0x81, 0x80 | length))
        else:
            head = struct.pack(">BBH", 0x81, 0x80 | 126, length)
        self.transport.write(head + b"\0\0\0\0" + payload)


class Run:
    """What one measurement collects, between ``started`` and the end."""

    def __init__(self):
        self.measuring = self.stopped = False
        self.acknowledgements: list[int] = []
        self.deliveries: list[int] = []
        self.failures: list[str] = []
        self.is_paced = False
        self.heard = 0  # `new_message` by members of a chat

    def on_staff_event(self, packet: bytes):
        if self.measuring and b'"new_chat_message"' in packet[:40]:
            sent_at = SENT_AT.search(packet)
            if sent_at:
                self.deliveries.append(time.perf_counter_ns() - int(sent_at[1]))

    def send(self, client: Client, chat_id: str):
        if self.stopped:
            return
        sent_at = time.perf_counter_ns()

        def acknowledged(answer: bytes):
            if b'"ok":true' not in answer and b'"ok": true' not in answer:
                self.failures.append(answer.decode()[:200])
                return
            if self.measuring:
                self.acknowledgements.append(time.perf_counter_ns() - sent_at)
            if not self.is_paced:
                self.send(client, chat_id)

        message = {
            "chatId": chat_id,
            "message": f"t={sent_at} {WORDS}",
            "clientId": f"{os.getpid()}-{id(client)}-{sent_at}",
        }
        client.emit("send_message", message, acknowledged)


async def connect(options, token: str, on_event=None) -> Client:
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: Client(token, on_event), options.host, options.port
    )
    await asyncio.wait_for(client.ready, 20)
    return client


async def begun(options, tokens: dict, run: Run, on_event=None) -> list[tuple[Client, str]]:
    """Customers with a chat that they have joined, and a member of staff who hears of all."""
    await connect(options, tokens["staff"][0], run.on_staff_event)
    begun = []
    for token in tokens["customers"][:1] if options.members else tokens["customers"]:
        client = await connect(options, token, on_event)
        hello = {"message": "Hello", "clientId": f"{os.getpid()}-{id(client)}"}
        chat_id = (await client.call("send_message", hello))["message"]["chatId"]
        await client.call("join_chat", {"chatId": chat_id})
        begun.append((client, chat_id))
    return begun


async def measure(options, tokens: dict) -> dict:
    server = psutil.Process(options.pid)
    run = Run()
    customers = await begun(options, tokens, run)
    members = [await connect(options, token) for token in tokens["staff"][: options.members]]
    for member in members:
        await member.call("join_chat", {"chatId": customers[0][1]})
    if members:
        threading.Thread(target=listen, args=(members, run), daemon=True).start()
    run.is_paced = bool(options.rate)
    pacing = asyncio.create_task(pace(options, run, customers)) if run.is_paced else None
    if pacing is None:
        for client, chat_id in customers:
            run.send(client, chat_id)
    await asyncio.sleep(options.warm_up)
    own = psutil.Process()
    run.measuring, started = True, time.perf_counter()
    cpu, own_cpu = sum(server.cpu_times()[:2]), sum(own.cpu_times()[:2])
    await asyncio.sleep(options.seconds)
    run.measuring, seconds = False, time.perf_counter() - started
    cpu, own_cpu = sum(server.cpu_times()[:2]) - cpu, sum(own.cpu_times()[:2]) - own_cpu
    run.stopped = True
    messages = len(run.acknowledgements)
    lost = sum(client.lost for client, _ in customers)
    if run.failures or lost or not messages:
        sys.exit(f"{len(run.failures)} failures {run.failures[:1]}, {lost} connections lost")
    if pacing is not None:
        await pacing
    await asyncio.sleep(0.5)
    return {
        "messages_per_second": messages / seconds,
        "delivered_per_second": len(run.deliveries) / seconds,
        "heard_per_second": run.heard / seconds,
        "cpu_us_per_message": cpu / messages * 1e6,
        "server_busy": cpu / seconds,
        "driver_busy": own_cpu / seconds,
        "acknowledgement_ms": percentiles(run.acknowledgements),
        "delivery_ms": percentiles(run.deliveries),
    }


def listen(members: list[Client], run: Run) -> None:
    """Counts what members of a chat hear, at less than the loop takes for each socket."""
    poll = select.epoll()
    for member in members:
        member.transport.pause_reading()
        poll.register(member.transport.get_extra_info("socket").fileno(), select.EPOLLIN)
    while not run.stopped:
        for fd, _ in poll.poll(0.1):
            heard = os.read(fd, 1 << 18).count(b'["new_message"')
            run.heard += heard * run.measuring


async def pace(options, run: Run, customers: list[tuple[Client, str]]) -> None:
    """So many messages a second, by one customer after the other; late ones are not left out."""
    started = time.perf_counter()
    for number in count():
        if run.stopped:
            return
        await asyncio.sleep(max(0.0, started + number / options.rate - time.perf_counter()))
        run.send(*customers[number % len(customers)])


async def idle(options, tokens: dict) -> dict:
    server = psutil.Process(options.pid)
    before = server.memory_info().rss
    customers = tokens["customers"]
    clients: list[Client] = []

    async def come(numbers: Iterator[int]) -> None:
        for number in numbers:
            clients.append(await connect(options, customers[number % len(customers)]))

    async def a_second(how_many: int, at_once: int) -> float:
        numbers, started = iter(range(how_many)), time.perf_counter()
        await asyncio.gather(*(come(numbers) for _ in range(at_once)))
        return how_many / (time.perf_counter() - started)

    one_by_one = await a_second(options.idle // 2, 1)
    together = await a_second(options.idle // 2, AT_ONCE)
    await asyncio.sleep(1)
    after = server.memory_info().rss
    assert not any(client.lost for client in clients)
    return {
        "rss_before_mb": before / 1e6,
        "rss_idle_mb": after / 1e6,
        "kb_per_socket": (after - before) / len(clients) / 1e3,
        "connects_per_second": one_by_one,
        "connects_together_per_second": together,
    }


def percentiles(nanoseconds: list[int]) -> dict:
    ordered = sorted(nanoseconds) or [0]
    return {
        f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] / 1e6 for p in (50, 95, 99)
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server's process")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--warm-up", type=float, default=2)
    parser.add_argument("--rate", type=float, default=0, help="messages a second, in all")
    parser.add_argument("--members", type=int, default=0, help="staff who have joined one chat")
    parser.add_argument("--idle", type=int, default=0, help="only open so many idle sockets")
    options = parser.parse_args()
    tokens = json.load(sys.stdin)  # {"staff": [token, …], "customers": [token, …]}
    print(json.dumps(asyncio.run((idle if options.idle else measure)(options, tokens))))

"""A support organisation at work, as its server sees it: the load of `python -m bench.capacity`.

Each agent has three chats going on, of twelve messages each, a message every 50 seconds; whoever
writes is seen typing before, whoever is written to reads it, and who has been answered leaves for
the next one. Open widgets that say nothing stand beside. `--speed` shortens the pauses.

Agents' sockets are read and not looked into, so that one core bears a thousand of them; what is
measured is how long customers wait for the acknowledgement of what they send.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import select
import sys
import threading
import time
from itertools import count, cycle

import psutil

from bench.drive import Client, connect, percentiles

CHATS_AN_AGENT, MESSAGES, PAUSE = 3, 12, 50.0  # seconds from one message to the next
TYPED = 0.3  # of a pause one is seen typing
WORDS = "It has not arrived yet, and I would like to know where it is by now. Thank you!"
COMING = 40  # at once
PING = b"\x81\x012"  # Engine.IO's, in its frame


class Organisation:
    def __init__(self, options: argparse.Namespace, tokens: dict) -> None:
        self.options = options
        self.pause = PAUSE / options.speed
        self.customers = cycle(tokens["customers"])
        self.tokens = tokens
        self.numbers = count()
        self.sent = 0
        self.acknowledgements: list[int] = []
        self.failures: list[str] = []
        self.measuring = self.stopped = False
        self.door = asyncio.Semaphore(COMING)
        self.loop = asyncio.get_running_loop()
        self.rng = random.Random(options.agents)

    async def come(self, token: str) -> Client:
        async with self.door:
            return await connect(self.options, token)

    async def open(self) -> None:
        """Everybody is there; the chats begin here and there within the first of their time."""
        agents = await self.all(self.tokens["staff"])
        self.widgets = await self.all([next(self.customers) for _ in range(self.options.widgets)])
        threading.Thread(target=self.listen, args=(agents,), daemon=True).start()
        self.chats = [
            asyncio.create_task(self.slot(agent)) for agent in agents for _ in range(CHATS_AN_AGENT)
        ]

    async def all(self, tokens: list[str]) -> list[Client]:
        return list(await asyncio.gather(*(self.come(token) for token in tokens)))

    def listen(self, agents: list[Client]) -> None:
        poll, by_number = select.epoll(), {}
        for agent in agents:
            agent.transport.pause_reading()
            number = agent.transport.get_extra_info("socket").fileno()
            poll.register(number, select.EPOLLIN)
            by_number[number] = agent
        while not self.stopped:
            for number, _ in poll.poll(0.1):
                if PING in os.read(number, 1 << 18):
                    self.loop.call_soon_threadsafe(by_number[number].write, "3")

    async def slot(self, agent: Client) -> None:
        """One customer after the other; the first one in the middle of a chat."""
        await asyncio.sleep(self.rng.random() * self.pause)
        skipped = self.rng.randrange(MESSAGES)
        while not self.stopped:
            try:
                await self.chat(agent, skipped)
            except (TimeoutError, OSError, RuntimeError) as error:
                self.failures.append(repr(error))
                await asyncio.sleep(self.pause)
            skipped = 0

    async def chat(self, agent: Client, skipped: int) -> None:
        customer = await self.come(next(self.customers))
        message = await self.send(customer, None)
        chat_id = message["chatId"]
        await customer.call("join_chat", {"chatId": chat_id})
        say(agent, "join_chat", chatId=chat_id)
        for turn in range(1 + skipped, MESSAGES):
            by_agent = turn % 2 == 1
            writer, reader = (agent, customer) if by_agent else (customer, agent)
            say(reader, "mark_read", chatId=chat_id, upTo=message["seq"])
            pause = self.rng.uniform(0.5, 1.5) * self.pause
            await asyncio.sleep(pause * (1 - TYPED))
            say(writer, "typing", chatId=chat_id, isTyping=True)
            await asyncio.sleep(pause * TYPED)
            if self.stopped:
                return
            if by_agent:
                self.sent += self.measuring
                name = f"{os.getpid()}-{next(self.numbers)}"
                say(agent, "send_message", chatId=chat_id, message=WORDS, clientId=name)
                message = {"seq": message["seq"] + 2}  # about: a pointer may lie anywhere below
            else:
                message = await self.send(customer, chat_id)
        customer.transport.close()

    async def send(self, customer: Client, chat_id: int | None) -> dict:
        payload = {"message": WORDS, "clientId": f"{os.getpid()}-{next(self.numbers)}"}
        if chat_id is not None:
            payload["chatId"] = chat_id
        began = time.perf_counter_ns()
        answer = await customer.call("send_message", payload)
        if self.measuring:
            self.sent += 1
            self.acknowledgements.append(time.perf_counter_ns() - began)
        return answer["message"]


def say(client: Client, event: str, **payload: object) -> None:
    """Without waiting for the acknowledgement, and without asking for one."""
    client.write("42/live," + json.dumps([event, payload]))


async def measure(options: argparse.Namespace, tokens: dict) -> dict:
    server, own = psutil.Process(options.pid), psutil.Process()
    organisation = Organisation(options, tokens)
    await organisation.open()
    await asyncio.sleep(options.warm_up)
    organisation.measuring, began = True, time.perf_counter()
    cpu, own_cpu = cpu_of(server), cpu_of(own)
    await asyncio.sleep(options.seconds)
    organisation.measuring, seconds = False, time.perf_counter() - began
    busy, own_busy = (cpu_of(server) - cpu) / seconds, (cpu_of(own) - own_cpu) / seconds
    organisation.stopped = True
    return {
        "failures": len(organisation.failures),
        "messages_per_second": organisation.sent / seconds,
        "acknowledgement_ms": percentiles(organisation.acknowledgements),
        "server_busy": busy,
        "driver_busy": own_busy,
    }


def cpu_of(process: psutil.Process) -> float:
    """Its own and of the processes that it has begun."""
    those = [process, *process.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in those)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server's process")
    parser.add_argument("--agents", type=int, required=True)
    parser.add_argument("--widgets", type=int, required=True)
    parser.add_argument("--speed", type=float, default=1)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--warm-up", type=float, default=10)
    options = parser.parse_args()
    tokens = json.load(sys.stdin)  # {"staff": [token, …], "customers": [token, …]}
    print(json.dumps(asyncio.run(measure(options, tokens))))

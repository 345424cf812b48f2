"""Many who send at once, over bare WebSocket frames, and send again what was not acknowledged."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from app.models import chats, database, messages
from app.models.users import Actor
from bench.drive import Client
from tests.live.conftest import Place
from tests.servers import wait_until

PATIENCE = 20
PASSING = {"unavailable", "internal", "too_fast"}


class Line(Client):
    """One connection; whoever waits for an answer hears of its end."""

    def __init__(self, token: str, on_event: Callable[[bytes], None] | None = None) -> None:
        super().__init__(token, on_event)
        self.asked: set[asyncio.Future[bytes]] = set()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        for answer in self.asked:
            if not answer.done():
                answer.set_exception(ConnectionError("the line is cut"))

    async def ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Emits and waits for the acknowledgement, whatever it says. Raises `OSError`."""
        if self.lost:
            raise ConnectionError("the line is cut")
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.asked.add(answer)
        try:
            self.emit(event, data, lambda said: answer.done() or answer.set_result(said))
            # Not `wait_for`, which forgets that it was cancelled when the answer comes just then.
            async with asyncio.timeout(PATIENCE):
                return json.loads(await answer)[0]
        finally:
            self.asked.discard(answer)

    def hang_up(self) -> None:
        self.transport.abort()


async def line_to(port: int, token: str, on_event: Callable[[bytes], None] | None = None) -> Line:
    """A connection that is let in. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(lambda: Line(token, on_event), "127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE):
            await line.ready
    except BaseException:
        line.hang_up()
        raise
    return line


class Sender:
    """Sends one message after the other, each until it is acknowledged, over whatever happens."""

    def __init__(self, port: int, token: str, name: str, chat_id: int | None = None) -> None:
        self.port, self.token, self.name, self.chat_id = port, token, name, chat_id
        self.line: Line | None = None
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.told: list[str] = []  # the codes of refusals that pass
        self.cuts = 0
        self.took: list[float] = []  # seconds a message, of those sent over an unbroken line
        self.on_event: Callable[[bytes], None] | None = None

    async def run(self, texts: Iterable[str], pause: float = 0) -> None:
        for number, text in enumerate(texts):
            await self.send(text, f"{self.name}-{number}")
            if pause:  # by themselves, not all at the same moment
                await asyncio.sleep(random.uniform(0.5, 1.5) * pause)

    async def send(self, text: str, client_id: str) -> None:
        """Once, however often it takes."""
        draft: dict[str, Any] = {"message": text, "clientId": client_id}
        if self.chat_id is not None:
            draft["chatId"] = self.chat_id
        while True:
            try:
                line = await self.connected()
                started = time.perf_counter()
                answer = await line.ask("send_message", draft)
            except (OSError, TimeoutError):
                await self.lose()
                continue
            if answer["ok"]:
                self.took.append(time.perf_counter() - started)
                self.acknowledged[client_id] = answer["message"]
                self.chat_id = answer["message"]["chatId"]
                return
            assert answer["error"]["code"] in PASSING, answer
            self.told.append(answer["error"]["code"])
            await asyncio.sleep(answer["error"].get("retryAfter", 0.1))

    async def connected(self) -> Line:
        if self.line is None or self.line.lost:
            self.line = await line_to(self.port, self.token, self.on_event)
        return self.line

    async def lose(self) -> None:
        self.cuts += 1
        if self.line is not None:
            self.line.hang_up()
            self.line = None
        await asyncio.sleep(random.uniform(0.1, 0.4))


class Crowd:
    """Senders in a thread of their own, while the attack does to the server what it likes."""

    def __init__(self, senders: Sequence[Sender], texts: Sequence[str], pause: float = 0) -> None:
        self.senders, self.texts, self.pause = senders, texts, pause
        self.failure: BaseException | None = None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work)

    @property
    def acknowledged(self) -> int:
        return sum(len(sender.acknowledged) for sender in self.senders)

    @property
    def is_done(self) -> bool:
        return not self.thread.is_alive()

    def work(self) -> None:
        try:
            asyncio.run(self.send_all())
        except BaseException as error:
            self.failure = error

    async def send_all(self) -> None:
        tasks = [asyncio.create_task(s.run(self.texts, self.pause)) for s in self.senders]
        stop = asyncio.create_task(self.stopped())
        everything = asyncio.gather(*tasks)
        await asyncio.wait({everything, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if everything.done():
            everything.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(everything, *tasks, return_exceptions=True)
        for sender in self.senders:
            if sender.line is not None:
                sender.line.hang_up()

    async def stopped(self) -> None:
        while not self.over.is_set():
            await asyncio.sleep(0.05)

    def wait_for(self, acknowledged: int, seconds: float = 60) -> None:
        """Until so many messages are acknowledged."""
        wait_until(
            lambda: self.acknowledged >= acknowledged or self.is_done,
            seconds,
            lambda: f"{self.acknowledged} of {acknowledged} acknowledged",
        )
        self.check()

    def finish(self, seconds: float = 300) -> None:
        """Until everything is acknowledged."""
        self.thread.join(seconds)
        self.check()
        assert self.is_done, f"{self.acknowledged} acknowledged"

    def check(self) -> None:
        if self.failure is not None:
            raise self.failure

    def __enter__(self) -> Crowd:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join(60)
        assert self.is_done, "senders go on though they were stopped"


def senders_of(place: Place, who: Sequence[Actor]) -> list[Sender]:
    """One for each of these people, in a chat of their own."""
    return [
        Sender(place.server.port, place.token(actor), f"sender-{number}")
        for number, actor in enumerate(who)
    ]


def acknowledged_by(senders: Iterable[Sender]) -> list[dict[str, Any]]:
    return [message for sender in senders for message in sender.acknowledged.values()]


def check_kept(acknowledged: Iterable[dict[str, Any]]) -> int:
    """What was acknowledged is stored as it was, once, and versions have no gap. How many rows."""
    kept = check_kept_once(acknowledged)
    seqs = defaultdict(list)
    for row in kept:
        seqs[row.chat_id].append(row.seq)
    versions = {
        row.id: row.version
        for row in database.rows(select(chats.table.c.id, chats.table.c.version))
    }
    for chat_id, found in seqs.items():
        # Before the first message the chat was made and put into the queue, and nothing since.
        assert sorted(found) == list(range(3, versions[chat_id] + 1)), chat_id
    return len(kept)


def check_kept_once(acknowledged: Iterable[dict[str, Any]]) -> Sequence[Any]:
    """What was acknowledged is stored as it was, and nothing twice. All rows."""
    m = messages.table.c
    kept = database.rows(select(m.id, m.chat_id, m.seq, m.sender_id, m.client_id, m.text))
    by_id = {row.id: (row.chat_id, row.seq, row.client_id, row.text) for row in kept}
    for said in acknowledged:
        as_said = (said["chatId"], said["seq"], said["clientId"], said["message"])
        assert by_id.get(said["id"]) == as_said, said
    repeats = Counter((row.sender_id, row.client_id) for row in kept if row.client_id)
    assert not repeats or max(repeats.values()) == 1, repeats.most_common(1)
    return kept

"""A line as people have it on the road: everything passes, late and little at a time."""

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

WAY_SECONDS = 0.2  # one way
BYTES_A_SECOND = 50_000
PIECE = 4096


@contextmanager
def line(target: int) -> Iterator[int]:
    """The port of a proxy before that one, with what browsers call Slow 3G: 400 ms, 400 kbit/s.

    Up and down each have that much for all connections together, sockets and requests alike.
    """
    port: Future[int] = Future()
    end: Future[None] = Future()
    with ThreadPoolExecutor(1) as thread:  # a browser's own loop has this one
        proxy = thread.submit(lambda: asyncio.run(serve(target, port, end)))
        try:
            yield port.result()
        finally:
            end.set_result(None)
        proxy.result()


async def serve(target: int, port: Future[int], end: Future[None]) -> None:
    up, down = Lane(), Lane()

    async def pass_on(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", target)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # at the end
                await asyncio.gather(up.carry(client, to_server), down.carry(server, to_client))
        finally:
            to_server.transport.abort()
            to_client.transport.abort()

    proxy = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    port.set_result(proxy.sockets[0].getsockname()[1])
    await asyncio.wrap_future(end)
    proxy.close()


class Lane:
    """One direction: what comes later leaves later, and a piece takes as long as it is big."""

    def __init__(self) -> None:
        self.is_free_at = 0.0

    async def carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        on_its_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = loop.create_task(self.arrive(on_its_way, to))
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE):
                self.is_free_at = max(self.is_free_at, loop.time()) + len(piece) / BYTES_A_SECOND
                on_its_way.put_nowait((self.is_free_at + WAY_SECONDS, piece))
                # The road is no store: what waits before it is held back at its source.
                await asyncio.sleep(self.is_free_at - loop.time())
        on_its_way.put_nowait((0.0, b""))
        await arriving

    @staticmethod
    async def arrive(
        on_its_way: asyncio.Queue[tuple[float, bytes]], to: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while True:
                at, piece = await on_its_way.get()
                if not piece:
                    break
                await asyncio.sleep(at - loop.time())
                to.write(piece)
                await to.drain()
        to.close()

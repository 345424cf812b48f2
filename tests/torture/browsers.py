"""Two people chat in browsers while their lines are cut: the pages end as the database is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, expect

from app.queries import counts
from tests import chromium
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import Visitor, wait_for
from tests.live.conftest import Place
from tests.people import People
from tests.torture.cuts import MOMENTS, Proxy
from tests.torture.figures import Figure
from tests.torture.keeper import fresh
from tests.torture.places import starting

PATIENCE = 45_000  # more than a page waits before it tries again
MESSAGES = "article.message"
SHOWN = """rows => rows.map(row => ({
  text: row.querySelector(".bubble").innerText, side: row.dataset.side, status: row.dataset.status,
}))"""


class Chatter(Visitor):
    """Somebody whose browser reaches the server through a proxy alone."""

    def __init__(self, browser: Browser, proxy: Proxy) -> None:
        super().__init__(browser, f"http://127.0.0.1:{proxy.port}")
        self.proxy = proxy
        self.losses = 0
        self.page.on("websocket", lambda line: line.on("close", lambda _line: self.lose()))
        self.loses_its_line()

    def lose(self) -> None:
        self.losses += 1

    def will_lose(self, moment: str) -> None:
        """The line is cut at that moment of the next message."""
        self.known = self.proxy.cuts, self.losses
        self.proxy.cut = moment

    def is_cut(self) -> bool:
        """Whether it has come to that, and the page knows."""
        cuts, losses = self.known
        return self.proxy.cuts > cuts and self.losses > losses

    def hurries(self) -> None:
        """A page that loses line after line waits ever longer, unless its browser is back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def shows(self) -> list[dict[str, str]]:
        """The messages on the page, with their ticks."""
        return list(self.log.locator(MESSAGES).evaluate_all(SHOWN))

    def all_are_read(self, number: int) -> None:
        expect(self.log.locator(f"{MESSAGES}[data-status=read]")).to_have_count(number)

    def begins_anew(self, number: int) -> None:
        """Reloads the page and scrolls up to the first message."""
        self.page.reload()
        expect(self.composer).to_be_visible()
        messages = self.log.locator(MESSAGES)
        while (count := messages.count()) < number:
            self.scroll_up()
            expect(messages).not_to_have_count(count)


def cut(place: Place, *, cuts: int) -> Figure:
    """Both talk while the line of one, every tenth time of both, is cut, so many times."""
    People()
    with standing([Proxy(place.server.port) for _ in range(2)]) as proxies, opened() as browser:
        chatters = [Chatter(browser, proxy) for proxy in proxies]
        begin(*chatters)
        for number in range(cuts):
            cut_off = chatters if number % 10 == 4 else [chatters[number % 2]]
            say(chatters, cut_off, MOMENTS[number % 3], number)
        check(chatters, 2 * cuts + 1)
        assert sum(proxy.cuts for proxy in proxies) == cuts + (cuts + 5) // 10
        for chatter in chatters:
            chatter.close()
        assert [said for chatter in chatters for said in chatter.complaints] == []
    assert counts.wrong() == {}
    return Figure(
        4,
        f"the line of two browsers cut {cuts} times mid-chat, {place.mode}",
        f"{2 * cuts} sent, both pages equal the database",
        "equal",
    )


def begin(lena: Chatter, ana: Chatter) -> None:
    """They are in one chat, and both lines stand."""
    of = {"customer": lena, "agent": ana}

    def visit(person: str, path: str = "/") -> Chatter:
        of[person].log_in(person, path)
        return of[person]

    for chatter in in_conversation(visit):
        chatter.is_online()


def say(chatters: Sequence[Chatter], cut_off: Sequence[Chatter], moment: str, number: int) -> None:
    """Both say something; lines are cut at that moment of it, and both see it all."""
    for chatter in cut_off:
        chatter.will_lose(moment)
    said = [f"{number}: {moment}, of {name}" for name in ("Lena", "Ana")]
    for chatter, text in zip(chatters, said, strict=True):
        chatter.say(text)
    for chatter in cut_off:
        wait_for(chatter, chatter.is_cut)
        chatter.hurries()
    for chatter in chatters:
        for text in said:
            chatter.sees(text)


def check(chatters: Sequence[Chatter], number: int) -> None:
    """Pages, reloaded pages and the database are one: each message once, in order, and read."""
    for chatter in chatters:
        chatter.is_online()
        chatter.all_are_read(number)
    truth = stored()
    assert len({message["text"] for message in truth}) == len(truth) == number
    for chatter in chatters:
        assert chatter.shows() == truth
        chatter.begins_anew(number)
        assert chatter.shows() == truth


def stored() -> list[dict[str, str]]:
    """What a page has to show, by the only chat there is."""
    chat, messages = fresh(1)
    customer = chat["customer"]["id"]
    return [
        {
            "text": message["message"],
            "side": "customer" if message["sender"]["id"] == customer else "staff",
            "status": message["status"],
        }
        for message in messages
        if message["sender"]
    ]


@contextlib.contextmanager
def opened() -> Iterator[Browser]:
    """A Chromium, and patience with it."""
    expect.set_options(timeout=PATIENCE)
    with chromium.running() as browser:
        yield browser


@contextlib.contextmanager
def standing(proxies: list[Proxy]) -> Iterator[list[Proxy]]:
    """In a thread of their own, for Playwright keeps this one."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def stand() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for proxy in proxies:
                await stack.enter_async_context(proxy)
            over = asyncio.Event()
            ready.set_result((asyncio.get_running_loop(), over))
            await over.wait()

    with ThreadPoolExecutor(1) as thread:
        standing = thread.submit(asyncio.run, stand())
        loop, over = ready.result()
        try:
            yield proxies
        finally:
            loop.call_soon_threadsafe(over.set)
            standing.result()


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        yield cut(start(), cuts=100)

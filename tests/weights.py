"""What the chat costs the page that it is on, and what Deskbell's own pages weigh: `make weights`.

A real server and browser, the demo's shop on another origin. Bytes and requests are those to the
desk, as they came over the line. The host page's main thread is measured with the line and
without it, by turns; the way from a click to a composer that takes a key in a processor that is
slowed four times, page and frame alike, caches warm.
"""

import json
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium
from tests.browser.visitors import Visitor
from tests.screenshots import seeded

SLOWED = 4
TIMES = 15
WARMING = 3  # loads after which nothing more is put into the caches
LAUNCHER = "deskbell-chat .launcher"
OWN_PAGES = (("agent", "/admin/messages"), ("agent", "/admin/messages/1"), ("customer", "/widget"))
DONE = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
PRESS = 80  # milliseconds that a finger or a mouse button is down: no click is shorter with people
# The frame has the focus only once its composer takes it; asked in each picture that is drawn.
OPEN = """() => new Promise((done) => {
  const { shadowRoot } = document.querySelector("deskbell-chat");
  shadowRoot.querySelector(".launcher").addEventListener("click", ({ timeStamp }) => {
    (function look() {
      if (shadowRoot.querySelector(".box.ready")) done(performance.now() - timeStamp);
      else requestAnimationFrame(look);
    })();
  });
})"""


class Line:
    """What came over the line from the desk, by CDP."""

    def __init__(self, context: BrowserContext, page: Page, desk: str) -> None:
        self.desk, self.bytes, self.requests = desk, 0, 0
        self.wanted: set[str] = set()
        session = context.new_cdp_session(page)
        self.listen(session)
        session.send("Network.enable")

    def listen(self, session: Any) -> None:
        session.on("Network.responseReceived", self.received)
        session.on("Network.loadingFinished", self.finished)

    def received(self, event: dict[str, Any]) -> None:
        if event["response"]["url"].startswith(self.desk):
            self.wanted.add(event["requestId"])

    def finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.wanted:
            self.requests += 1
            self.bytes += int(event["encodedDataLength"])


def main() -> None:
    # Each site has a process of its own, as in browsers of people.
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.running("--site-per-process") as browser,
    ):
        server = seeded(Path(folder))
        desk, shop = server.url, f"http://localhost:{server.port}/demo/shop"
        before, after = loaded(browser, desk, shop)
        print(f"before it is opened: {before.bytes:,} bytes in {before.requests} requests")
        print(f"opened: {after.bytes:,} bytes in {after.requests} requests more")
        first, next_ = thread(browser, shop)
        print(f"main thread of the page: {next_:.1f} ms, of a process's first {first:.1f}")
        with visiting(browser) as (context, _):
            took = click(context, shop)
        print(f"click to composer, {SLOWED} times slowed: {took:.0f} ms")
        for who, path in OWN_PAGES:
            print(f"{path}: {weight(browser, server.url, who, path)}")
        server.stop()


@contextmanager
def visiting(browser: Browser) -> Iterator[tuple[BrowserContext, Page]]:
    context = browser.new_context()
    yield context, context.new_page()
    context.close()


def loaded(browser: Browser, desk: str, shop: str) -> tuple[Line, Line]:
    """Before the chat is opened, and by opening it, with nothing in any cache."""
    with visiting(browser) as (context, page):
        before = Line(context, page, desk)
        page.goto(shop)
        expect(page.locator(LAUNCHER)).to_be_visible()
        page.wait_for_load_state("networkidle")
    with visiting(browser) as (context, page):
        page.goto(shop)
        page.locator(LAUNCHER).click()
        expect(composer(page)).to_be_focused()
        frame = next(each for each in page.frames if "/embed/" in each.url)
        frame.wait_for_load_state("networkidle")  # the composer takes keys before all is there
        # What the frame itself says of all that it loaded; of its own page, too.
        told = frame.evaluate(
            """() => performance.getEntriesByType("resource")
              .concat(performance.getEntriesByType("navigation"))
              .map(({ transferSize }) => transferSize)"""
        )
        after = Line(context, page, desk)
        after.bytes, after.requests = sum(told), len(told)
    return before, after


def weight(browser: Browser, desk: str, who: str, path: str) -> str:
    """Of a page that nothing is cached of: what came over the line until it was quiet, and when
    the first of it was drawn."""
    someone = Visitor(browser, desk)
    someone.log_in(who, "")
    someone.page.goto(desk + path)
    someone.page.wait_for_load_state("networkidle")
    told = someone.page.evaluate(
        """() => ({
          page: performance.getEntriesByType("navigation")[0].transferSize,
          others: performance.getEntriesByType("resource")
            .map(({ name, transferSize }) => [name, transferSize]),
          drawn: performance.getEntriesByName("first-contentful-paint")[0].startTime,
        })"""
    )
    someone.close()
    assets = [size for name, size in told["others"] if "/static/" in name]
    others = sum(size for _, size in told["others"]) - sum(assets)
    return (
        f"{sum(assets):,} bytes of assets in {len(assets)} requests, {told['page']:,} of page, "
        f"{others:,} of other answers; drawn after {told['drawn']:.0f} ms"
    )


def thread(browser: Browser, shop: str) -> tuple[float, float]:
    """Milliseconds that the loader costs the page's main thread: the medians of the differences.

    On the first page that a process shows, where everything is done for the first time, and on
    one of those that the visitor goes on to.
    """
    more = []
    for _ in range(TIMES):
        spent = [pages(browser, shop, has_line) for has_line in (True, False)]
        more.append([(with_it - without) * 1000 for with_it, without in zip(*spent, strict=True)])
    first, *_, last = (statistics.median(each) for each in zip(*more, strict=True))
    return first, last


def pages(browser: Browser, shop: str, has_line: bool) -> list[float]:
    """Seconds of script, style and layout, of each page of a visit."""
    spent = []
    with visiting(browser) as (context, page):
        if not has_line:
            page.route(re.compile("/widget.js"), lambda route: route.abort())
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        for _ in range(1 + WARMING):
            page.goto(shop)
            page.wait_for_load_state("networkidle")
            # Before anything is looked for in the page, which would be counted as well.
            told = session.send("Performance.getMetrics")["metrics"]
            spent.append(sum(each["value"] for each in told if each["name"] in DONE))
        expect(page.locator(LAUNCHER)).to_have_count(int(has_line))
    return spent


def click(context: BrowserContext, shop: str) -> float:
    """Milliseconds, the median; the frame is another process, and slowed as soon as it is there."""
    took = []
    for number in range(WARMING + TIMES):
        page = context.new_page()
        slow(context, page)
        page.goto(shop)
        expect(page.locator(LAUNCHER)).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.evaluate(f"() => {{ window.took = ({OPEN})(); }}")
        page.locator(LAUNCHER).click(delay=PRESS)
        if number >= WARMING:
            took.append(page.evaluate("took"))
        expect(composer(page)).to_be_focused()
        page.close()
    return statistics.median(took)


def slow(context: BrowserContext, page: Page) -> None:
    """The page, and each frame of it that has a process of its own."""
    session = context.new_cdp_session(page)
    throttle = {"rate": SLOWED}
    session.send("Emulation.setCPUThrottlingRate", throttle)

    def attached(event: dict[str, Any]) -> None:
        for number, (method, given) in enumerate(
            [("Emulation.setCPUThrottlingRate", throttle), ("Runtime.runIfWaitingForDebugger", {})]
        ):
            message = json.dumps({"id": number, "method": method, "params": given})
            target = {"sessionId": event["sessionId"], "message": message}
            session.send("Target.sendMessageToTarget", target)

    session.on("Target.attachedToTarget", attached)
    session.send(
        "Target.setAutoAttach",
        {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False},
    )


def composer(page: Page) -> Any:
    return page.frame_locator("deskbell-chat iframe").locator(".composer-text")


if __name__ == "__main__":
    main()

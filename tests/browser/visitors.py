"""Somebody with a browser: what they do and what they see."""

import re
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Frame, Locator, Page, Request, expect

from tests.people import PASSWORD

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# Who types on, or leaves, breaks off what the list was asking for, which HTMX says.
BROKEN_OFF = r"htmx:(sendAbort|sendError|afterRequest), \[object HTMLUListElement\]"
# What a browser itself says while the line is cut or the server is away.
LINE_IS_CUT = re.compile(
    "net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|CONTENT_LENGTH_MISMATCH|"
    "NETWORK_CHANGED|SOCKET_NOT_CONNECTED|ABORTED|FAILED)|"
    "WebSocket connection to .* failed|WebSocket is closed|htmx:"
)
PROOF = re.compile('name="csrf_token"[^>]* value="([^"]+)"')
IS_STILL = """() => !document.getAnimations().some(
  (each) => each instanceof CSSTransition && each.playState === 'running')"""
OVERFLOWS = """() => {
  const page = document.scrollingElement;
  const found = page.scrollWidth > page.clientWidth ? [`page: ${page.scrollWidth}`] : [];
  const ASIDE = ".visually-hidden, .skip, .rail-word, .ticks, svg, .filters, .api-nav";
  // Cut off with an ellipsis it is whole behind its link, or tells of nobody.
  const REACHED =
    "a[href] :is(.row-text, .plain-main > span, .toast-text, .quote > *), .other-top strong";
  const box = element => element.getBoundingClientRect();
  const isThere = element =>
    box(element).width >= 2 && box(element).height >= 2 &&
    element.checkVisibility({ visibilityProperty: true }) && !element.closest(ASIDE);
  const holdsText = element => [...element.childNodes].some(node =>
    node instanceof Element
      ? getComputedStyle(node).display === "inline" && holdsText(node)
      : node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isTold = element => {
    const [text, ...titles] = [
      element.innerText,
      element.closest("[title]")?.title,
      ...[...element.querySelectorAll("[title]")].map(each => each.title),
    ].map(each => (each ?? "").replace(/[\\u2068\\u2069]/g, "").trim());
    return titles.some(title => title && (title.includes(text) || text.includes(title)));
  };
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    if (style.display === "inline" || !isThere(element)) continue;
    const { left, right, width } = box(element);
    const name = `${element.outerHTML.slice(0, 80)} from ${left} to ${right}`;
    if (right > innerWidth + 1 || left < -1) found.push(`outside: ${name}`);
    const isCrushed = element.matches("button, .button, .icon, .avatar") && width < 12;
    if (isCrushed) found.push(`crushed: ${name}`);
    const around = element.parentElement;
    const isIn = style.position === "static" && getComputedStyle(around).display !== "contents";
    if (isIn && (right > box(around).right + 8 || left < box(around).left - 8))
      found.push(`beyond what it is in: ${name}`);
    if (!holdsText(element) || element.matches("textarea")) continue;
    const isWider = element.scrollWidth > element.clientWidth + 1;
    const isHigher = element.scrollHeight > element.clientHeight + 3;
    const isClamped = style.webkitLineClamp !== "none";
    const isShort = style.textOverflow === "ellipsis" && style.overflowX !== "visible";
    if (isWider && style.overflowX === "visible") found.push(`sticks out: ${name}`);
    else if (isWider && !isShort && !isClamped) found.push(`cut: ${name}`);
    if (isHigher && style.overflowY === "hidden" && !isClamped) found.push(`cut below: ${name}`);
    const isCut = (isWider && isShort) || (isHigher && isClamped);
    if (isCut && !element.matches(REACHED) && !isTold(element))
      found.push(`cut and nowhere whole: ${name}`);
  }
  return found;
}"""


class Visitor:
    """A browser context of its own, with one page."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self.hosts = {urlsplit(url).netloc}
        self.complaints: list[str] = []
        self.expected: list[re.Pattern[str]] = []
        self.context = browser.new_context(
            base_url=url, **{"viewport": DESKTOP, "locale": "en-GB"} | options
        )
        self.context.on("request", self.watch_host)
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self.watch_console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(30_000)  # the first load of a server compiles it
        return page

    def watch_host(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self.hosts:
            self.complaints.append(f"request to another host: {request.url}")

    def watch_console(self, message: ConsoleMessage) -> None:
        said = message.text
        if message.type in ("error", "warning") and not any(e.search(said) for e in self.expected):
            self.complaints.append(f"{message.type}: {said}")

    def expects(self, pattern: str) -> None:
        """An error that the test provokes, which the browser will put on its console."""
        self.expected.append(re.compile(pattern))

    def loses_its_line(self) -> None:
        """The test cuts the line or kills the server, and the browser will say so."""
        self.expected.append(LINE_IS_CUT)

    def log_in(self, person: str, path: str = "/") -> None:
        """With password, by the form but not on the screen; and on to a page, if to any."""
        here, origin = self.context.request, {"Referer": f"{self.url}/login"}
        proof = PROOF.search(here.get("/login").text())
        assert proof is not None
        fields = {"email": f"{person}@example.com", "password": PASSWORD, "csrf_token": proof[1]}
        answer = here.post("/login", form=fields, headers=origin, max_redirects=0)
        assert answer.status == 303, answer.text()
        if path:
            self.goto(path)

    def goto(self, path: str) -> "Visitor":
        self.page.goto(path)
        return self

    def close(self) -> None:
        self.context.close()

    # ---- the chat, in widget and inbox alike ----

    def open_widget(self) -> "Visitor":
        button = self.page.locator("#widget-button")
        if button.get_attribute("aria-expanded") != "true":
            button.click()
        expect(self.composer).to_be_visible()
        return self

    def open_chat(self, name: str) -> "Visitor":
        self.row(name).locator("a").first.click()
        expect(self.page.locator("#conversation .header-name")).to_have_text(name)
        expect(self.composer).to_be_visible()
        return self

    def row(self, name: str) -> Locator:
        return self.page.locator(".chat-row", has=self.page.locator(".row-name", has_text=name))

    def lists(self, *names: str) -> None:
        """Exactly these chats, from the top."""
        expect(self.page.locator("#chat-rows .row-name")).to_have_text(list(names))

    def block(self) -> None:
        """The open chat, by its menu and the question that follows."""
        self.page.locator("#more-menu").click()
        self.page.locator("#chat-header [data-handles$=block]").click()
        self.page.locator("#handling").get_by_role("button", name="Block").click()

    def filters(self, name: str) -> "Visitor":
        wanted = self.page.locator(f"#filter-{name}")
        if not wanted.is_visible():
            self.page.locator("#filter-more").click()
        wanted.click()
        expect(self.page.locator("#chat-rows")).to_have_attribute("data-filter", name)
        return self

    def scroll_up(self, pixels: int = 100_000) -> None:
        """With the wheel, as a person does."""
        self.log.hover()
        self.page.mouse.wheel(0, -pixels)

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer-text")

    @property
    def form(self) -> Locator:
        return self.page.locator("form.composer")

    @property
    def log(self) -> Locator:
        return self.page.locator(".log")

    def say(self, text: str) -> None:
        """Types and presses Enter; does not wait for anything to arrive."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        return self.log.locator("article.message", has=self.page.get_by_text(text, exact=True))

    def sees(self, text: str) -> None:
        expect(self.message(text)).to_have_count(1)
        expect(self.message(text)).not_to_have_attribute("data-status", "pending")

    def texts(self) -> list[str]:
        """The messages shown, in their order, without system lines."""
        return self.log.locator("article.message .bubble").all_inner_texts()

    def ticks(self, text: str, status: str) -> None:
        expect(self.message(text)).to_have_attribute("data-status", status)

    def line_is(self, state: str) -> None:
        """So it says, in the words of that state alone."""
        strip = self.page.locator("#connection")
        expect(strip).to_have_attribute("data-state", state, timeout=30_000)
        for other in ("reconnecting", "offline", "back"):
            expect(strip.locator(f".connection-{other}")).to_be_visible(visible=other == state)

    def is_online(self) -> None:
        """Not only on its way to it for the first time, which looks alike."""
        self.line_is("online")
        until(self.page, "async () => (await import('deskbell')).socket.live.isOnline")

    def axe(self, *rules: str) -> list[str]:
        """Violations that axe-core finds on the page as it stands, of these rules or all."""
        until(
            self.page, IS_STILL
        )  # colours on their way from one scheme to the other are neither's
        self.page.evaluate(AXE.read_text())
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        found = self.page.evaluate("async what => (await axe.run(what)).violations", options)
        return [
            f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes']]}" for v in found
        ]

    def overflows(self) -> list[str]:
        """What is wider than the window or than what it is in, or is cut off and nowhere whole."""
        return list(self.page.evaluate(OVERFLOWS))


def wait_for(who: Visitor, true: Callable[[], object]) -> None:
    """Lets the browser go on until something holds in this process."""
    for _ in range(500):
        if true():
            return
        who.page.wait_for_timeout(20)
    raise AssertionError("it never became true")


def until(page: Page | Frame, script: str, arg: Any = None) -> None:
    """Waits for a script to say yes. Playwright's own wait needs `eval`, which our pages forbid."""
    for _ in range(750):
        if page.evaluate(script, arg):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never: {script}")


def in_front(tab: Visitor) -> Visitor:
    """Of all tabs one has the focus, unlike what Playwright makes pages believe."""
    session = tab.context.new_cdp_session(tab.page)
    session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    tab.page.bring_to_front()
    until(tab.page, "() => document.hasFocus()")
    return tab


def tab_of(who: Visitor, path: str = "", *scripts: str) -> Visitor:
    """Another tab of the same browser, in front from now on."""
    tab = copy(who)
    tab.page = who.new_page()
    for script in scripts:
        tab.page.add_init_script(script)
    in_front(who)
    in_front(tab).goto(path or who.page.url)
    return tab

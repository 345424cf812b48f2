"""The loader on a stranger's page: what it shows, what it says, and what it leaves alone."""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Frame, Locator, Page, expect

from app.embed.loader import squeezed
from app.packing import packed
from tests.browser.strangers import SITE, STATIC, Serving, Stranger, StubDesk, send
from tests.browser.tabs import Tab, Tabs
from tests.browser.visitors import AXE, until

BYTES = 6 * 1024
KEY = f"deskbell:{SITE}"
INSIDE = "document.querySelector('deskbell-chat')?.shadowRoot"
TOKEN = re.compile(r"[\w-]{43}")


class Guest:
    """Somebody on a stranger's page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.said: list[str] = []
        page.set_default_timeout(10_000)
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))

    def hear(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def comes(self, path: str = "/") -> "Guest":
        self.page.goto(self.url + path)
        return self

    @property
    def launcher(self) -> Locator:
        return self.page.locator("deskbell-chat .launcher")

    @property
    def badge(self) -> Locator:
        return self.page.locator("deskbell-chat .badge")

    @property
    def greeting(self) -> Locator:
        return self.page.locator("deskbell-chat .greeting")

    @property
    def window(self) -> Locator:
        return self.page.locator("deskbell-chat iframe")

    @property
    def frame(self) -> Frame:
        """The chat's, once it has shaken hands."""
        self.until(self.has_shaken_hands)
        return self.frames[-1]

    def has_shaken_hands(self) -> bool:
        return bool(self.frames) and bool(self.frames[-1].evaluate("Boolean(host)"))

    @property
    def frames(self) -> list[Frame]:
        """Of the desk, on this page."""
        return [each for each in self.page.frames if f"/embed/{SITE}/frame" in each.url]

    def opens(self) -> Frame:
        self.launcher.click()
        expect(self.window).to_be_visible()
        return self.frame

    def includes(self, snippet: str) -> None:
        """As a router or a tag manager does, and waits until it has run."""
        self.page.evaluate(
            """(html) => new Promise((done) => {
              const piece = document.createRange().createContextualFragment(html);
              piece.firstChild.onload = done;
              document.head.append(piece);
            })""",
            snippet,
        )

    def until(self, true: Callable[[], object]) -> None:
        """Lets the browser go on until something holds, in a frame that may be loading, too."""
        for _ in range(500):
            with suppress(Error):
                if true():
                    return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"it never became true; the console: {self.said}")

    def calls(self, *call: Any) -> None:
        self.page.evaluate("(call) => Deskbell(...call)", list(call))

    def hears(self, *types: str) -> None:
        """The page listens; what it is told stands in `told`."""
        self.page.evaluate(
            """(types) => {
              window.told = [];
              for (const type of types) Deskbell("on", type, (detail) => told.push([type, detail]));
            }""",
            list(types or ("open", "close", "message", "unread")),
        )

    def was_told(self, *wanted: list[Any]) -> None:
        self.until(lambda: self.page.evaluate("told") == list(wanted))

    def has_said(self, text: str) -> None:
        self.until(lambda: any(text in each for each in self.said))

    @property
    def kept(self) -> dict[str, Any]:
        return dict(json.loads(self.page.evaluate("(key) => localStorage[key]", KEY) or "{}"))

    def has_kept(self, token: str) -> None:
        """As after an earlier visit."""
        self.page.context.add_init_script(
            f'top === window && localStorage.setItem({KEY!r}, \'{{"token": "{token}"}}\')'
        )

    def has_focus(self) -> str:
        """Where it is: the class of what is ours, `IFRAME`, or the id of an element of the page."""
        return str(
            self.page.evaluate(
                """() => {
                  const { activeElement: found } = document;
                  const inner = found?.shadowRoot?.activeElement;
                  return inner ? inner.className || inner.tagName : found.id || found.tagName;
                }"""
            )
        )

    def heard(self, type_: str) -> list[dict[str, Any]]:
        """What the frame was told of this kind."""
        return [each for each in self.frame.evaluate("heard") if each["type"] == type_]


def token() -> str:
    return secrets.token_urlsafe(32)


@pytest.fixture
def desk() -> Iterator[StubDesk]:
    desk = StubDesk()
    yield desk
    desk.close()


@pytest.fixture
def site(desk: StubDesk) -> Iterator[Stranger]:
    site = Stranger(desk)
    yield site
    site.close()


Arrive = Callable[..., Guest]


@pytest.fixture
def arrive(browser: Browser, site: Stranger) -> Iterator[Arrive]:
    """Somebody new; the console of whom is looked at by the tests that expect something there."""
    guests: list[Guest] = []

    def arrive(**options: Any) -> Guest:
        context = browser.new_context(**{"reduced_motion": "reduce"} | options)
        guests.append(Guest(context.new_page(), site.url))
        return guests[-1]

    yield arrive
    for guest in guests:
        guest.page.context.close()


@pytest.fixture
def guest(arrive: Arrive) -> Iterator[Guest]:
    """Somebody whose console is to stay empty."""
    guest = arrive()
    yield guest
    assert guest.said == []


@pytest.fixture
def noisy(arrive: Arrive) -> Guest:
    """Somebody whose console the test reads."""
    return arrive()


# ---- the file ----


def test_it_is_small() -> None:
    assert len(packed(squeezed(STATIC / "widget.js", 0))) <= BYTES


def test_the_types_know_every_call() -> None:
    called = re.search(r"__proto__: null,\n(.*?)\n  };", (STATIC / "widget.js").read_text(), re.S)
    assert called is not None
    names = set(re.findall(r"^    (\w+)[:,]", called[1], re.M))
    assert len(names) == 13
    assert names == set(re.findall(r'\(command: "(\w+)"', (STATIC / "widget.d.ts").read_text()))


# ---- on a page ----


@pytest.fixture
def strict(desk: StubDesk, site: Stranger) -> Stranger:
    """A site that allows what the documentation says, and nothing else."""
    policy = (
        f"default-src 'none'; script-src {desk.url}; frame-src {desk.url}; connect-src {desk.url}"
    )
    site.has(Content_Security_Policy=policy)
    return site


def test_one_line_in_the_head_of_a_page_that_forbids_all_else(
    guest: Guest, strict: Stranger, desk: StubDesk
) -> None:
    desk.settings["greeting"] = "Hello!"
    guest.comes()
    expect(guest.greeting).to_be_visible()
    assert guest.opens().evaluate("host.locale") == "en"
    assert guest.page.evaluate("document.querySelectorAll('style, [style]').length") == 0
    assert guest.page.evaluate("document.cookie") == ""
    box = guest.launcher.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (56, 56)  # so that its sheet was adopted


def test_who_never_opens_it_costs_one_file_and_one_request(
    guest: Guest, site: Stranger, desk: StubDesk
) -> None:
    guest.comes()
    expect(guest.launcher).to_be_visible()
    guest.page.evaluate("history.pushState({}, '', '/chairs'); document.body.click()")
    guest.page.wait_for_timeout(600)
    assert desk.asked == ["GET /widget.js", f"POST /embed/{SITE}"]
    [asked] = desk.posts
    assert asked["body"] == {"token": None, "version": "1"}
    assert asked["locale"] == ["en"]
    assert asked["headers"]["Content-Type"].startswith("text/plain")
    assert asked["headers"]["Origin"] == site.url
    assert guest.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_page_keeps_its_globals_and_its_look(guest: Guest, site: Stranger) -> None:
    look = """() => {
      const style = getComputedStyle(buy);
      return [...style].map((name) => `${name}: ${style[name]}`).join();
    }"""
    site.has(snippet="")
    names = "() => Object.getOwnPropertyNames(window)"
    guest.comes()
    bare, plain = guest.page.evaluate(names), guest.page.evaluate(look)
    site.has()
    guest.comes()
    expect(guest.launcher).to_be_visible()
    guest.opens()
    assert set(guest.page.evaluate(names)) - set(bare) - {"0"} == {"Deskbell"}
    assert guest.page.evaluate(look) == plain
    assert guest.page.evaluate(
        "[...document.documentElement.children].map((each) => each.localName)"
    ) == [
        "head",
        "body",
        "deskbell-chat",
    ]


HOSTILE = """
  *, *::before, *::after { all: unset !important }
  html > :not(body), body *, deskbell-chat, :root > :last-child, iframe, button {
    display: none !important; visibility: hidden !important; opacity: 0 !important;
    position: static !important; transform: scale(0) !important; clip-path: inset(50%) !important;
    pointer-events: none !important; font-size: 0 !important; direction: rtl !important;
  }
  *::backdrop, *::before {
    content: "x" !important; display: block !important; background: red !important;
    position: fixed !important; inset: 0 !important; pointer-events: auto !important;
  }
  #veil {
    display: block !important; visibility: visible !important; opacity: 1 !important;
    position: fixed !important; transform: none !important; clip-path: none !important;
    inset: 0 !important; z-index: 2147483647 !important; background: #eee !important;
    pointer-events: auto !important;
  }"""


def test_no_rule_of_the_page_hides_it(guest: Guest, site: Stranger) -> None:
    """Nor an overlay as high as can be. It is gone only where the page as a whole is."""
    site.has(
        head=f"<style>{HOSTILE}</style>",
        body='<div id="veil" onclick="window.isVeiled = true"></div>',
    )
    guest.comes()
    expect(guest.launcher).to_be_visible()
    guest.page.evaluate(
        """() => {
          const { style } = document.querySelector("deskbell-chat");
          for (const [name, value] of [["display", "none"], ["opacity", "0"], ["inset", "50%"]])
            style.setProperty(name, value, "important");
          document.documentElement.append(veil); // as high, and later
        }"""
    )
    guest.page.mouse.click(5, 5)
    assert guest.page.evaluate("isVeiled")  # there is no backdrop
    frame = guest.opens()
    frame.locator("textarea").fill("Do you see this?")
    looks = """(element) => {
      const { opacity, fontSize, direction } = getComputedStyle(element);
      return [opacity, fontSize, direction];
    }"""
    assert guest.launcher.evaluate(looks) == ["1", "14px", "ltr"]
    box = guest.launcher.bounding_box()
    assert box is not None
    assert (round(box["x"] + box["width"]), round(box["y"] + box["height"])) == (
        1280 - 24,
        720 - 24,
    )


def test_without_a_top_layer_it_lies_over_all_the_same(guest: Guest, site: Stranger) -> None:
    veil = '<div style="position: fixed; inset: 0; z-index: 999999; background: #eee"></div>'
    site.has(head="<script>delete HTMLElement.prototype.showPopover</script>", body=veil)
    guest.comes()
    guest.opens()


def test_what_is_closed_takes_no_click_of_the_page(
    guest: Guest, desk: StubDesk, site: Stranger
) -> None:
    """Though its frame is there, and runs."""
    desk.settings["unread"] = 2
    site.has(
        body="""<div style="position: fixed; inset: 0"></div>
          <script>var clicks = 0; onclick = () => (clicks += 1)</script>"""
    )
    guest.has_kept(token())
    guest.comes()
    expect(guest.badge).to_have_text("2")
    frame = guest.frame
    points = [(x, y) for x in (900, 1000, 1100, 1250) for y in (50, 200, 400, 600)]
    for point in points:
        guest.page.mouse.click(*point)
    assert guest.page.evaluate("clicks") == len(points)
    ticks = frame.evaluate("ticks")
    guest.until(lambda: frame.evaluate("ticks") > ticks + 5)
    assert (
        frame.evaluate("new Promise((done) => setTimeout(done, 50, innerHeight))") > 400
    )  # it is laid out


def test_twice_included_is_once_there(noisy: Guest, site: Stranger, desk: StubDesk) -> None:
    noisy.comes()
    expect(noisy.launcher).to_be_visible()
    other = site.snippet.replace(SITE, "0000")
    for snippet in (site.snippet, other):
        noisy.includes(snippet)
    noisy.has_said("0000 is left out")
    expect(noisy.page.locator("deskbell-chat")).to_have_count(1)
    assert noisy.said == ["Deskbell: 0000 is left out, 5f2a is here already"]
    assert len(desk.posts) == 1


def test_a_page_that_has_no_body_yet(guest: Guest, desk: StubDesk, site: Stranger) -> None:
    """The head has come, the rest takes its time."""
    site.rest.clear()
    guest.page.goto(site.url, wait_until="commit")
    guest.until(lambda: guest.page.evaluate("performance.getEntriesByType('resource').length") == 2)
    assert guest.page.evaluate("document.body") is None
    site.rest.set()
    expect(guest.launcher).to_be_visible()
    expect(guest.page.locator("h1")).to_have_text("Chairs")


@pytest.mark.parametrize(
    "swap",
    [
        "document.body.innerHTML = '<h1>Tables</h1>'",
        "document.body.replaceChildren()",
        "document.documentElement.replaceChild(document.createElement('body'), document.body)",
        "document.body.outerHTML = '<body><h1>Tables</h1></body>'",
    ],
)
def test_a_router_that_swaps_the_body_does_not_disturb_the_chat(
    guest: Guest, desk: StubDesk, swap: str
) -> None:
    frame = guest.comes().opens()
    frame.locator("textarea").fill("half a sentence")
    guest.page.evaluate(f"() => {{ {swap} }}")
    guest.page.wait_for_timeout(100)
    expect(guest.window).to_be_visible()
    assert frame.locator("textarea").input_value() == "half a sentence"
    assert (desk.frames, len(desk.posts)) == (1, 1)


@pytest.mark.parametrize(
    "removal",
    [
        "document.querySelector('deskbell-chat').remove()",
        "document.documentElement.replaceChildren(document.createElement('body'))",
        "document.replaceChild(document.createElement('html'), document.documentElement);"
        "document.documentElement.append(document.createElement('body'))",
    ],
)
def test_removed_it_comes_back_as_it_was(guest: Guest, desk: StubDesk, removal: str) -> None:
    guest.comes().opens()
    guest.page.evaluate(f"() => {{ {removal} }}")
    expect(guest.window).to_be_visible()
    guest.until(lambda: desk.frames == 2)
    assert guest.frame.evaluate("host.isOpen") is True
    guest.launcher.click()
    expect(guest.window).to_be_hidden()
    assert len(desk.posts) == 1


def test_a_page_that_will_not_have_it_is_not_fought_for_ever(noisy: Guest) -> None:
    noisy.comes()
    expect(noisy.launcher).to_be_visible()
    noisy.page.evaluate(
        """() => {
          const remove = () => document.querySelector("deskbell-chat")?.remove();
          new MutationObserver(remove).observe(document.documentElement, { childList: true });
          remove();
        }"""
    )
    noisy.has_said("removes the chat again and again")
    expect(noisy.launcher).to_have_count(0)


def test_the_main_thread_is_the_pages(guest: Guest, browser: Browser, site: Stranger) -> None:
    """Under 10 ms of it, from the file to the launcher; of CPU time, as others may be busy here."""
    guest.comes()
    expect(guest.launcher).to_be_visible()
    spent = []
    for _ in range(3):
        browser.start_tracing(page=guest.page, categories=["devtools.timeline", "v8"])
        guest.comes()
        expect(guest.launcher).to_be_visible()
        spent.append(milliseconds(json.loads(browser.stop_tracing())["traceEvents"]))
    print(f"the loader took {spent} ms of the main thread")
    assert 0 < min(spent) < 10


def milliseconds(events: list[dict[str, Any]]) -> float:
    """What ran of the loader, of the outermost of its tasks."""
    ours = [
        (each["ts"], each["ts"] + each["dur"], each.get("tdur", each["dur"]))
        for each in events
        if each.get("ph") == "X"
        and "/widget.js" in json.dumps(each.get("args", {}))
        and "dur" in each
    ]
    outer = [
        one for one in ours if not any(o[0] <= one[0] and one[1] <= o[1] and o != one for o in ours)
    ]
    return sum(taken for *_, taken in outer) / 1000


# ---- opening and closing ----


def test_focus_goes_in_and_comes_back(guest: Guest) -> None:
    guest.comes()
    frame = guest.opens()
    guest.until(lambda: frame.evaluate("host.takesFocus") is True)
    guest.until(
        lambda: frame.evaluate("document.hasFocus() && document.activeElement === composer")
    )
    guest.page.keyboard.type("Hello")
    assert frame.locator("textarea").input_value() == "Hello"
    expect(guest.launcher).to_have_attribute("aria-expanded", "true")
    guest.page.keyboard.press("Escape")
    expect(guest.window).to_be_hidden()
    assert guest.has_focus() == "launcher"
    expect(guest.launcher).to_have_attribute("aria-expanded", "false")
    guest.page.keyboard.press("Enter")
    guest.until(
        lambda: frame.evaluate("document.hasFocus() && document.activeElement === composer")
    )
    assert [each["type"] for each in frame.evaluate("heard")] == ["close", "open"]


def test_escape_on_the_launcher_closes_it_and_is_not_the_pages(guest: Guest) -> None:
    guest.comes().opens()
    guest.page.evaluate(
        "window.keys = []; addEventListener('keydown', ({ key }) => keys.push(key))"
    )
    guest.launcher.focus()
    guest.page.keyboard.press("Escape")
    expect(guest.window).to_be_hidden()
    guest.page.keyboard.press("Escape")
    assert guest.page.evaluate("keys") == ["Escape"]


def test_a_page_that_opens_it_takes_no_focus_but_a_click_on_its_button_does(
    guest: Guest, site: Stranger
) -> None:
    site.has(head="<script>window.Deskbell = () => {}; Deskbell.q = [['open']]</script>")
    guest.comes()
    assert guest.frame.evaluate("host.takesFocus") is False
    assert guest.has_focus() == "BODY"
    guest.calls("close")
    guest.calls("hide")
    guest.page.evaluate("buy.addEventListener('click', () => Deskbell('open'))")
    guest.page.locator("#buy").click()
    guest.until(lambda: guest.has_focus() == "IFRAME")
    guest.page.keyboard.press("Escape")
    expect(guest.window).to_be_hidden()
    guest.until(lambda: guest.has_focus() == "buy")  # the launcher is not there


def test_closed_by_the_page_the_focus_stays_where_it_is(guest: Guest) -> None:
    guest.comes().opens()
    guest.page.locator("#name").focus()
    guest.calls("close")
    expect(guest.window).to_be_hidden()
    assert guest.has_focus() == "name"


def test_a_reload_keeps_it_open_or_closed_in_each_tab(guest: Guest, desk: StubDesk) -> None:
    guest.comes().opens()
    guest.page.reload()
    expect(guest.window).to_be_visible()
    assert guest.frame.evaluate("[host.isOpen, host.takesFocus]") == [True, False]
    other = guest.page.context.new_page()
    other.goto(guest.url)
    expect(other.locator("deskbell-chat .launcher")).to_be_visible()
    expect(other.locator("deskbell-chat iframe")).to_have_count(0)
    guest.page.bring_to_front()
    guest.launcher.click()
    guest.page.reload()
    expect(guest.launcher).to_be_visible()
    expect(guest.window).to_have_count(0)


def test_the_way_back_finds_it_as_it_was(desk: StubDesk, site: Stranger, tmp_path: Path) -> None:
    """From the browser's cache of pages, with what was typed."""
    tabs = Tabs(tmp_path / "browser", site.url)
    try:
        tab = tabs.open("/")
        tab.until("!!document.querySelector('deskbell-chat')")
        tab.run("window.mark = 1; Deskbell('open')")
        tab.until(f"!!{INSIDE}.querySelector('.ready')")
        tab.goto("/elsewhere")
        tab.until(f"!!{INSIDE}?.querySelector('.ready')")
        tab.back()
        tab.until("location.pathname === '/' && window.mark === 1")
        assert is_shown(tab)
        assert desk.frames == 2  # here and there, where it was open too: it is the same tab
    finally:
        tabs.close()


def is_shown(tab: Tab) -> Any:
    return tab.run(f"getComputedStyle({INSIDE}.querySelector('iframe')).visibility") == "visible"


# ---- the greeting and the badge ----


def test_a_greeting_is_dismissed_for_good(guest: Guest, desk: StubDesk) -> None:
    desk.settings["greeting"] = "Hello! Questions?"
    guest.comes()
    expect(guest.greeting).to_be_visible()
    guest.greeting.get_by_role("button", name="Dismiss").click()
    expect(guest.greeting).to_be_hidden()
    assert guest.has_focus() == "launcher"
    guest.page.reload()
    expect(guest.launcher).to_be_visible()
    expect(guest.greeting).to_be_hidden()
    desk.settings["greeting"] = "Sale!"
    guest.page.reload()
    expect(guest.greeting).to_be_visible()
    guest.greeting.get_by_role("button", name="Sale!").focus()
    guest.page.keyboard.press("Escape")
    expect(guest.greeting).to_be_hidden()
    assert desk.frames == 0


def test_a_greeting_opens_the_chat_and_is_then_over(guest: Guest, desk: StubDesk) -> None:
    desk.settings["greeting"] = "<b>Hello!</b>"
    guest.comes()
    guest.greeting.get_by_role("button", name="<b>Hello!</b>").click()
    expect(guest.window).to_be_visible()
    expect(guest.greeting).to_be_hidden()
    guest.launcher.click()
    expect(guest.greeting).to_be_hidden()


def test_what_is_unread_is_shown_and_said(guest: Guest, desk: StubDesk) -> None:
    guest.comes()
    expect(guest.badge).to_be_hidden()
    expect(guest.launcher).to_have_accessible_name("Chat with us")
    frame = guest.opens()
    guest.hears()
    guest.launcher.click()
    for count in (1, 1, 120):
        frame.evaluate("(count) => say({ type: 'unread', count })", count)
    expect(guest.badge).to_have_text("99+")
    expect(guest.launcher).to_have_accessible_name("Chat with us, 120 unread")
    expect(guest.page.get_by_role("status")).to_have_text("120 unread")
    frame.evaluate("say({ type: 'unread', count: 0 })")
    expect(guest.badge).to_be_hidden()
    expect(guest.launcher).to_have_accessible_name("Chat with us")
    guest.was_told(["close", None], ["unread", 1], ["unread", 120], ["unread", 0])
    frame.evaluate("say({ type: 'unread', count: 2 })")
    guest.launcher.click()
    expect(guest.launcher).to_have_accessible_name("Close the chat")
    expect(guest.badge).to_be_hidden()


def test_somebody_with_something_unread_has_the_frame_at_once(guest: Guest, desk: StubDesk) -> None:
    mine = token()
    desk.settings["unread"] = 3
    guest.has_kept(mine)
    guest.comes()
    expect(guest.badge).to_have_text("3")
    assert guest.frame.evaluate("[host.token, host.isOpen, host.takesFocus]") == [
        mine,
        False,
        False,
    ]
    expect(guest.window).to_be_hidden()
    assert desk.posts[0]["body"]["token"] == mine


# ---- what the page calls ----


def test_calls_before_the_script_is_there_are_kept(
    guest: Guest, site: Stranger, desk: StubDesk
) -> None:
    stub = """
      window.Deskbell = window.Deskbell || function () {
        (Deskbell.q = Deskbell.q || []).push(arguments);
      };"""
    calls = """
      window.told = [];
      Deskbell("on", "ready", () => told.push("ready"));
      Deskbell("on", "open", () => told.push("open"));
      Deskbell("locale", "en-GB");
      Deskbell("identify", { token: "a.b.c" });
      Deskbell("attributes", { plan: "gold" });
      Deskbell("attributes", { seats: 4 });
      Deskbell("say", "About order 7");
      Deskbell("open");"""
    site.has(head=f"<script>{stub}{calls}</script>")
    guest.comes()
    expect(guest.window).to_be_visible()
    guest.until(lambda: len(guest.frame.evaluate("heard")) == 3)
    assert guest.frame.evaluate("heard") == [
        {"type": "identify", "token": "a.b.c"},
        {"type": "attributes", "attributes": {"plan": "gold", "seats": 4}},
        {"type": "say", "text": "About order 7"},
    ]
    assert guest.page.evaluate("told") == ["ready", "open"]
    assert [each["locale"] for each in desk.posts] == [["en-GB"]]


def test_every_call(guest: Guest, desk: StubDesk) -> None:
    guest.comes()
    expect(guest.launcher).to_be_visible()
    guest.hears("ready", "open", "close", "message", "unread")
    guest.was_told(["ready", None])  # it was so already
    guest.calls("open")
    guest.calls("open")
    expect(guest.window).to_be_visible()
    guest.calls("close")
    expect(guest.window).to_be_hidden()
    guest.calls("toggle")
    expect(guest.window).to_be_visible()
    guest.calls("toggle")
    expect(guest.window).to_be_hidden()
    changes = [[change, None] for change in ("open", "close") * 2]
    guest.was_told(["ready", None], *changes)
    guest.calls("hide")
    expect(guest.launcher).to_be_hidden()
    guest.calls("show")
    expect(guest.launcher).to_be_visible()
    guest.calls("say", "About order 7")
    guest.until(lambda: guest.frame.evaluate("composer.value") == "About order 7")
    guest.calls("identify", {"token": "a.b.c"})
    guest.calls("attributes", {"plan": "gold"})
    guest.until(
        lambda: (
            guest.heard("attributes") == [{"type": "attributes", "attributes": {"plan": "gold"}}]
        )
    )
    assert guest.heard("identify") == [{"type": "identify", "token": "a.b.c"}]
    message = {"id": 7, "text": "Hello", "isMine": False, "at": 1}
    guest.frame.evaluate("(message) => say({ type: 'message', message })", message)
    guest.was_told(["ready", None], *changes, ["message", message])
    guest.page.evaluate(
        """() => {
          const listener = () => told.push("off");
          Deskbell("on", "open", listener);
          Deskbell("off", "open", listener);
          Deskbell("open");
        }"""
    )
    guest.was_told(["ready", None], *changes, ["message", message], ["open", None])


def test_a_frame_that_loads_anew_is_told_again(guest: Guest, desk: StubDesk) -> None:
    guest.comes()
    guest.calls("identify", {"token": "a.b.c"})
    guest.calls("say", "once")
    frame = guest.opens()
    guest.until(lambda: len(frame.evaluate("heard")) == 2)
    frame.evaluate("location.reload()")
    guest.until(lambda: desk.frames == 2)
    guest.until(lambda: guest.frame.evaluate("heard") == [{"type": "identify", "token": "a.b.c"}])
    assert guest.frame.evaluate("host.isOpen") is True


def test_another_language_while_it_is_open(guest: Guest, desk: StubDesk) -> None:
    guest.comes().opens()
    guest.hears()
    desk.settings |= {"locale": "ar", "direction": "rtl"}
    desk.settings["words"] |= {"close": "إغلاق"}
    guest.calls("locale", "ar")
    expect(guest.launcher).to_have_accessible_name("إغلاق")
    assert guest.frame.evaluate("[host.locale, host.isOpen]") == ["ar", True]
    assert [each["locale"] for each in desk.posts] == [["en"], ["ar"]]
    guest.calls("locale", "ar")
    expect(guest.page.locator("deskbell-chat")).to_have_count(1)
    assert len(desk.posts) == 2
    assert guest.page.evaluate("told") == []  # it was open all the time


def test_a_language_that_is_not_there_is_said(noisy: Guest, desk: StubDesk) -> None:
    noisy.comes()
    expect(noisy.launcher).to_be_visible()
    noisy.calls("locale", "fi")
    noisy.until(lambda: noisy.said)
    assert noisy.said == ["Deskbell: locale: there is no fi, en is shown"]
    desk.settings |= {"locale": "pt-BR"}
    noisy.calls("locale", "PT")
    expect(noisy.page.locator("deskbell-chat .box")).to_have_attribute("lang", "pt-BR")
    assert len(noisy.said) == 1


def test_what_cannot_work_says_why_once(noisy: Guest, site: Stranger) -> None:
    noisy.comes()
    expect(noisy.launcher).to_be_visible()
    wrong = [
        ["fly"],
        ["constructor"],
        [None],
        ["identify"],
        ["identify", {"email": "ana@example.com"}],
        ["attributes", "gold"],
        ["say", ""],
        ["locale", 7],
        ["on", "fly"],
        ["on", "constructor"],
        ["off", "open"],
    ]
    for call in wrong * 2:
        noisy.calls(*call)
    noisy.page.evaluate("() => { const ring = {}; ring.ring = ring; Deskbell('attributes', ring) }")
    every = "open,close,toggle,show,hide,identify,attributes,say,locale,reset,on,off,shutdown"
    events = "ready,open,close,message,unread"
    assert noisy.said == [
        f"Deskbell: fly: is none of {every}",
        f"Deskbell: constructor: is none of {every}",
        f"Deskbell: null: is none of {every}",
        "Deskbell: identify: needs {token}, signed by your server",
        "Deskbell: attributes: needs an object of plain values",
        "Deskbell: say: needs a text",
        "Deskbell: locale: needs a language",
        f"Deskbell: on: needs one of {events}, a function",
        f"Deskbell: off: needs one of {events}, a function",
    ]


def test_a_listener_that_fails_harms_nobody_else(noisy: Guest) -> None:
    noisy.comes()
    expect(noisy.launcher).to_be_visible()
    noisy.page.evaluate("Deskbell('on', 'open', () => { throw new Error('mine') })")
    noisy.hears("open")
    noisy.calls("open")
    noisy.was_told(["open", None])
    assert noisy.said == ["script: mine"]


def test_shut_down_nothing_is_left_that_acts(noisy: Guest, desk: StubDesk) -> None:
    noisy.comes().opens()
    noisy.hears()
    noisy.calls("shutdown")
    assert noisy.page.evaluate("document.querySelector('deskbell-chat')") is None
    noisy.page.evaluate(
        """() => {
          document.body.replaceChildren();
          history.pushState({}, "", "/tables");
          dispatchEvent(new StorageEvent("storage", { key: null }));
          dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
          visualViewport.dispatchEvent(new Event("resize"));
          document.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        }"""
    )
    for call in ("open", "say", "open"):
        noisy.calls(call)
    noisy.page.wait_for_timeout(600)
    assert noisy.page.evaluate(
        "[told.length, document.querySelectorAll('deskbell-chat').length]"
    ) == [0, 0]
    assert (desk.frames, len(desk.posts)) == (1, 1)
    assert noisy.said == [f"Deskbell: {call}: the chat was shut down" for call in ("open", "say")]


def test_shut_down_it_can_be_included_again(guest: Guest, site: Stranger, desk: StubDesk) -> None:
    guest.comes().opens()
    guest.calls("shutdown")
    guest.includes(site.snippet)
    expect(guest.window).to_be_visible()  # as the tab was
    assert desk.posts[1]["body"]["token"] == guest.frame.evaluate("host.token")


def test_shut_down_before_the_desk_has_answered(
    guest: Guest, site: Stranger, desk: StubDesk
) -> None:
    site.has(head="<script>window.Deskbell = () => {}; Deskbell.q = [['shutdown']]</script>")
    guest.comes()
    guest.until(lambda: guest.page.evaluate("document.readyState") == "complete")
    assert guest.page.locator("deskbell-chat").count() == 0
    assert desk.posts == []


# ---- the credential ----


def test_the_credential_is_made_when_it_is_first_opened(guest: Guest) -> None:
    frame = guest.comes().opens()
    host = frame.evaluate("host")
    assert TOKEN.fullmatch(host["token"])
    assert host["isKept"] is True
    assert guest.kept == {"token": host["token"]}
    assert host["page"] == {"url": f"{guest.url}/", "title": "Chairs", "referrer": ""}
    assert (
        host["token"]
        not in guest.page.evaluate("[...document.scripts].map((s) => s.src).join()") + frame.url
    )


@pytest.mark.parametrize("stored", ["nonsense", "null", "7", '{"token": "short"}', '{"token": 7}'])
def test_what_is_stored_and_is_no_credential_is_replaced(guest: Guest, stored: str) -> None:
    guest.page.context.add_init_script(f"top === window && (localStorage[{KEY!r}] ??= {stored!r})")
    made = guest.comes().opens().evaluate("host.token")
    assert TOKEN.fullmatch(made)
    assert guest.kept == {"token": made}


def test_tabs_have_one_credential_and_a_reset_reaches_all(guest: Guest, arrive: Arrive) -> None:
    here = guest.comes().opens()
    there = Guest(guest.page.context.new_page(), guest.url)
    first = there.comes().opens().evaluate("host.token")
    assert first == here.evaluate("host.token")
    guest.page.bring_to_front()
    guest.calls("identify", {"token": "a.b.c"})
    here.evaluate("say({ type: 'unread', count: 2 })")
    guest.calls("reset")
    guest.until(lambda: guest.heard("token"))
    there.until(lambda: there.heard("token"))
    made = guest.kept["token"]
    assert made != first
    assert [guest.heard("token")[-1]["token"], there.heard("token")[-1]["token"]] == [made, made]
    expect(guest.window).to_be_hidden()
    expect(guest.badge).to_be_hidden()
    expect(there.window).to_be_visible()
    here.evaluate("location.reload()")
    guest.until(lambda: guest.frame.evaluate("[host.token, heard.length]") == [made, 0])
    assert there.said == []


def test_a_reset_of_what_was_never_opened_here_leaves_nothing(guest: Guest, desk: StubDesk) -> None:
    guest.comes().opens()
    old = guest.kept["token"]
    guest.launcher.click()
    guest.page.reload()
    expect(guest.launcher).to_be_visible()
    guest.calls("reset")
    assert guest.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert guest.opens().evaluate("host.token") != old


def test_a_credential_that_ended_is_replaced_in_all_tabs_by_one(guest: Guest) -> None:
    here = guest.comes().opens()
    there = Guest(guest.page.context.new_page(), guest.url)
    other = there.comes().opens()
    for frame in (here, other):
        frame.evaluate("say({ type: 'ended' })")
    tokens = "heard.filter(({ type }) => type === 'token').at(-1)?.token"
    guest.until(lambda: here.evaluate(tokens) == other.evaluate(tokens) == guest.kept["token"])
    made = here.evaluate(tokens)
    assert made != here.evaluate("host.token")
    # Another tab has made one of which this one has not heard yet.
    newest = token()
    guest.page.evaluate(
        "([key, token]) => (localStorage[key] = JSON.stringify({ token }))", [KEY, newest]
    )
    here.evaluate("say({ type: 'ended' })")
    guest.until(lambda: here.evaluate(tokens) != made)
    assert here.evaluate(tokens) == guest.kept["token"] == newest


DENIED = """for (const name of ["localStorage", "sessionStorage"]) {
  const get = () => { throw new DOMException("denied", "SecurityError") };
  Object.defineProperty(window, name, { get });
}"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


@pytest.mark.parametrize("script", [DENIED, FULL], ids=["denied", "full"])
def test_without_storage_it_lasts_as_long_as_the_page_and_says_so(
    noisy: Guest, desk: StubDesk, script: str
) -> None:
    noisy.page.context.add_init_script(script)
    desk.settings["greeting"] = "Hello!"
    noisy.comes()
    noisy.greeting.get_by_role("button", name="Dismiss").click()
    expect(noisy.greeting).to_be_hidden()
    frame = noisy.opens()
    host = frame.evaluate("host")
    assert host["isKept"] is False
    assert TOKEN.fullmatch(host["token"])
    frame.evaluate("location.reload()")
    noisy.until(lambda: desk.frames == 2)
    assert noisy.frame.evaluate("host.token") == host["token"]
    assert noisy.said == ["Deskbell: storage is full or denied, the chat lasts as long as the page"]
    noisy.calls("reset")
    noisy.until(lambda: noisy.heard("token"))
    assert noisy.heard("token")[0]["token"] != host["token"]


def test_in_a_page_that_is_a_frame_itself(guest: Guest, site: Stranger) -> None:
    site.pages["/around"] = "<!doctype html><iframe src='/' width='900' height='600'></iframe>"
    guest.comes("/around")
    guest.page.frame_locator("iframe").locator("deskbell-chat .launcher").click()
    assert guest.frame.evaluate("host.isKept") is True
    expect(guest.page.locator("deskbell-chat")).to_have_count(0)


# ---- who may speak ----


def test_messages_of_other_windows_and_origins_are_not_heard(
    guest: Guest, desk: StubDesk, site: Stranger
) -> None:
    forger = f"{desk.url}/embed/{SITE}/frame"
    frame = guest.comes().opens()
    # The page's own window, a frame of the desk's that the loader has not made, one of the page's.
    guest.page.evaluate(
        """async (forger) => {
          window.leaked = [];
          const spoof = (data) => postMessage(data, "*");
          spoof({ deskbell: "frame" });
          addEventListener("message", ({ data }) => data?.deskbell === "host" && leaked.push(data));
          for (const html of [null, `<script>
              addEventListener("message", ({ data }) => parent.leaked.push(data));
              parent.postMessage({ deskbell: "frame" }, "*")<\\/script>`]) {
            const frame = document.createElement("iframe");
            const loaded = new Promise((done) => (frame.onload = done));
            if (html) frame.srcdoc = html;
            else frame.src = forger;
            document.body.append(frame);
            await loaded;
          }
        }""",
        forger,
    )
    guest.page.wait_for_timeout(300)
    [forged] = [each for each in guest.page.frames if each.url == forger]
    assert forged.evaluate("host ?? null") is None
    assert guest.page.evaluate("leaked") == []
    frame.evaluate("say({ type: 'unread', count: 2 })")  # the line of the right one still holds
    expect(guest.page.locator("deskbell-chat .badge")).to_have_text("2")


def test_the_right_window_from_the_wrong_origin_is_not_heard(
    guest: Guest, site: Stranger, desk: StubDesk
) -> None:
    """The frame has gone elsewhere: what it says there is not the desk's."""
    asks = """<script>
      parent.postMessage({ deskbell: "frame" }, "*");
      onmessage = () => (window.leaked = true);
    </script>"""
    elsewhere = Serving("localhost", lambda request: send(request, 200, asks, "text/html"))
    frame = guest.comes().opens()
    frame.evaluate("(url) => { location.href = url }", elsewhere.url)
    guest.until(lambda: any(each.url.startswith(elsewhere.url) for each in guest.page.frames))
    gone = next(each for each in guest.page.frames if each.url.startswith(elsewhere.url))
    guest.page.wait_for_timeout(200)
    assert gone.evaluate("window.leaked") is None
    elsewhere.close()


# ---- what is wrong with the page or the desk ----


@pytest.mark.parametrize("status", [403, 404])
def test_a_site_that_is_refused_sees_nothing_and_the_console_says_why(
    noisy: Guest, desk: StubDesk, status: int
) -> None:
    desk.refusal = (status, "origin_refused", "http://localhost is not among this site's origins")
    noisy.comes()
    noisy.has_said("Deskbell: http://localhost is not among this site's origins")
    noisy.calls("open")
    noisy.has_said("Deskbell: open: http://localhost is not among this site's origins")
    assert noisy.page.locator("deskbell-chat").count() == 0


def test_a_desk_that_does_not_answer(noisy: Guest, site: Stranger) -> None:
    noisy.page.route(re.compile("/embed/"), lambda route: route.abort())
    noisy.comes()
    desk = site.desk.url
    noisy.has_said(
        f"Deskbell: {desk} cannot be reached. If a policy forbids it, it lacks: "
        f"script-src {desk}; frame-src {desk}; connect-src {desk}"
    )


def test_a_desk_that_answers_something_else(noisy: Guest) -> None:
    noisy.page.route(
        re.compile("/embed/"), lambda route: route.fulfill(status=502, body="Bad gateway")
    )
    noisy.comes()
    noisy.has_said("Deskbell: the desk answered 502")


def test_a_policy_without_connect_src_is_named(
    noisy: Guest, site: Stranger, desk: StubDesk
) -> None:
    site.has(Content_Security_Policy=f"default-src 'none'; script-src {desk.url}")
    noisy.comes()
    noisy.has_said(f"connect-src {desk.url}")


def test_a_policy_without_frame_src_is_named_and_the_phone_is_not_trapped(
    arrive: Arrive, site: Stranger, desk: StubDesk
) -> None:
    site.has(
        Content_Security_Policy=f"default-src 'none'; script-src {desk.url}; connect-src {desk.url}"
    )
    guest = arrive(viewport={"width": 390, "height": 844})
    guest.page.clock.install()
    guest.comes()
    guest.launcher.click()
    expect(guest.window).to_be_visible()
    guest.page.clock.run_for(15_000)
    guest.has_said(
        f"the frame does not answer. If a policy forbids it, it lacks: script-src {desk.url}"
    )
    guest.launcher.click()
    expect(guest.window).to_be_hidden()


def test_a_page_of_https_and_a_desk_of_http(noisy: Guest, site: Stranger) -> None:
    """Where the browser lets the script through all the same."""
    noisy.page.route(
        "https://shop.example/",
        lambda route: route.fulfill(body=site.page, content_type="text/html"),
    )
    noisy.page.route("**/widget.js", lambda route: route.fulfill(path=STATIC / "widget.js"))
    noisy.page.route(re.compile("/embed/"), lambda route: route.abort())
    noisy.page.goto("https://shop.example/")
    noisy.has_said("Mixed content: http in https")


def test_a_snippet_without_a_site(noisy: Guest, site: Stranger) -> None:
    site.has(snippet=site.snippet.replace("data-site", "data-sight"))
    noisy.comes()
    noisy.has_said("Deskbell: the script has no data-site")


# ---- shapes ----


def test_right_to_left_it_stands_on_the_left(guest: Guest, desk: StubDesk) -> None:
    desk.settings |= {"locale": "ar", "direction": "rtl", "greeting": "مرحبًا!"}
    guest.comes()
    for shown in (guest.launcher, guest.greeting):
        box = shown.bounding_box()
        assert box is not None
        assert box["x"] == 24
    guest.opens()
    box = guest.window.bounding_box()
    assert box is not None
    assert box["x"] == 24


def test_the_other_side_and_another_distance(guest: Guest, desk: StubDesk) -> None:
    desk.settings |= {"edge": "start", "distance": 60}
    guest.comes()
    box = guest.launcher.bounding_box()
    assert box is not None
    assert (box["x"], 720 - box["y"] - box["height"]) == (60, 60)


@pytest.mark.parametrize("size", [(320, 568), (480, 800), (900, 400)])
def test_a_small_screen_is_filled(arrive: Arrive, desk: StubDesk, size: tuple[int, int]) -> None:
    width, height = size
    desk.settings |= {"distance": 120, "greeting": "Hello! " * 20}
    guest = arrive(viewport={"width": width, "height": height})
    guest.comes()
    box = guest.greeting.bounding_box()
    assert box is not None
    assert box["x"] >= 20
    assert box["x"] + box["width"] == width - 20
    guest.opens()
    expect(guest.launcher).to_be_hidden()
    assert guest.window.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert guest.page.evaluate("document.documentElement.scrollWidth") <= width
    guest.page.keyboard.press("Escape")
    expect(guest.launcher).to_be_visible()
    guest.until(lambda: guest.has_focus() == "launcher")


def test_between_small_and_large_it_does_not_leave_the_screen(
    arrive: Arrive, desk: StubDesk
) -> None:
    guest = arrive(viewport={"width": 500, "height": 520})
    desk.settings["distance"] = 130
    guest.comes().opens()
    box = guest.window.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0


def test_a_phones_keyboard_leaves_the_whole_chat_above_it(arrive: Arrive) -> None:
    guest = arrive(viewport={"width": 390, "height": 844})
    guest.page.add_init_script(
        """const view = Object.assign(new EventTarget(), { height: 844, offsetTop: 0, scale: 1 });
        Object.defineProperty(window, "visualViewport", { value: view });"""
    )
    guest.comes().opens()
    becomes = """(change) => {
      Object.assign(visualViewport, change);
      visualViewport.dispatchEvent(new Event("resize"));
    }"""
    for change, box in (
        ({"height": 500}, (0, 500)),
        ({"offsetTop": 90}, (90, 500)),
        ({"height": 400, "scale": 2}, (0, 844)),  # somebody looks closer
        ({"height": 800, "scale": 1}, (0, 844)),  # a bar of the browser's
    ):
        guest.page.evaluate(becomes, change)
        found = guest.window.bounding_box()
        assert found is not None
        assert (found["y"], found["height"]) == box


def test_it_is_not_printed(guest: Guest) -> None:
    guest.comes()
    expect(guest.launcher).to_be_visible()
    guest.page.emulate_media(media="print")
    expect(guest.launcher).to_be_hidden()


@pytest.mark.parametrize(
    ("colour", "ink"), [("#0f6b5c", 255), ("#ffd23f", 0), ("#1877f2", 255), ("#ffffff", 0)]
)
def test_the_icon_can_be_seen_on_any_colour(
    guest: Guest, desk: StubDesk, colour: str, ink: int
) -> None:
    desk.settings["colour"] = colour
    guest.comes()
    painted = guest.launcher.evaluate(
        """(launcher) => {
          const brush = new OffscreenCanvas(1, 1).getContext("2d");
          brush.fillStyle = getComputedStyle(launcher).color;
          brush.fillRect(0, 0, 1, 1);
          return [...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }"""
    )
    assert painted == [ink] * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(arrive: Arrive, desk: StubDesk, scheme: str) -> None:
    desk.settings["greeting"] = "Hello! Questions?"
    guest = arrive(color_scheme=scheme)
    guest.comes()
    expect(guest.greeting).to_be_visible()
    guest.page.evaluate(AXE.read_text())
    asked = "async () => (await axe.run('deskbell-chat')).violations.map(({ id }) => id)"
    assert guest.page.evaluate(asked) == []
    guest.opens()
    assert guest.page.evaluate(asked) == []


def test_what_moves_moves_not_at_all_where_that_is_wished(arrive: Arrive) -> None:
    calm, lively = arrive(), arrive(reduced_motion="no-preference")
    runs = """(element) =>
      element.getAnimations().length +
      Number(getComputedStyle(element).transitionDuration !== "0s")"""
    for guest, moving in ((calm, 0), (lively, 1)):
        guest.comes()
        until(guest.page, "() => document.querySelector('deskbell-chat')")
        assert guest.launcher.evaluate(runs) >= moving
        if not moving:
            assert guest.launcher.evaluate(runs) == 0


# ---- pages that go on without a reload ----


@pytest.mark.parametrize(
    "sign", ["", "document.body.click()", "document.querySelector('input').focus()"]
)
def test_the_frame_is_told_where_the_page_has_gone(guest: Guest, site: Stranger, sign: str) -> None:
    """By the browser's own `navigation`, or without it by what somebody does next."""
    if sign:
        guest.page.add_init_script("Object.defineProperty(window, 'navigation', {})")
    pristine = guest.page.evaluate("String(history.pushState)")
    site.has(head="<script>window.Deskbell = () => {}; Deskbell.q = [['open']]</script>")
    guest.comes()
    assert guest.frame.evaluate("host.page.title") == "Chairs"
    guest.page.evaluate(
        f"() => {{ history.pushState({{}}, '', '/tables?oak'); document.title = 'Tables'; {sign} }}"
    )
    guest.until(lambda: guest.heard("page"))
    guest.page.evaluate("history.back()")
    guest.until(lambda: len(guest.heard("page")) == 2)
    here, there = f"{guest.url}/", f"{guest.url}/tables?oak"
    assert guest.heard("page") == [
        {"type": "page", "url": there, "title": "Tables", "referrer": here},
        {"type": "page", "url": here, "title": "Tables", "referrer": there},
    ]
    assert guest.page.evaluate("String(history.pushState)") == pristine


# ---- by a bundler ----


def test_the_module_brings_the_script_and_keeps_calls(
    guest: Guest, desk: StubDesk, site: Stranger
) -> None:
    script = f"""<script type="module">
      import {{ Deskbell, load }} from "/widget.mjs";
      Deskbell("open");
      const where = {{ desk: "{desk.url}", site: "{SITE}", locale: "de" }};
      load(where);
      load(where);
      window.again = () => {{
        Deskbell("shutdown");
        load(where);
        Deskbell("shutdown");
        load(where);
        Deskbell("open");
      }};
    </script>"""
    site.has(snippet=script)
    guest.page.route(
        re.compile("localhost.*/widget.mjs"),
        lambda route: route.fulfill(path=STATIC / "widget.mjs"),
    )
    guest.comes()
    expect(guest.window).to_be_visible()
    assert [each["locale"] for each in desk.posts] == [["de"]]
    guest.page.evaluate("again()")
    guest.until(lambda: len(desk.posts) == 2)
    expect(guest.window).to_be_visible()
    expect(guest.page.locator("deskbell-chat")).to_have_count(1)

"""A page that stays open while somebody else logs in shows, keeps and sends nothing of theirs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import database, messages
from app.operations import messages as sending
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.tabs import Tabs
from tests.browser.visitors import Visitor, until
from tests.people import PASSWORD

Swap = Callable[[Visitor, str], None]
SWITCHED = "Somebody else is logged in now"
ROUGH = "409 .CONFLICT.|ERR_"


def stored() -> list[tuple[str, int]]:
    m = messages.table.c
    found = database.rows(select(m.text, m.sender_id).where(m.line.is_(None)).order_by(m.id))
    return [(row.text, row.sender_id) for row in found]


def in_another_tab(visitor: Visitor, person: str) -> None:
    """Logs out there, and logs in as somebody else."""
    tab = visitor.new_page()
    tab.goto("/")
    tab.locator(".account-menu summary").click()
    tab.get_by_role("button", name="Log out").first.click()
    if tab.locator("#log-out").is_visible():
        tab.locator("[data-log-out-anyway]").click()
    log_in(tab, person)


def is_told(visitor: Visitor) -> None:
    """That somebody else is here. A page that noticed before they came asks who one is; then
    whoever comes back to it is told all the same."""
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(f"^({SWITCHED}|Log in)$"))
    if heading.inner_text() == "Log in":
        visitor.page.reload()
    expect(heading).to_have_text(SWITCHED)


def log_in(tab: Page, person: str) -> None:
    tab.locator("#email").fill(f"{person}@example.com")
    tab.locator("#password").fill(PASSWORD)
    tab.locator("#password").press("Enter")
    tab.wait_for_url(re.compile("/(dashboard|admin)"))


def offline(visitor: Visitor, person: str) -> None:
    """The cookie is another one when the line is back; nobody logged out."""
    visitor.loses_its_line()
    visitor.context.set_offline(True)
    visitor.line_is("offline")
    visitor.context.add_cookies(cookies_of(visitor, person))
    visitor.context.set_offline(False)


def cookies_of(visitor: Visitor, person: str) -> Any:
    browser = visitor.context.browser
    assert browser is not None
    other = Visitor(browser, visitor.url)
    other.log_in(person)
    cookies = other.context.cookies()
    other.close()
    return cookies


SWAPS: dict[str, Swap] = {"in another tab": in_another_tab, "offline": offline}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
@pytest.mark.parametrize("has_chat", [True, False])
def test_a_customers_page_is_nobody_elses(
    visit: Visit, desk: Desk, swap: Swap, has_chat: bool
) -> None:
    people = desk.people
    sending.send(people.marcus, None, Draft("For Marcus alone"))
    if has_chat:
        sending.send(people.lena, None, Draft("For Lena alone"))
    before = stored()
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.expects(ROUGH)
    shown = watched(lena.page)
    swap(lena, "customer2")
    is_told(lena)
    assert "Marcus Bell" in lena.page.locator("main").inner_text()
    seen = shown()
    assert "Lena Ortiz" in seen
    assert "For Marcus alone" not in seen
    assert stored() == before
    lena.page.get_by_role("link", name="Go on as").click()
    expect(lena.page.locator("h1")).to_contain_text("Marcus Bell")
    lena.open_widget()
    lena.sees("For Marcus alone")
    expect(lena.message("For Lena alone")).to_have_count(0)


def watched(page: Page) -> Callable[[], str]:
    """All text that the page shows from now on, as long as it stays; read from the next one."""
    page.evaluate(
        """() => {
          const note = () => { sessionStorage.seen += document.body.innerText; };
          new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
          sessionStorage.seen = "";
          note();
        }"""
    )
    return lambda: str(page.evaluate("sessionStorage.seen"))


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
def test_an_agents_page_is_no_colleagues(visit: Visit, desk: Desk, swap: Swap) -> None:
    chat_id = sending.send(desk.people.lena, None, Draft("Hello")).chat_id
    sending.send(desk.people.ana, chat_id, Draft("Hi"))
    ana = visit("agent", f"/admin/messages/{chat_id}")
    ana.is_online()
    ana.expects(ROUGH)
    before = stored()
    swap(ana, "agent2")
    is_told(ana)
    ana.page.get_by_role("link", name="Go on as").click()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Ortiz")
    ana.say("From Ben")
    ana.sees("From Ben")
    assert stored() == [*before, ("From Ben", desk.people.ben.id)]


@pytest.fixture
def tabs(desk: Desk, tmp_path: Path) -> Iterator[Tabs]:
    browser = Tabs(tmp_path / "browser", desk.server.url)
    yield browser
    browser.close()


@pytest.mark.parametrize(
    ("person", "other", "path"),
    [("customer", "customer2", "/dashboard"), ("agent", "agent2", "/admin/messages")],
)
def test_a_frozen_tab_wakes_up_as_nobody_else(
    tabs: Tabs, desk: Desk, person: str, other: str, path: str
) -> None:
    """The page acts on its own before anybody could: what waits in its outbox is sent."""
    people = desk.people
    sending.send(people.marcus, None, Draft("For Marcus alone"))
    mine = people.lena if person == "customer" else people.ana
    frozen = tabs.open("/login")
    frozen.log_in(person)
    frozen.goto(path)
    frozen.is_online()
    frozen.run("window.asleep = []; addEventListener('freeze', () => asleep.push('freeze'), true)")
    elsewhere = tabs.open("/")
    frozen.freeze()
    before = stored()
    elsewhere.log_in(other)
    outbox = "(await import('deskbell')).post.post().add(null, 'Never mind')"
    frozen.resume()
    frozen.run(f"(async () => {{ if (asleep.length) {outbox}; }})()")
    frozen.until(f"document.querySelector('h1')?.innerText === {SWITCHED!r}")
    assert "For Marcus alone" not in frozen.text()
    assert stored() == before
    kept = (
        f"Object.keys(localStorage).filter((key) => key.startsWith('deskbell:outbox:{mine.id}:'))"
    )
    assert frozen.run(f"{kept}.length") == 1


@pytest.mark.parametrize("person", ["customer", "agent"])
def test_the_back_forward_cache_gives_nobody_back(tabs: Tabs, desk: Desk, person: str) -> None:
    other = {"customer": "customer2", "agent": "agent2"}[person]
    path = {"customer": "/dashboard", "agent": "/admin/messages"}[person]
    first = {"customer": "Lena", "agent": "Ana"}[person]
    sending.send(desk.people.lena, None, Draft("Hello"))
    tab = tabs.open("/login")
    tab.log_in(person)
    tab.goto(path)
    tab.is_online()
    tab.run("addEventListener('pageshow', (e) => { window.came = e.persisted ? 'kept' : 'new'; })")
    tab.goto("/healthz")
    tab.back()
    tab.until(f"location.pathname === {path!r} && document.readyState === 'complete'")
    tab.is_online()  # the premise: the same person goes on
    tab.goto("/healthz")
    elsewhere = tabs.open("/")
    elsewhere.log_in(other)
    before = stored()
    tab.back()
    tab.until("document.readyState === 'complete' && !!document.body.dataset.userId")
    tab.until(f"!document.body.innerText.includes({first!r}) || location.pathname === '/login'")
    assert stored() == before


def test_what_was_written_waits_for_who_wrote_it(visit: Visit, desk: Desk) -> None:
    people = desk.people
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.expects(ROUGH)
    lena.loses_its_line()
    lena.context.set_offline(True)
    lena.line_is("offline")
    lena.say("Written offline")
    lena.composer.press_sequentially("And begun")
    lena.context.add_cookies(cookies_of(lena, "customer2"))
    lena.context.set_offline(False)
    is_told(lena)
    lena.page.get_by_role("link", name="Go on as").click()
    lena.open_widget()
    lena.is_online()
    lena.say("I am Marcus")
    lena.sees("I am Marcus")
    assert lena.texts() == ["I am Marcus"]
    expect(lena.composer).to_have_value("")
    in_another_tab(lena, "customer")
    is_told(lena)
    lena.page.goto("/dashboard")
    lena.open_widget()
    lena.sees("Written offline")
    expect(lena.composer).to_have_value("And begun")
    assert stored() == [
        ("I am Marcus", people.marcus.id),
        ("Written offline", people.lena.id),
    ]


def test_a_click_in_a_page_of_before_does_nothing_and_says_so(visit: Visit, desk: Desk) -> None:
    """HTMX asks by the cookie, as long as the socket stands too."""
    chat_id = sending.send(desk.people.lena, None, Draft("Hello")).chat_id
    ana = visit("agent", "/admin/messages")
    ana.expects(ROUGH)
    until(ana.page, "async () => (await import('deskbell')).socket.live.isOnline")
    ana.context.add_cookies(cookies_of(ana, "agent2"))
    ana.row("Lena Ortiz").locator("a").first.click()
    is_told(ana)
    ana.page.get_by_role("link", name="Go on as").click()
    expect(ana.page.locator(".account-menu strong")).to_have_text("Ben Carter")
    assert chat_id


def test_the_same_person_logged_in_again_goes_on_without_a_word(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.expects(ROUGH)
    key = lena.page.locator("body").get_attribute("data-page-key")
    assert key
    in_another_tab(lena, "customer")
    expect(lena.page.locator(f"body[data-page-key='{key}']")).to_have_count(0)
    if lena.page.locator("h1").inner_text() == "Log in":  # it noticed before she was back
        lena.page.reload()
    expect(lena.page.locator("h1")).to_contain_text("Lena Ortiz")
    lena.open_widget()
    lena.is_online()
    lena.say("Still me")
    lena.sees("Still me")


def test_the_way_back_shows_nobody_elses_page(visit: Visit, desk: Desk) -> None:
    """From the history, cached whole or not."""
    sending.send(desk.people.lena, None, Draft("For Lena alone"))
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.expects(ROUGH)
    lena.page.goto("/favicon.ico")
    in_another_tab(lena, "customer2")
    lena.page.go_back()
    expect(lena.page.get_by_text("Marcus Bell").first).to_be_attached()
    expect(lena.message("For Lena alone")).to_have_count(0)
    lena.page.goto("/dashboard")
    lena.open_widget()
    lena.say("From Marcus")
    lena.sees("From Marcus")
    assert stored()[-1] == ("From Marcus", desk.people.marcus.id)


def test_logging_out_says_what_is_unsent_and_leaves_nothing(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.page.evaluate("async () => (await import('deskbell')).socket.live.cut(600_000)")
    lena.line_is("offline")
    lena.say("One")
    lena.say("Two")
    lena.composer.press_sequentially("Three")
    menu = lena.page.locator(".account-menu summary")
    menu.click()
    lena.page.locator(".account-menu").get_by_role("button", name="Log out").click()
    dialog = lena.page.locator("#log-out")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("2 messages have not been sent yet. 1 draft has been begun.")
    expect(dialog.get_by_role("button", name="Stay")).to_be_focused()
    lena.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert kept(lena.page) == ["draft", "outbox", "outbox"]
    menu.click()
    lena.page.locator(".account-menu").get_by_role("button", name="Log out").click()
    dialog.get_by_role("button", name="Log out").click()
    lena.page.wait_for_url(re.compile("/login$"))
    assert kept(lena.page) == []


def test_what_was_asked_for_meanwhile_leads_nobody_who_logs_out_elsewhere(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.is_online()
    way = {"HX-Redirect": "/login?next=/dashboard&was=1"}
    lena.page.route("**/part", lambda route: route.fulfill(status=204, headers=way))
    lena.page.evaluate(
        "() => { document.addEventListener('htmx:afterRequest', () => (window.hasAnswer = true));"
        " document.dispatchEvent(new CustomEvent('deskbell:leaving'));"
        " void htmx.ajax('GET', '/part', { source: document.body, swap: 'none' }); }"
    )
    until(lena.page, "window.hasAnswer && location.pathname === '/dashboard'")
    lena.page.locator(".account-menu summary").click()
    lena.page.locator(".account-menu").get_by_role("button", name="Log out").click()
    lena.page.wait_for_url(re.compile("/login$"))


def test_logging_out_asks_wherever_it_is_done(visit: Visit) -> None:
    """On a page without a line, and where somebody else turns out to be logged in. The tab in which
    it waits does not take it for sent."""
    lena = visit("customer").open_widget()
    lena.is_online()
    lena.expects(ROUGH)
    lena.page.evaluate("async () => (await import('deskbell')).socket.live.cut(600_000)")
    lena.line_is("offline")
    lena.say("Not sent yet")
    expect(lena.message("Not sent yet")).to_have_attribute("data-status", "pending")
    tab = lena.new_page()
    tab.goto("/account")
    tab.locator(".account-menu summary").click()
    answer_when_asked(tab, "Log out", "Stay")
    assert kept(tab) == ["outbox"]
    of_another = tab.locator(".account-form [name=page]")
    of_another.evaluate("field => { field.value = '999999.9'; }")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(SWITCHED)
    answer_when_asked(tab, "Log in as somebody else", "Stay")
    assert kept(tab) == ["outbox"]
    answer_when_asked(tab, "Log in as somebody else", "Log out")
    tab.wait_for_url(re.compile("/login$"))
    assert kept(tab) == []
    expect(lena.message("Not sent yet")).to_have_count(0)


def answer_when_asked(tab: Page, way: str, answer: str) -> None:
    tab.get_by_role("button", name=way).click()
    dialog = tab.locator("#log-out")
    expect(dialog).to_contain_text("1 message has not been sent yet.")
    dialog.get_by_role("button", name=answer).click()
    if answer == "Stay":
        expect(dialog).to_be_hidden()


def test_a_form_does_not_bring_back_what_somebody_else_wrote_in_it(visit: Visit) -> None:
    lena = visit("customer", "/account")
    lena.expects(ROUGH)
    lena.page.locator("#name").fill("Lena Marlow")
    in_another_tab(lena, "customer2")
    lena.page.get_by_role("button", name="Save").click()
    is_told(lena)
    lena.page.go_back()
    expect(lena.page.locator(".account-menu strong")).to_have_text("Marcus Bell")
    expect(lena.page.locator("#name")).to_have_value("Marcus Bell")


def kept(page: Page) -> list[str]:
    """What the browser still keeps of what was written."""
    keys: list[str] = page.evaluate("() => Object.keys(localStorage)")
    kinds = [key.split(":")[1] for key in keys if not key.endswith(":lease")]
    return sorted(kind for kind in kinds if kind in ("draft", "outbox"))


def test_what_the_browser_keeps_is_by_person(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    ana.page.locator(".account-menu summary").click()
    ana.page.locator("[data-theme-choice=dark]").click()
    ana.page.keyboard.press("Escape")
    theme = ana.page.locator("html")
    expect(theme).to_have_attribute("data-theme", "dark")
    ana.expects(ROUGH)
    in_another_tab(ana, "agent2")
    is_told(ana)
    ana.page.goto("/admin/messages")
    expect(theme).to_have_attribute("data-theme", "auto")
    in_another_tab(ana, "agent")
    is_told(ana)
    ana.page.goto("/admin/messages")
    expect(theme).to_have_attribute("data-theme", "dark")

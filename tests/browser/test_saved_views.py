"""What the list shows stands beside the filters under a name."""

from playwright.sync_api import Route, expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import DESKTOP, PHONE, Visitor


def keep(who: Visitor, name: str, *, for_all: bool = False) -> None:
    who.page.locator("#filter-more").click()
    who.page.get_by_role("button", name="Views…").click()
    who.page.get_by_label("Name of the view").fill(name)
    if for_all:
        who.page.get_by_label("For everybody").check()
    who.page.get_by_role("button", name="Save the view").click()
    expect(who.page.locator("#handling")).to_have_count(0)


def test_a_view_is_kept_shown_counted_and_removed(visit: Visit, desk: Desk) -> None:
    desk.has_a_past()
    ben = visit("manager", "/admin/messages", viewport=DESKTOP)
    ana = visit("agent", "/admin/messages")
    page = ben.page
    page.locator("#filter-waiting").click()
    expect(page.locator("#chat-rows[data-filter=waiting]")).to_have_count(1)
    page.locator("#chat-search").fill("Lena")
    expect(page.locator("#chat-rows[data-filter=waiting][data-q=Lena]")).to_have_count(1)
    shown = page.locator(".chat-row").count()
    keep(ben, "Lena waits", for_all=True)
    for who in (ben, ana):
        expect(who.page.locator(".filter-view bdi")).to_have_text(["Lena waits"])
    expect(page.locator(".filter-view")).to_have_attribute("aria-current", "true")
    expect(page.locator("#chat-filters [aria-current=true]")).to_have_count(1)
    # Another list, and back by one click: filter and search are the view's.
    page.locator("#chat-search").fill("")
    page.locator("#filter-all").click()
    expect(page.locator("#chat-rows[data-filter=all][data-q='']")).to_have_count(1)
    expect(page.locator(".filter-view")).not_to_have_attribute("aria-current", "true")
    page.locator(".filter-view").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chat-rows[data-filter=waiting][data-q=Lena]")).to_have_count(1)
    expect(page.locator("#chat-search")).to_have_value("Lena")
    expect(page.locator(".filter-view")).to_have_attribute("aria-current", "true")
    expect(page.locator("#chat-filters [aria-current=true]")).to_have_count(1)
    assert page.locator(".chat-row").count() == shown
    assert "q=Lena" in page.url
    assert "filter=waiting" in page.url
    page.reload()
    expect(page.locator(".filter-view")).to_have_attribute("aria-current", "true")
    expect(page.locator("#chat-filters [aria-current=true]")).to_have_count(1)
    assert ben.axe() == []
    # An agent cannot remove what is everybody's; who wrote it can, and it is gone for all.
    ana.page.locator("#filter-more").click()
    ana.page.get_by_role("button", name="Views…").click()
    expect(ana.page.locator(".view-list")).to_contain_text("Lena waits")
    expect(ana.page.locator("[data-removes-view]")).to_have_count(0)
    ana.page.keyboard.press("Escape")
    page.locator("#filter-more").click()
    page.get_by_role("button", name="Views…").click()
    remove = page.locator("[data-removes-view]")
    remove.click()
    expect(remove).to_have_text("Remove for everybody?")
    expect(ana.page.locator(".filter-view")).to_have_count(1)
    assert ben.axe() == []
    remove.click()
    for who in (ben, ana):
        expect(who.page.locator(".filter-view")).to_have_count(0)


def test_a_name_that_is_there_already_is_said_in_the_dialog(visit: Visit, desk: Desk) -> None:
    desk.has_a_past()
    ana = visit("agent", "/admin/messages", viewport=PHONE)
    keep(ana, "Mine")
    ana.page.locator("#filter-more").click()
    ana.page.get_by_role("button", name="Views…").click()
    ana.page.get_by_label("Name of the view").fill("MINE")
    ana.page.get_by_role("button", name="Save the view").click()
    expect(ana.page.locator("#handling .field-error")).to_contain_text("of this name already")
    assert ana.axe() == []


def test_the_number_follows_what_happens(visit: Visit, desk: Desk) -> None:
    ana = visit("agent", "/admin/messages")
    keep(ana, "Everything")
    expect(ana.page.locator(".filter-view .filter-count")).to_have_count(0)
    visit("customer", "/widget").say("Hello")
    expect(ana.page.locator(".filter-view .filter-count")).to_have_text("1")


def test_the_number_of_a_search_for_words_follows_without_a_word_more(
    visit: Visit, desk: Desk
) -> None:
    ana = visit("agent", "/admin/messages?q=Lena")
    keep(ana, "Lena's")
    number = ana.page.locator(".filter-view .filter-count")
    expect(number).to_have_count(0)
    visit("customer", "/widget").say("Hello")
    # Nothing more happens: the page asks again by itself for what is kept for ten seconds.
    expect(number).to_have_text("1", timeout=30_000)
    expect(ana.page.locator("#chat-filters[data-again]")).to_have_count(0)


def test_of_two_in_a_row_the_last_is_shown_whichever_comes_first(visit: Visit) -> None:
    visit("customer", "/widget").say("Hello")
    visit("customer2", "/widget").say("Hello")
    ana = visit("agent", "/admin/messages")
    page = ana.page
    for name in ("Lena", "Marcus"):
        page.locator("#chat-search").fill(name)
        expect(page.locator(f"#chat-rows[data-q={name}]")).to_have_count(1)
        keep(ana, name)
        expect(page.locator(".filter-view", has_text=name)).to_be_visible()
    held: list[Route] = []
    page.route(lambda url: "/rows?q=Lena" in url, lambda route: held.append(route))
    page.evaluate(
        """() => void (window.late = new Promise((come) => document.addEventListener(
          "htmx:afterRequest",
          ({ detail }) => detail.pathInfo.finalRequestPath.includes("q=Lena") && come(true))))"""
    )
    with page.expect_request(lambda request: "/rows?q=Lena" in request.url):
        page.locator(".filter-view", has_text="Lena").click()
    with page.expect_response(lambda answer: "/rows?q=Marcus" in answer.url):
        page.locator(".filter-view", has_text="Marcus").click()
    expect(page.locator("#chat-search")).to_have_value("Marcus")
    expect(page.locator("#chat-rows[data-q=Marcus]")).to_have_count(1)
    held[0].continue_()
    assert page.evaluate("window.late")
    expect(page.locator("#chat-rows")).to_have_attribute("data-q", "Marcus")
    ana.lists("Marcus Bell")


def test_a_view_that_cannot_be_removed_says_so(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    keep(ana, "Mine")
    tab = visit("agent", "/admin/messages")
    dialogs = [who.page.locator("#handling") for who in (ana, tab)]
    for who in (ana, tab):
        who.page.locator("#filter-more").click()
        who.page.get_by_role("button", name="Views…").click()
    for dialog in dialogs:
        dialog.locator("[data-removes-view]").click()
        if dialog is dialogs[0]:
            expect(dialog.locator("[data-removes-view]")).to_have_count(0)
    expect(dialogs[1].locator(".field-error")).to_be_visible()
    expect(dialogs[1].locator("[data-removes-view]")).to_have_count(1)

"""Keys of one letter: what they do to the open chat, and where they do nothing."""

import pytest
from playwright.sync_api import Page, Route, expect

from app.operations import topics
from tests.browser.conftest import Desk, Visit
from tests.browser.test_snoozes import with_a_chat
from tests.browser.visitors import PHONE, Visitor

# C once more, in the moment in which the other button is there.
AT_ONCE = """() => new MutationObserver((_, observer) => {
    if (!document.querySelector("#chat-header[data-status=closed]")) return;
    observer.disconnect();
    document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key: "c", code: "KeyC", bubbles: true, cancelable: true}));
}).observe(document.body, {childList: true, subtree: true})"""


def out_of_the_field(who: Visitor) -> None:
    """As anybody with a keyboard leaves it: what is typed from there on is no text."""
    expect(who.composer).to_be_focused()
    who.composer.press("Escape")
    expect(who.page.locator("#chat-rows [aria-current]")).to_be_focused()
    settled(who)


def press(who: Visitor, key: str) -> None:
    if len(key) == 1:  # a letter too soon is meant for what was there before
        settled(who)
    who.page.keyboard.press(key)


def settled(who: Visitor) -> None:
    """What has come a moment ago is pressed by nobody, and HTMX does not know it yet."""
    expect(who.page.locator(".htmx-added, .htmx-settling")).to_have_count(0)
    while who.page.evaluate("import('deskbell').then(({ keys }) => keys.isUnsettled())"):
        pass


def test_closed_and_back_by_the_undo_or_the_same_letter(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    out_of_the_field(ana)
    press(ana, "c")
    expect(header).to_have_attribute("data-status", "closed")
    expect(ana.page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    press(ana, "Control+z")
    expect(header).to_have_attribute("data-status", "open")
    settled(ana)
    press(ana, "C")  # by Caps Lock, which is no Shift
    expect(header).to_have_attribute("data-status", "closed")
    settled(ana)
    press(ana, "c")
    expect(header).to_have_attribute("data-status", "open")


def test_each_opens_what_is_there_with_the_focus_in_it(visit: Visit, desk: Desk) -> None:
    topics.make(desk.people.maya, "Invoices")
    _lena, ana = with_a_chat(visit)
    page = ana.page
    out_of_the_field(ana)
    press(ana, "a")
    expect(page.locator("#colleagues .menu-item").first).to_be_focused()
    press(ana, "c")  # within a menu it is none of ours
    press(ana, "Escape")
    expect(page.locator("#assign-menu")).to_be_focused()
    expect(page.locator("#chat-header")).to_have_attribute("data-status", "open")
    press(ana, "f")
    expect(page.get_by_role("button", name="High priority")).to_be_focused()
    press(ana, "Enter")
    expect(page.locator("#chat-header .header-line")).to_contain_text("High priority")
    settled(ana)
    for key, title in (("g", "Transfer"), ("s", "Snooze this chat")):
        press(ana, key)
        dialog = page.locator("#handling")
        expect(dialog).to_contain_text(title)
        assert dialog.evaluate("it => it.contains(document.activeElement)")
        press(ana, "c")  # nor in a dialog
        press(ana, "Escape")
        expect(dialog).to_have_count(0)
    expect(page.locator("#chat-header")).to_have_attribute("data-status", "open")
    press(ana, "t")
    expect(page.locator("#tag-name")).to_be_focused()
    page.keyboard.type("slow")
    press(ana, "Enter")
    expect(page.locator("#chat-tags .tag-name")).to_have_text(["slow"])
    page.locator("#chat-tags .tag-name").focus()
    press(ana, "o")
    expect(page.locator("#topic-of-chat")).to_be_focused()


def test_what_is_written_by_them(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    note = ana.page.locator("[data-note-switch]")
    out_of_the_field(ana)
    press(ana, "n")
    expect(note).to_have_attribute("aria-pressed", "true")
    expect(ana.composer).to_be_focused()
    ana.composer.press("Escape")
    press(ana, "r")
    expect(note).to_have_attribute("aria-pressed", "false")
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.type("cams")  # in a field letters are text
    expect(ana.composer).to_have_value("cams")
    ana.composer.fill("")
    ana.composer.press("Escape")
    press(ana, "q")
    expect(ana.composer).to_have_value("/")
    expect(ana.page.locator("#offered-list")).to_be_visible()
    assert ana.axe() == []
    press(ana, "Escape")  # the list of answers
    ana.composer.fill("Begun")
    ana.composer.press("Escape")
    press(ana, "q")
    expect(ana.composer).to_be_focused()
    expect(ana.composer).to_have_value("Begun")


def test_through_the_list_and_to_oneself(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    name = ana.page.locator("#conversation .header-name")
    out_of_the_field(ana)
    press(ana, "k")
    expect(ana.row("Marcus Bell").locator(".chat-link")).to_be_focused()
    # Nobody takes a chat that waits by going through the list.
    expect(name).to_have_text("Lena Ortiz")
    expect(ana.row("Marcus Bell")).to_have_attribute("data-status", "waiting")
    press(ana, "k")  # there is none above it
    expect(ana.row("Marcus Bell").locator(".chat-link")).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(name).to_have_text("Marcus Bell")
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    ana.composer.press("Escape")
    press(ana, "j")
    expect(ana.row("Lena Ortiz").locator(".chat-link")).to_be_focused()
    expect(name).to_have_text("Marcus Bell")
    ben = visit("manager", "/admin/messages")
    ben.open_chat("Lena Ortiz")
    expect(ben.page.locator("#assign-menu")).to_contain_text("Ana")
    out_of_the_field(ben)
    press(ben, "m")
    expect(ben.page.locator("#assign-menu")).to_contain_text("Maya")
    expect(ben.page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()


def test_not_with_another_key_nor_held_down_nor_while_a_word_is_composed(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    out_of_the_field(ana)
    ana.page.evaluate("import('deskbell/letters.js')")  # each of them is answered at once then
    for wrong in (
        "{ctrlKey: true}",
        "{altKey: true}",
        "{metaKey: true}",
        "{shiftKey: true}",
        "{repeat: true}",
        "{isComposing: true}",
    ):
        told(ana.page, wrong)
    told(ana.page, "{modifierAltGraph: true}")
    told(ana.page, "{key: ',', code: 'KeyC'}")  # Latin letters stand where they stand
    told(ana.page, "{key: 'ç', code: 'KeyC'}")
    told(ana.page, "{key: 'z', code: 'KeyZ'}")  # which needs another key beside it
    told(ana.page, "{key: undefined, code: undefined}")
    told(ana.page, "{key: 'ش', code: 'KeyA'}")  # where letters are others it goes by the place
    expect(ana.page.locator("#colleagues .menu-item").first).to_be_focused()
    expect(header).to_have_attribute("data-status", "open")
    expect(ana.page.locator(".toast")).to_have_count(0)


def told(page: Page, how: str) -> None:
    page.evaluate(
        """how => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            {key: "c", code: "KeyC", bubbles: true, cancelable: true, ...eval(`(${how})`)}))""",
        how,
    )


def test_not_to_another_chat_than_that_of_the_row_and_not_without_one(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    out_of_the_field(ana)
    press(ana, "ArrowUp")
    expect(ana.row("Marcus Bell").locator(".chat-link")).to_be_focused()
    press(ana, "c")
    expect(ana.page.locator(".toast-title", has_text="Open the chat first")).to_be_visible()
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    ana.goto("/admin/messages")
    ana.page.locator("#chat-list h2").click()
    press(ana, "s")
    expect(ana.page.locator(".toast-title", has_text="Open the chat first")).to_be_visible()
    ana.open_chat("Lena Ortiz")
    ana.page.locator("#chat-closure").click()
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "closed")
    settled(ana)
    press(ana, "s")
    expect(ana.page.locator(".toast-title", has_text="Nothing to be done")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_are_told_of_and_can_be_switched_off(visit: Visit, theme: str) -> None:
    _lena, ana = with_a_chat(visit, color_scheme=theme)
    header = ana.page.locator("#chat-header")
    out_of_the_field(ana)
    told(ana.page, "{key: '؟', code: 'Slash', shiftKey: true}")
    dialog = ana.page.locator("#shortcuts")
    expect(dialog).to_contain_text("Close the chat, or reopen it")
    switch = dialog.get_by_label("Letters, / and ? alone do something")
    expect(switch).to_be_checked()
    assert ana.axe() == []
    switch.press("Space")
    press(ana, "Escape")
    for key in "c?/":
        press(ana, key)
    expect(dialog).to_be_hidden()
    expect(ana.page.locator("#chat-search")).not_to_be_focused()
    ana.page.reload()
    ana.page.locator("#chat-list h2").click()
    settled(ana)
    press(ana, "c")
    # By the menu it can still be opened, and letters switched on again.
    ana.page.locator(".account-button").click()
    ana.page.locator("#shortcuts-opens").click()
    expect(switch).not_to_be_checked()
    expect(header).to_have_attribute("data-status", "open")
    switch.press("Space")
    press(ana, "Escape")
    press(ana, "c")
    expect(header).to_have_attribute("data-status", "closed")


def test_where_the_customer_is_a_sheet_it_is_opened(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit, viewport=PHONE)
    ana.page.locator("#chat-header h2").click()
    press(ana, "t")
    expect(ana.page.locator("#tag-name")).to_be_visible()
    expect(ana.page.locator("#tag-name")).to_be_focused()


def test_nothing_while_the_chat_comes_anew_nor_as_soon_as_it_has(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    out_of_the_field(ana)
    waits: list[Route] = []
    ana.page.route("**/closure", lambda route: waits.append(route))
    press(ana, "c")
    expect(ana.page.locator("#chat-closure.htmx-request")).to_be_visible()
    ana.page.keyboard.press("a")
    told(ana.page, "{key: 'n', code: 'KeyN'}")
    expect(ana.page.locator("[data-note-switch]")).to_have_attribute("aria-pressed", "false")
    expect(ana.page.locator("details.menu[open]")).to_have_count(0)
    ana.page.evaluate(AT_ONCE)
    waits[0].continue_()
    expect(header).to_have_attribute("data-status", "closed")
    settled(ana)
    assert len(waits) == 1  # the second C would have opened it again
    ana.page.unroute_all()
    press(ana, "c")
    expect(header).to_have_attribute("data-status", "open")


def test_not_to_the_open_chat_from_what_leads_to_others_nor_while_some_are_chosen(
    visit: Visit,
) -> None:
    _lena, ana = with_a_chat(visit)
    header = ana.page.locator("#chat-header")
    out_of_the_field(ana)
    press(ana, "x")
    selection = ana.page.locator("#selection")
    expect(selection).to_be_visible()
    for _ in range(2):
        press(ana, "n")
        selection.get_by_role("button").first.focus()
    expect(ana.page.locator("[data-note-switch]")).to_have_attribute("aria-pressed", "false")
    expect(header).to_have_attribute("data-status", "open")


def test_a_letter_that_is_refused_says_so(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    out_of_the_field(ana)
    ana.expects("500")
    ana.page.route("**/assignment", lambda route: route.fulfill(status=500))
    press(ana, "m")
    expect(ana.page.locator('.toast[data-kind="error"]')).to_be_visible()


def test_who_only_watches_does_nothing_by_them_that_would_be_seen(visit: Visit) -> None:
    with_a_chat(visit)
    maya = visit("manager", "/admin/messages/1?watch=1")
    expect(maya.page.locator(".watch")).to_be_visible()
    maya.page.locator("#chat-header h2").click()
    settled(maya)
    for key in "cm":
        press(maya, key)
        toast = maya.page.locator(".toast-title", has_text="Nothing to be done")
        expect(toast).to_be_visible()
        maya.page.locator(".toast button").click()
        expect(toast).to_have_count(0)
    header = maya.page.locator("#chat-header")
    expect(header).to_have_attribute("data-status", "open")
    expect(maya.page.locator("#assign-menu")).to_contain_text("Ana")


def test_escape_closes_the_sheet_before_all_else(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit, viewport={"width": 900, "height": 700})
    out_of_the_field(ana)
    ana.page.locator("#customer-toggle").click()
    sheet = ana.page.locator("#customer")
    expect(sheet).to_be_visible()
    ana.page.locator("#customer-toggle").focus()
    press(ana, "Escape")
    expect(sheet).to_be_hidden()
    # And what it does nothing about is left to whoever else listens.
    ana.page.locator("#chat-list h2").click()
    assert ana.page.evaluate(
        """() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "Escape", bubbles: true, cancelable: true}))"""
    )

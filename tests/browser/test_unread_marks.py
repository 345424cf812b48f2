"""Chats marked as unread: for all staff at once, until one of them opens it again."""

from playwright.sync_api import expect

from app.cli.factories import state
from tests.browser.conftest import Visit
from tests.browser.test_snoozes import press_in_menu, with_a_chat
from tests.browser.visitors import PHONE


def test_it_is_unread_to_all_staff_until_it_is_opened_again(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    ben = visit("manager", "/admin/messages")
    expect(ben.row("Lena Ortiz").locator(".row-unread")).to_be_hidden()
    version = lena.page.locator(".chat").get_attribute("data-version")
    press_in_menu(ana, "Mark as unread")
    expect(ana.page.get_by_text("Choose a chat")).to_be_visible()
    expect(ana.page.locator(".chat-link")).to_be_focused()  # and not nowhere
    for who in (ana, ben):
        expect(who.row("Lena Ortiz").locator(".row-unread")).to_contain_text("marked as unread")
        expect(who.page.locator("#unread-total")).to_have_attribute("data-count", "1")
    assert ana.axe() == []
    assert lena.page.locator(".chat").get_attribute("data-version") == version
    expect(lena.page.locator(".message.mine .ticks").last).to_contain_text("Read")
    ana.page.keyboard.press("Enter")
    for who in (ana, ben):
        expect(who.row("Lena Ortiz").locator(".row-unread")).to_be_hidden()
        expect(who.page.locator("#unread-total")).to_be_hidden()


def test_what_is_unread_is_a_list_that_follows(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    expect(ana.page.locator("#unread-total")).to_have_attribute("data-count", "1")
    more = ana.page.locator("#filter-more")
    more.click()
    choice = ana.page.locator("#filter-unread")
    expect(choice.locator(".filter-count")).to_have_text("1")
    assert ana.axe() == []
    choice.click()
    expect(more.locator(".filter-shown:visible")).to_have_text("Unread")
    ana.lists("Marcus Bell")
    ana.goto("/admin/messages?filter=unread")  # no chat is open
    ana.lists("Marcus Bell")
    lena.say("And mine?")
    ana.lists("Lena Ortiz", "Marcus Bell")
    ben = visit("manager", "/admin/messages")
    ben.open_chat("Lena Ortiz")
    expect(ben.row("Lena Ortiz").locator(".row-unread")).to_be_hidden()
    ana.lists("Marcus Bell")
    press_in_menu(ben, "Mark as unread")
    ana.lists("Lena Ortiz", "Marcus Bell")


def test_by_a_key_in_the_list_and_nowhere_else(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    row = ana.row("Lena Ortiz")
    ana.page.locator(".composer textarea").press("u")
    ana.page.locator("#chat-search").press("u")
    ana.page.locator("#chat-search").fill("")
    ana.page.locator("#more-menu").press("u")
    link = row.locator(".chat-link")
    link.press("Control+u")
    link.press("Shift+U")
    expect(ana.page.locator(".composer textarea")).to_have_value("u")
    expect(row.locator(".row-unread")).to_be_hidden()
    link.press("u")
    expect(ana.page.get_by_text("Choose a chat")).to_be_visible()
    expect(row.locator(".row-unread")).to_be_visible()
    link.press("u")
    expect(row.locator(".row-unread")).to_be_hidden()
    link.press("u")
    expect(row.locator(".row-unread")).to_be_visible()
    ana.page.reload()
    expect(row.locator(".row-unread")).to_contain_text("marked as unread")


def test_on_a_phone_one_is_back_in_the_list(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit, viewport=PHONE)
    ana.page.locator("#more-menu").click()
    ana.page.get_by_role("button", name="Mark as unread").click()
    expect(ana.row("Lena Ortiz").locator(".row-unread")).to_be_visible()
    assert ana.overflows() == []


def test_a_chat_that_is_only_brought_up_to_date_stays_marked(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ben = visit("manager", "/admin/messages")
    mark = ana.row("Lena Ortiz").locator(".row-unread")
    ben.row("Lena Ortiz").locator(".chat-link").press("u")
    expect(mark).to_be_visible()
    with ana.page.expect_response(lambda answer: answer.request.method == "GET"):
        ana.page.evaluate(
            "document.getElementById('conversation').dispatchEvent(new Event('refresh'))"
        )
    ana.page.wait_for_load_state("networkidle")
    assert state(1).is_marked_unread
    expect(mark).to_be_visible()


def test_by_a_key_the_chat_that_is_open_stays_with_its_customer(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    ana.row("Marcus Bell").locator(".chat-link").press("u")
    expect(ana.page.locator(".toast", has_text="Marked as unread")).to_be_visible()
    expect(ana.page.locator("#customer")).to_contain_text("Lena Ortiz")
    expect(ana.page.locator("#chat-header")).to_contain_text("Lena Ortiz")

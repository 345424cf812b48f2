"""Chats kept on top of one's own list: at once, live, and nowhere else."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_snoozes import press_in_menu, with_a_chat


def test_it_stays_on_top_of_ones_own_list_whatever_comes(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    ben = visit("manager", "/admin/messages")
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    press_in_menu(ana, "Pin to the top")
    ana.lists("Lena Ortiz", "Marcus Bell")
    expect(ana.row("Lena Ortiz").locator(".row-pin")).to_contain_text("Pinned")
    assert ana.axe() == []
    marcus.say("Is somebody there?")
    expect(ana.row("Marcus Bell")).to_contain_text("Is somebody there?")
    ana.lists("Lena Ortiz", "Marcus Bell")
    ben.lists("Marcus Bell", "Lena Ortiz")
    expect(ben.row("Lena Ortiz").locator(".row-pin")).to_be_hidden()
    lena.say("One thing more")
    expect(ana.row("Lena Ortiz")).to_contain_text("One thing more")
    expect(ana.row("Lena Ortiz").locator(".row-pin")).to_be_visible()
    marcus.say("Please")
    expect(ana.row("Marcus Bell")).to_contain_text("Please")
    ana.page.reload()
    ana.lists("Lena Ortiz", "Marcus Bell")
    press_in_menu(ana, "Unpin")
    ana.lists("Marcus Bell", "Lena Ortiz")
    expect(ana.page.locator("#more-menu")).to_be_focused()


def test_by_a_key_in_the_list_in_all_of_ones_tabs(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    marcus = visit("customer2").open_widget()
    marcus.say("Hello?")
    ana.lists("Marcus Bell", "Lena Ortiz")
    tab = visit("agent", "/admin/messages")
    link = ana.row("Lena Ortiz").locator(".chat-link")
    link.press("p")
    for who in (ana, tab):
        who.lists("Lena Ortiz", "Marcus Bell")
    expect(link).to_be_focused()
    link.press("p")
    for who in (ana, tab):
        who.lists("Marcus Bell", "Lena Ortiz")

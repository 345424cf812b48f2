"""Somebody is given another name while pages that show the old one are open."""

from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.people import PASSWORD


def test_a_customer_takes_another_name_and_everybody_sees_it(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Hello Lena")
    lena.sees("Hello Lena")
    ana.composer.press_sequentially("Half a sentence")
    tab = lena.new_page()
    tab.goto("/dashboard")
    tab.locator(".account-menu summary").click()
    tab.get_by_role("link", name="Name and address").click()
    tab.locator("#name").fill("Lena Marlow")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Saved. Everybody sees it at once.")).to_be_visible()
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Lena Marlow")
    expect(ana.row("Lena Marlow")).to_be_visible()
    expect(ana.row("Lena Ortiz")).to_have_count(0)
    expect(ana.page.locator("#customer .customer-name")).to_have_text("Lena Marlow")
    expect(ana.composer).to_have_value("Half a sentence")
    expect(lena.page.locator("h1")).to_contain_text("Lena Marlow")
    assert ana.texts() == ["Is somebody there?", "Hello Lena"]
    lena.say("It is still me")
    ana.sees("It is still me")


def test_a_name_given_while_nobody_could_be_told_is_shown_once_the_line_is_back(
    visit: Visit, desk: Desk
) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Hello Lena")
    lena.sees("Hello Lena")
    for who in (lena, ana):
        who.loses_its_line()
    desk.server.kill()
    desk.server.flask("users", "set-name", "agent@example.com", "Ana Lindt")
    desk.server.start()
    lena.is_online()
    expect(lena.message("Hello Lena").locator(".message-sender")).to_have_text("Ana Lindt")


def test_an_admin_gives_an_agent_another_name(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Hello Lena")
    lena.sees("Hello Lena")
    ada = visit("admin", "/admin/people")
    ada.page.locator("#people-search").fill("weber")
    ada.page.locator("#people-search").press("Enter")
    ada.page.get_by_role("link", name="Ana Weber").click()
    ada.page.locator("#name").fill("Ana Lindt")
    ada.page.locator("#email").fill("ana.lindt@example.com")
    ada.page.get_by_role("button", name="Save").click()
    expect(ada.page.locator("h1 bdi")).to_have_text("Ana Lindt")
    expect(lena.page.locator("#widget-status .widget-name")).to_have_text("Ana Lindt")
    expect(lena.message("Hello Lena").locator(".message-sender")).to_have_text("Ana Lindt")
    ana.say("Under my new name")
    lena.sees("Under my new name")
    assert ada.axe() == []
    assert ada.overflows() == []
    new = visit(None, "/login")
    new.page.locator("#email").fill("ana.lindt@example.com")
    new.page.locator("#password").fill(PASSWORD)
    new.page.locator("#password").press("Enter")
    expect(new.page.locator(".account-menu strong")).to_have_text("Ana Lindt")

"""Somebody is given another name while pages that show the old one are open."""

import re

import pytest
from playwright.sync_api import Route, expect

from app import clock
from app.cli.factories import ChatPast, save
from app.operations import users
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import wait_for
from tests.people import PASSWORD


def test_a_customer_takes_another_name_and_everybody_sees_it(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Hello Lena")
    lena.sees("Hello Lena")
    ana.composer.press_sequentially("Half a sentence")
    tab = lena.new_page()
    tab.goto("/dashboard")
    tab.locator(".account-menu summary").click()
    tab.get_by_role("link", name="Your account").click()
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


@pytest.mark.parametrize("way", ["come to", "loaded anew"])
def test_a_name_that_is_typed_while_the_page_still_loads_stays(visit: Visit, way: str) -> None:
    late = (
        """document.addEventListener("DOMContentLoaded", () => (new Image().src = "/late.png"))"""
    )
    lena = visit("customer", "/account")
    lena.page.add_init_script(late)
    held: list[Route] = []
    lena.page.route("**/late.png", lambda route: held.append(route))
    if way == "come to":
        lena.page.goto("/account", wait_until="domcontentloaded")
    else:
        lena.page.reload(wait_until="domcontentloaded")
    lena.page.locator("#name").fill("Lena Marlow")
    wait_for(lena, lambda: bool(held))
    with lena.page.expect_event("load"):
        held.pop().fulfill(status=204)
    lena.page.evaluate("new Promise(requestAnimationFrame)")  # `pageshow` follows at once
    expect(lena.page.locator("#name")).to_have_value("Lena Marlow")
    assert lena.page.evaluate("document.readyState") == "complete"


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


def test_a_new_name_moves_nothing_and_takes_nothing_from_who_writes(
    visit: Visit, desk: Desk
) -> None:
    lena, ana_weber, at = desk.people.lena, desk.people.ana, clock.now() - 600_000
    past = ChatPast(lena, at).say(lena, "Hello", at).take(ana_weber, at)
    for number in range(120):
        past.say((lena, ana_weber)[number % 2], f"Line {number}", at + number)
    (chat_id,) = save([past])
    ana, ben = visit("agent", f"/admin/messages/{chat_id}"), visit("agent2", "/admin/messages")
    ben.open_chat("Lena Ortiz")
    expect(ana.page.locator("#viewers")).to_contain_text("Ben Carter")
    ana.composer.press_sequentially("Half a sentence")
    ana.scroll_up()
    expect(ana.message("Line 20")).to_have_count(1)
    ana.scroll_up()
    expect(ana.message("Line 0")).to_be_visible()
    expect(ana.message("Line 0").locator(".message-sender")).to_have_text("Lena Ortiz")
    top = ana.log.evaluate("log => log.scrollTop")
    field = ana.composer.element_handle()
    users.set_name("customer@example.com", "Zoe Marlow")
    users.set_name("agent2@example.com", "Ben Lindt")
    expect(ana.page.locator("#conversation .header-name")).to_have_text("Zoe Marlow")
    for text in ("Line 0", "Line 118"):
        expect(ana.message(text).locator(".message-sender")).to_have_text("Zoe Marlow")
        expect(ana.message(text).locator(".avatar")).to_have_text("ZM")
    expect(ana.page.locator("#viewers")).to_contain_text("Ben Lindt")
    expect(ana.composer).to_have_attribute("placeholder", re.compile("Zoe Marlow"))
    expect(ana.page).to_have_title(re.compile("Zoe Marlow"))
    assert ana.log.evaluate("log => log.scrollTop") == top
    assert ana.page.evaluate("field => field === document.activeElement", field)
    expect(ana.composer).to_have_value("Half a sentence")


def test_the_list_of_people_follows(visit: Visit, desk: Desk) -> None:
    people = visit("admin", "/admin/people?q=ana")
    person = visit("admin", f"/admin/people/{desk.people.ana.id}")
    person.page.locator("#email").fill("half@typed")
    desk.server.flask("users", "set-name", "agent@example.com", "Ana Lindt")
    expect(people.page.get_by_role("link", name="Ana Lindt")).to_be_visible()
    expect(person.page.locator("h1 bdi")).to_have_text("Ana Lindt")
    expect(person.page.locator("#email")).to_have_value("half@typed")


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

"""Chats put aside: out of the lists at once, back with their customer's words or in time."""

import re
from typing import Any

import requests
from playwright.sync_api import expect

from app import clock
from app.auth.tokens import access_token
from app.operations import logins
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor


def with_a_chat(visit: Visit, **options: Any) -> tuple[Visitor, Visitor]:
    """Lena, and Ana who has her chat: what takes it brings another header, with menus that are
    shut."""
    lena, ana = in_conversation(visit, **options)
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    return lena, ana


def snooze(who: Visitor, choice: str) -> None:
    who.page.locator("#more-menu").click()
    who.page.get_by_role("button", name="Snooze…").click()
    who.page.get_by_role("button", name=re.compile(choice)).click()
    expect(who.page.locator("#handling")).to_have_count(0)


def press_in_menu(who: Visitor, name: str) -> None:
    """A key on what is not shown would go nowhere."""
    who.page.locator("#more-menu").press("Enter")
    item = who.page.get_by_role("button", name=name)
    expect(item).to_be_visible()
    item.press("Enter")


def test_it_leaves_the_lists_of_all_staff_and_its_customer_brings_it_back(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    ben = visit("manager", "/admin/messages")
    row = ben.row("Lena Ortiz")
    expect(row).to_be_visible()
    version = lena.page.locator(".chat").get_attribute("data-version")
    snooze(ana, "Tomorrow morning")
    expect(ana.page.locator(".header-snoozed")).to_contain_text("Snoozed until")
    expect(row).to_have_count(0)
    ben.page.locator("#filter-more").click()
    ben.page.locator("#filter-snoozed").click()
    expect(ben.row("Lena Ortiz").locator("[data-status=snoozed]")).to_contain_text("09:00")
    assert lena.page.locator(".chat").get_attribute("data-version") == version
    lena.say("One thing more")
    expect(row).to_have_count(0)
    expect(ana.page.locator(".header-snoozed")).to_have_count(0)
    ben.page.locator("#filter-all").click()
    expect(row).to_contain_text("One thing more")


def test_in_time_it_is_back_and_who_has_it_is_told_wherever_they_are(
    visit: Visit, desk: Desk
) -> None:
    _lena, ana = with_a_chat(visit)
    chat_id = int(ana.page.locator(".chat").get_attribute("data-chat-id") or 0)
    ana.page.goto(f"{desk.server.url}/admin/messages?filter=mine")
    expect(ana.row("Lena Ortiz")).to_be_visible()
    answer = requests.put(
        f"{desk.server.url}/api/v1/chats/{chat_id}/snooze",
        json={"until": clock.iso(clock.now() + 2_000)},
        headers={"Authorization": f"Bearer {access_token(logins.begun(desk.people.ana))}"},
        timeout=10,
    )
    assert answer.json()["chatId"] == chat_id
    expect(ana.page.get_by_text("All done here")).to_be_visible()
    expect(ana.page.locator(".toast-title")).to_have_text("The chat with Lena Ortiz is back")
    expect(ana.row("Lena Ortiz").locator("[data-status=needs-reply]")).to_be_visible()
    ana.page.locator(".toast-link").click()
    expect(ana.page.locator("#chat-header")).to_contain_text("Lena Ortiz")


def test_by_keyboard_at_another_time_and_back_at_once(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    press_in_menu(ana, "Snooze…")
    field = ana.page.get_by_label("Or at another time")
    expect(field).to_be_visible()
    assert ana.axe() == []
    field.fill("2020-01-01T09:00")
    ana.page.get_by_role("button", name="Snooze until then").press("Enter")
    expect(field).to_be_visible()  # the browser says that this is over
    field.fill(f"{clock.moment(clock.now() + 40 * 86_400_000):%Y-%m-%dT09:30}")
    ana.page.get_by_role("button", name="Snooze until then").press("Enter")
    expect(ana.page.locator(".header-snoozed")).to_contain_text("09:30")
    press_in_menu(ana, "Bring back now")
    expect(ana.page.locator(".header-snoozed")).to_have_count(0)
    expect(ana.page.locator("#more-menu")).to_be_focused()


def test_the_focus_finds_the_menu_that_has_come_in_its_place(visit: Visit) -> None:
    """What was asked for before may come just as something is chosen."""
    _lena, ana = with_a_chat(visit)
    ana.page.locator("#more-menu").press("Enter")
    item = ana.page.get_by_role("button", name="Snooze…")
    expect(item).to_be_visible()
    item.focus()
    focused = item.evaluate(
        """async (item) => {
          const header = item.closest("#chat-header");
          item.click();
          header.replaceWith(header.cloneNode(true));
          await new Promise((done) => setTimeout(done));
          return document.activeElement.id;
        }"""
    )
    assert focused == "more-menu"


def test_on_a_phone(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit, viewport=PHONE)
    snooze(ana, "Next Monday")
    expect(ana.page.locator(".header-snoozed")).to_be_visible()
    assert ana.overflows() == []
    assert ana.axe() == []

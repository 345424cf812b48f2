"""Chats that come by themselves, as agents and customers see it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, ROUTING="least_busy", CAPACITY="1")
    yield desk
    desk.server.kill()
    desk.close()


def test_one_is_away_by_a_switch_and_nothing_comes(visit: Visit) -> None:
    ana = visit("agent", "/admin/messages")
    ana.page.locator(".account-button").click()
    switch = ana.page.get_by_role("button", name="Away", exact=True)
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(ana.page.locator("#availability")).to_have_attribute("data-state", "away")
    assert ana.axe() == []
    lena = visit("customer").open_widget()
    lena.say("Is somebody there?")
    ana.open_chat("Lena Ortiz").sees("Is somebody there?")
    # To look at what comes by itself is not to take it.
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "waiting")
    expect(ana.page.locator("#claim")).to_have_count(0)
    ana.page.reload()
    expect(ana.page.locator("#availability")).to_have_attribute("data-state", "away")
    ana.page.locator("#assign-menu").click()
    expect(ana.page.locator("#colleagues")).to_contain_text("Away")
    ana.page.locator("#assign-menu").press("Escape")
    ana.page.locator(".account-button").click()
    ana.page.get_by_role("button", name="Away", exact=True).click()
    expect(ana.page.locator("#chat-header")).to_have_attribute("data-status", "open")


def test_a_chat_comes_to_who_is_there_and_the_next_one_moves_up(visit: Visit) -> None:
    lena, marcus = visit("customer").open_widget(), visit("customer2").open_widget()
    lena.say("First")
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "waiting")
    marcus.say("Second")
    expect(marcus.page.locator("#widget-status")).to_have_attribute("data-state", "waiting")
    ana = visit("agent", "/admin/messages")
    expect(lena.page.locator("#widget-status")).to_contain_text("Ana Weber")
    expect(marcus.page.locator("#widget-status")).to_contain_text("You are next")
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "open")
    # Closed, and Ana is free for who waits.
    ana.open_chat("Lena Ortiz")
    ana.page.locator("#chat-closure").click()
    expect(marcus.page.locator("#widget-status")).to_contain_text("Ana Weber")


def test_working_hours_are_set_by_keyboard_and_say_until_when_one_is_away(
    visit: Visit, desk: Desk
) -> None:
    ana = visit("agent", "/admin/messages", viewport=PHONE)
    ana.page.locator(".account-button").click()
    link = ana.page.get_by_role("link", name="Working hours")
    link.focus()
    link.press("Enter")
    expect(ana.page.get_by_role("heading", level=1)).to_have_text("Your working hours")
    assert ana.axe() == []
    assert ana.overflows() == []
    monday = ana.page.get_by_label("Monday")
    ana.expects("status of 422")
    monday.fill("noon")
    monday.press("Enter")
    expect(monday).to_have_attribute("aria-invalid", "true")
    expect(monday).to_be_focused()
    # They begin in an hour or two, whatever the time is.
    now = datetime.now(UTC)
    begin = (now.hour + 2) % 24
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    for day in days:
        ana.page.get_by_label(day).fill(f"{begin:02d}:00-{begin:02d}:30")
    ana.page.get_by_label("Time zone").select_option("UTC")
    ana.page.get_by_role("button", name="Save").click()
    expect(ana.page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(ana.page.locator("#now-there")).to_contain_text("Away until")
    assert ana.axe() == []
    ana.goto("/admin/messages")
    expect(ana.page.locator("#availability")).to_have_attribute("data-state", "away")
    ana.page.locator(".account-button").click()
    switch = ana.page.locator("#availability button")
    expect(switch).to_contain_text("Away until")
    # Here all the same.
    switch.click()
    expect(ana.page.locator("#availability")).to_have_attribute("data-state", "available")
    ben = visit("agent2", "/admin/teams")
    row = ben.page.locator("#colleagues .plain-row").filter(has_text="Ana Weber")
    expect(row).to_contain_text("Available")
    maya = visit("manager", "/admin/teams")
    maya.page.get_by_role("link", name=re.compile("Working hours: .Ana Weber")).click()
    expect(maya.page.get_by_label("Monday")).to_have_value(f"{begin:02d}:00-{begin:02d}:30")
    assert maya.axe() == []

"""The live board: it changes by itself, at any size, and says when it cannot."""

import pytest
from playwright.sync_api import expect

from app.operations import messages, teams
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, until

FULL_HD = {"width": 1920, "height": 1080}
SMALLEST = """() => Math.min(...[...document.querySelectorAll('#board *')]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => !e.closest('.visually-hidden'))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""


def test_it_changes_without_being_loaded_anew(visit: Visit, desk: Desk) -> None:
    people = desk.people
    teams.make(people.maya, "Returns")
    wall = visit("manager", "/admin/board", viewport=FULL_HD)
    page = wall.page
    expect(page.locator("#board-waiting .board-number")).to_have_text("0")
    page.evaluate("window.isStill = true")
    lena = visit("customer", "/dashboard").open_widget()
    lena.say("Hello")
    expect(page.locator("#board-waiting .board-number")).to_have_text("1")
    expect(page.locator("#board-customers .board-number")).to_have_text("1")
    ticking = page.locator("#board-longest .board-since")
    shown = ticking.inner_text()
    until(page, "was => document.querySelector('#board-longest').innerText !== was", shown)
    assert page.evaluate(SMALLEST) >= 28  # four metres away
    ana = visit("agent", "/admin/messages").open_chat("Lena Ortiz")
    ana.say("Hi")
    row = page.locator(f".board-row[data-of='{people.ana.id}']")
    expect(row).to_have_attribute("data-state", "available")
    expect(row.locator(".board-answered a")).to_have_text("1")
    expect(page.locator("#board-waiting .board-number")).to_have_text("0")
    # Nobody is there by the wall.
    expect(page.locator(f".board-row[data-of='{people.maya.id}']")).to_have_count(0)
    assert page.evaluate("window.isStill")
    row.locator(".board-answered a").click()
    expect(page.locator(".insight-rows li")).to_have_count(1)


def test_a_lost_line_is_told_with_the_time_of_the_numbers_and_what_was_missed_comes(
    visit: Visit, desk: Desk
) -> None:
    wall = visit("manager", "/admin/board")
    page = wall.page
    until(page, "async () => (await import('deskbell')).socket.live.isOnline")
    line = page.locator("#board-line")
    wall.loses_its_line()
    wall.context.set_offline(True)
    expect(line.locator(".board-lost")).to_be_visible()
    assert page.locator(".board-lost time").inner_text().count(":") == 2
    messages.send(desk.people.lena, None, Draft("While you were away"))
    wall.context.set_offline(False)
    expect(line).to_have_attribute("data-state", "online")
    expect(page.locator("#board-waiting .board-number")).to_have_text("1")


def test_numbers_that_do_not_come_are_told(visit: Visit, desk: Desk) -> None:
    wall = visit("manager", "/admin/board")
    page = wall.page
    until(page, "async () => (await import('deskbell')).socket.live.isOnline")
    wall.expects("503|Response Status Error Code")
    page.route("**/admin/board/numbers", lambda route: route.fulfill(status=503, body="away"))
    messages.send(desk.people.lena, None, Draft("Hello"))
    page.evaluate("document.querySelector('#board').dispatchEvent(new CustomEvent('refresh'))")
    expect(page.locator("#board-line .board-late")).to_be_visible()
    page.unroute("**/admin/board/numbers")
    page.evaluate("document.querySelector('#board').dispatchEvent(new CustomEvent('refresh'))")
    expect(page.locator("#board-line")).to_have_attribute("data-state", "online")
    expect(page.locator("#board-waiting .board-number")).to_have_text("1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_fits_each_screen(visit: Visit, desk: Desk, scheme: str, language: str) -> None:
    teams.make(desk.people.maya, "Returns")
    messages.send(desk.people.lena, None, Draft("Hello"))
    wall = visit("manager", "/admin/board", color_scheme=scheme, locale=language)
    for size in (FULL_HD, {"width": 1280, "height": 800}, PHONE):
        wall.page.set_viewport_size(size)
        until(wall.page, "() => document.querySelector('#board-clock').textContent.length === 5")
        assert wall.overflows() == []
        assert wall.axe() == []

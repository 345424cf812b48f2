"""Passwords in a browser: forgotten, set by the mailed link, and changed by oneself."""

import re

import pytest
from playwright.sync_api import Browser, expect

from app.pages.forms import AS_WRITTEN
from tests.browser.conftest import Desk
from tests.browser.test_mail import desk, office, told  # noqa: F401  (fixtures)
from tests.browser.visitors import DESKTOP, PHONE, Visitor, tab_of, until
from tests.mail.office import Office
from tests.people import PASSWORD

NEW = "another battery"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])


def is_sound(visitor: Visitor) -> None:
    assert visitor.axe() == []
    assert visitor.overflows() == []


def is_online(visitor: Visitor) -> None:
    until(visitor.page, "async () => (await import('deskbell')).socket.live.isOnline")


@SIZES
def test_it_is_forgotten_and_set_by_the_mailed_link(
    browser: Browser,
    desk: Desk,  # noqa: F811
    office: Office,  # noqa: F811
    size: dict[str, int],
) -> None:
    lena = Visitor(browser, desk.server.url, viewport=size).goto("/login")
    page = lena.page
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.locator("h1")).to_have_text("Forgot your password?")
    expect(page.locator("#email")).to_be_focused()
    is_sound(lena)
    page.locator("#email").fill(desk.people.lena.email)
    page.locator("#email").press("Enter")
    expect(page.locator("h1")).to_have_text("Look into your mail")
    is_sound(lena)
    office.wait_for(1)
    path = told(office, 1, r"http://desk(/password/[\w-]+)")
    lena.goto(path)
    expect(page.locator("h1")).to_have_text("Choose a new password")
    is_sound(lena)
    field = page.locator("#password")
    expect(field).to_be_focused()
    field.fill(NEW)
    shows = page.get_by_role("button", name="Show what is written: New password")
    expect(field).to_have_attribute("type", "password")
    page.keyboard.press("Tab")
    expect(shows).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("type", "text")
    expect(shows).to_have_attribute("aria-pressed", "true")
    for name, value in AS_WRITTEN.items():
        expect(field).to_have_attribute(name, value)
    is_sound(lena)
    page.evaluate(
        """() => addEventListener("submit", ({ target }) => {
            sessionStorage.sentAs = target.querySelector("#password").type;
        })"""
    )
    field.press("Enter")
    page.wait_for_url("**/dashboard")
    assert page.evaluate("sessionStorage.sentAs") == "password"
    lena.expects("404 .NOT FOUND.")
    lena.goto(path)
    expect(page.locator("h1")).to_have_text("This link no longer holds")
    is_sound(lena)
    page.get_by_role("link", name="Ask for another link").click()
    expect(page.locator("h1")).to_have_text("Forgot your password?")
    assert lena.complaints == []
    lena.close()


@SIZES
def test_one_changes_ones_own_and_goes_on_in_every_tab(
    browser: Browser,
    desk: Desk,  # noqa: F811
    size: dict[str, int],
) -> None:
    ana = Visitor(browser, desk.server.url, viewport=size)
    ana.log_in("agent", "/admin/messages")
    is_online(ana)
    elsewhere = Visitor(browser, desk.server.url)
    elsewhere.log_in("agent", "/admin/messages")
    is_online(elsewhere)
    tab = tab_of(ana)
    tab.page.locator(".account-menu summary").click()
    tab.page.locator(".account-menu").get_by_role("link", name="Your password").click()
    expect(tab.page.locator("h1")).to_have_text("Your password")
    expect(tab.page.locator("main")).to_contain_text(desk.people.ana.name)
    is_sound(tab)
    tab.page.locator("#current").fill("wrong battery")
    tab.page.locator("#password").fill(NEW)
    tab.expects("422 .UNPROCESSABLE ENTITY.")
    tab.page.get_by_role("button", name="Change it").click()
    expect(tab.page.locator("#current-error")).to_have_text("That is not your password.")
    expect(tab.page.locator("#current")).to_be_focused()
    is_sound(tab)
    tab.page.locator("#current").fill(PASSWORD)
    tab.page.locator("#password").fill(NEW)
    tab.page.locator("#password").press("Enter")
    expect(tab.page.get_by_role("status").first).to_contain_text("this one goes on")
    is_sound(tab)
    expect(elsewhere.page).to_have_url(re.compile("/login"))
    ana.page.bring_to_front()
    expect(ana.page).to_have_url(re.compile("/admin/messages$"))
    is_online(ana)
    assert ana.complaints == []
    for each in (ana, elsewhere):
        each.close()

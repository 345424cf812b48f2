"""Admins give roles, take access, and invite; who is invited makes their account."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE


def test_an_admin_gives_a_role_and_takes_access(visit: Visit, desk: Desk) -> None:
    ben = visit("agent2", "/admin/messages")
    ben.expects("401|WebSocket|htmx:")
    ada = visit("admin", f"/admin/people/{desk.people.ben.id}")
    page = ada.page
    page.get_by_role("button", name="Another role…").click()
    dialog = page.get_by_role("dialog", name="Another role for")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    expect(dialog.get_by_role("radio", name=re.compile("^Agent"))).to_have_count(0)  # they are one
    assert ada.axe() == []
    dialog.get_by_role("radio", name=re.compile("^Manager")).check()
    dialog.get_by_role("button", name="Give this role").click()
    expect(page.get_by_role("status")).to_contain_text(["They have another role now."])
    expect(page.locator(".team > p strong")).to_have_text("Manager")
    expect(ben.page).to_have_url(re.compile("/login"))
    page.get_by_role("button", name="Deactivate…").click()
    asked = page.get_by_role("alertdialog", name="Deactivate")
    expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Deactivate…")).to_be_focused()
    page.keyboard.press("Enter")
    asked.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This account is deactivated")).to_be_visible()
    assert ada.axe() == []
    page.get_by_role("button", name="Let them log in again").click()
    expect(page.get_by_text("They can log in again.")).to_be_visible()


def test_nobody_is_asked_to_shut_themselves_out(visit: Visit, desk: Desk) -> None:
    ada = visit("admin", f"/admin/people/{desk.people.ada.id}", viewport=PHONE)
    expect(ada.page.get_by_text("That is you.")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Deactivate…")).to_have_count(0)
    assert ada.axe() == []
    assert ada.overflows() == []


def test_who_is_invited_makes_their_account(visit: Visit, desk: Desk) -> None:
    ada = visit("admin", "/admin/people")
    ada.expects("422")
    page = ada.page
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_text("Nobody is invited")).to_be_visible()
    assert ada.axe() == []
    address = page.get_by_role("textbox", name="E-mail address")
    address.fill("agent@example.com")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("account with this e-mail address")
    address.fill("zoe@example.com")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.locator("#new-link")
    expect(link).to_contain_text("/invitation/")
    assert ada.axe() == []
    zoe = visit(None, link.inner_text().removeprefix(desk.server.url), viewport=PHONE)
    expect(zoe.page.get_by_role("heading", name="You are invited")).to_be_visible()
    assert zoe.axe() == []
    assert zoe.overflows() == []
    zoe.page.get_by_role("textbox", name="Name").fill("Zoë")
    zoe.page.get_by_label("Password").fill("a long password")
    zoe.page.keyboard.press("Enter")
    expect(zoe.page).to_have_url(f"{desk.server.url}/admin")
    page.goto(f"{desk.server.url}/admin/people")
    expect(page.get_by_role("link", name="Zoë")).to_be_visible()


def test_a_link_that_holds_no_more_says_so(visit: Visit, desk: Desk) -> None:
    somebody = visit(None, "/login", viewport=PHONE)
    somebody.expects("404")
    somebody.page.goto(f"{desk.server.url}/invitation/none")
    expect(somebody.page.get_by_role("heading")).to_have_text(
        "This invitation does not hold any more"
    )
    assert somebody.axe() == []
    assert somebody.overflows() == []

"""An admin makes an incoming webhook, reads its address once, and a customer writes by it."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitors import PHONE


def brought(address: str, text: str) -> int:
    said = {"id": text, "customer": {"id": "+49170", "name": "Zoë Lang"}, "text": text}
    try:
        with urlopen(Request(address, json.dumps(said).encode())) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_one_is_made_used_and_removed(visit: Visit) -> None:
    ada = visit("admin", "/admin/webhooks")
    ada.expects("422")
    page = ada.page
    page.get_by_role("link", name="Incoming webhooks").click()
    expect(page.get_by_text("No incoming webhooks yet")).to_be_visible()
    assert ada.axe() == []
    page.get_by_role("link", name="New incoming webhook").click()
    assert ada.axe() == []
    name = page.get_by_role("textbox", name="Name")
    name.fill("\u2060")  # which no eye sees
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_have_text("It takes a name.")
    name.fill("SMS")
    page.get_by_label("Take only what is signed with its secret").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#incoming-secret")).to_contain_text("whsec_")
    assert ada.axe() == []
    address = page.locator("#incoming-address").inner_text()
    assert brought(address, "Hello") == 401
    page.get_by_label("Take only what is signed with its secret").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    expect(page.locator("#incoming-address")).to_have_count(0)
    assert brought(address, "Do you ship to Malta?") == 201
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".webhooks > li")).to_contain_text(["1 message · Last used:"])
    assert ada.axe() == []
    page.get_by_role("link", name="SMS").click()
    page.get_by_role("button", name="Make another address").click()
    other = page.locator("#incoming-address")
    expect(other).to_be_visible()
    assert brought(address, "Hello?") == 404
    assert brought(other.inner_text(), "Do you ship to Malta?") == 200
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No incoming webhooks yet")).to_be_visible()


def test_it_is_read_whole_on_a_phone_and_a_manager_has_none(visit: Visit) -> None:
    ada = visit("admin", "/admin/incoming-webhooks/new", viewport=PHONE)
    ada.page.get_by_role("textbox", name="Name").fill("A gateway for SMS " * 4)
    ada.page.get_by_role("button", name="Make it").click()
    expect(ada.page.locator("#incoming-address")).to_be_visible()
    assert ada.axe() == []
    assert ada.overflows() == []
    ada.page.get_by_role("link", name="Back to the list").click()
    expect(ada.page.locator(".webhooks > li")).to_have_count(1)
    assert ada.axe() == []
    assert ada.overflows() == []
    maya = visit("manager", "/admin/rules")
    expect(maya.page.get_by_role("link", name="Incoming webhooks")).to_have_count(0)

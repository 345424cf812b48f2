"""An admin makes a webhook, reads its secret once, sends a test, and sees what became of it."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitors import PHONE, until


def test_a_webhook_is_made_and_tested(visit: Visit) -> None:
    ada = visit("admin", "/admin/rules")
    ada.expects("422")
    page = ada.page
    page.get_by_role("link", name="Webhooks", exact=True).click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    assert ada.axe() == []
    page.get_by_role("link", name="New webhook").click()
    page.get_by_role("textbox", name="Name").fill("CRM")
    page.get_by_role("textbox", name="Address").fill("http://127.0.0.1:9/hook")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_have_text("It takes an event at least.")
    expect(page.get_by_role("textbox", name="Address")).to_have_value("http://127.0.0.1:9/hook")
    page.get_by_label("A message is sent").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#webhook-secret")).to_contain_text("whsec_")
    assert ada.axe() == []
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("status").first).to_contain_text("It is told in a moment.")
    expect(page.locator("#webhook-secret")).to_have_count(0)
    row = page.locator(".webhooks > li")
    expect(row).to_have_count(1)
    looks = "() => fetch(location).then((a) => a.text()).then((t) => t.includes('private network'))"
    until(page, looks)
    page.reload()
    expect(row).to_contain_text(["was not taken, is tried again · 1 attempt"])
    expect(page.get_by_text("Nothing was taken since:")).to_be_visible()
    page.get_by_role("button", name="Make a new one").click()
    expect(page.get_by_role("button", name="End the old secret")).to_be_visible()
    page.get_by_role("button", name="End the old secret").click()
    expect(page.get_by_role("button", name="Make a new one")).to_be_visible()
    assert ada.axe() == []
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".webhooks .badge")).to_have_text(["Failing"])
    page.get_by_role("link", name="CRM").click()
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def test_it_is_read_whole_on_a_phone_and_a_manager_has_none(visit: Visit) -> None:
    ada = visit("admin", "/admin/webhooks/new", viewport=PHONE)
    assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    maya = visit("manager", "/admin/rules")
    expect(maya.page.get_by_role("link", name="Webhooks", exact=True)).to_have_count(0)

"""Erasing a customer from their page: asked about by name, and every open page lets go of them."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE


def test_open_pages_drop_the_chat_as_its_customer_is_erased(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    maya = visit("manager", "/admin/messages")
    expect(maya.row("Lena Ortiz")).to_be_visible()
    chat_id = ana.page.locator("#conversation").get_attribute("data-chat-id")
    customer_id = ana.page.locator(f"#chat-row-{chat_id}").get_attribute("data-customer-id")
    maya.page.goto(f"{maya.page.url.partition('/admin')[0]}/admin/customers/{customer_id}")
    maya.page.get_by_role("button", name="Erase…").click()
    dialog = maya.page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert maya.axe() == []
    maya.expects("422")
    dialog.get_by_label("Their name, to go on").fill("Lena")
    dialog.get_by_role("button", name="Erase").click()
    expect(maya.page.get_by_role("alert")).to_have_text("That is not their name.")
    maya.page.get_by_role("button", name="Erase…").click()
    dialog.get_by_label("Their name, to go on").fill("Lena Ortiz")
    dialog.get_by_role("button", name="Erase").click()
    expect(maya.page.locator("#chat-list")).to_be_visible()
    expect(ana.page.locator("#conversation")).to_have_attribute("data-chat-id", "")
    expect(ana.page.locator(f"#chat-row-{chat_id}")).to_have_count(0)
    expect(maya.page.locator(f"#chat-row-{chat_id}")).to_have_count(0)
    assert ana.page.url.endswith("/admin/messages")
    expect(ana.page.get_by_text("Choose a chat")).to_be_visible()


def test_it_can_be_read_on_a_phone(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    row = ana.page.locator(".chat-row").first
    customer_id = row.get_attribute("data-customer-id")
    ada = visit("admin", f"/admin/customers/{customer_id}", viewport=PHONE)
    ada.page.get_by_role("button", name="Erase…").click()
    dialog = ada.page.get_by_role("alertdialog")
    expect(dialog).to_be_in_viewport(ratio=1)
    ada.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(ada.page.get_by_role("button", name="Erase…")).to_be_focused()

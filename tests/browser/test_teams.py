"""Teams are made and manned, and a chat goes to one or to a colleague, with a note beside it."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE


def test_the_page_of_teams(visit: Visit) -> None:
    maya = visit("manager", "/admin/teams", viewport=PHONE)
    page = maya.page
    expect(page.get_by_text("No teams yet")).to_be_visible()
    page.get_by_label("A new team").fill("Billing")
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Put into the team").select_option(label="Ben Carter")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".team .tag-name")).to_have_text(["Ben Carter"])
    assert maya.axe() == []
    assert maya.overflows() == []
    page.get_by_role("button", name="Take out of the team").click()
    expect(page.get_by_text("Nobody is in it yet.")).to_be_visible()
    page.get_by_role("button", name="Remove the team").click()
    expect(page.get_by_text("No teams yet")).to_be_visible()


def test_a_chat_is_transferred_with_a_note(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    maya = visit("manager", "/admin/teams")
    maya.page.get_by_label("A new team").fill("Billing")
    maya.page.get_by_role("button", name="Make it").click()
    expect(maya.page.locator(".team-head")).to_have_count(1)
    page = ana.page
    page.locator("#assign-menu").click()
    page.get_by_role("button", name="Transfer…").click()
    dialog = page.get_by_role("dialog", name="Transfer the chat")
    dialog.get_by_label("To").select_option(label="Billing")
    dialog.get_by_label("A note for them").fill("A word about plugh")
    assert ana.axe() == []
    dialog.get_by_role("button", name="Transfer", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#chat-header")).to_have_attribute("data-status", "waiting")
    expect(page.locator(".note").get_by_text("plugh")).to_be_visible()
    expect(page.locator("#customer .facts").get_by_text("Billing")).to_be_visible()
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "waiting")
    assert "plugh" not in lena.page.content()


def test_a_transfer_is_undone_with_its_note(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    page = ana.page
    header = page.locator("#chat-header")
    expect(header).to_have_attribute("data-status", "open")  # looking at it has taken it
    mine = header.get_attribute("data-agent-id") or ""
    page.locator("#assign-menu").click()
    page.get_by_role("button", name="Transfer…").click()
    dialog = page.get_by_role("dialog", name="Transfer the chat")
    dialog.get_by_label("To").select_option(index=1)
    dialog.get_by_label("A note for them").fill("A word about plugh")
    dialog.get_by_role("button", name="Transfer", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(header).not_to_have_attribute("data-agent-id", mine)
    expect(page.locator(".note").get_by_text("plugh")).to_be_visible()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    assert ana.axe() == []
    page.keyboard.press("Control+z")
    expect(header).to_have_attribute("data-agent-id", mine)
    expect(page.locator(".note")).to_contain_text("This note was removed.")
    expect(page.locator(".toast-title")).to_have_text(["Undone"])
    expect(lena.page.locator("#widget-status")).to_have_attribute("data-state", "open")


def test_who_comes_second_is_told_who_has_it(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ana.page.locator("#assign-menu").click()
    ana.page.get_by_role("button", name="Transfer…").click()
    dialog = ana.page.get_by_role("dialog", name="Transfer the chat")
    dialog.get_by_label("To").select_option(index=1)
    maya = visit("manager", ana.page.url)
    maya.page.locator("#assign-menu").click()
    maya.page.locator("#colleagues").get_by_role("button", name="Maya").click()
    expect(ana.page.locator("#assign-menu")).to_contain_text("Maya Lindqvist")
    dialog.get_by_role("button", name="Transfer", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("has this chat by now")

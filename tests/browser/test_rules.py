"""A manager makes a rule, tries it, switches it on, and sees what it did."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE


def test_a_rule_is_made_tried_and_acts(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    maya = visit("manager", "/admin")
    page = maya.page
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_text("No rules yet")).to_be_visible()
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Refunds")
    page.get_by_label("When").select_option(label="A customer's message arrives")
    page.locator("#new-conditions").select_option(label="Words of the message")
    amount = page.get_by_label("Minutes or days")
    expect(amount).to_be_hidden()
    page.get_by_role("button", name="Add").first.click()
    expect(page.locator("#conditions-0")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("One of these words")).to_be_focused()
    page.get_by_label("One of these words").fill("refund\nmoney back")
    page.locator("#new-actions").select_option(label="Answer")
    page.get_by_role("button", name="Add").last.click()
    expect(page.get_by_label("One of these words")).to_have_value("refund\nmoney back")
    page.get_by_label("Text").fill("We look into your refund.")
    page.locator("#new-actions").select_option(label="Close it")
    page.get_by_role("button", name="Add").last.click()
    expect(page.locator("#actions-1")).to_be_focused()
    page.get_by_label("When").select_option(label="Nobody has answered for so many minutes")
    expect(amount).to_be_visible()
    page.get_by_label("When").select_option(label="A customer's message arrives")
    expect(amount).to_be_hidden()
    assert maya.axe() == []
    page.get_by_title("Take it out").last.click()
    expect(page.locator(".rule-part")).to_have_count(2)
    page.get_by_role("button", name="Save and try it").click()
    expect(page.locator("#trial-says")).to_contain_text("it would have acted: 0 of the last")
    assert maya.axe() == []
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".rules .badge")).to_have_text(["On"])
    lena.say("I want a REFUND")
    answered = lena.log.locator("[data-line=rule_answered]")
    expect(answered).to_contain_text("Automatic answer: We look into your refund.")
    ana.page.reload()
    expect(ana.page.locator("#rule-runs li")).to_contain_text(["Answer: done"])
    assert ana.axe() == []
    page.get_by_role("link", name="Refunds").click()
    expect(page.locator(".rule-runs li")).to_contain_text(["Answer: done"])
    page.get_by_role("link", name="Try it as it is").click()
    expect(page.locator("#trial-says")).to_contain_text("it would have acted: 1 of the last")
    page.get_by_role("button", name="Switch it off").click()
    expect(page.locator(".rules .badge")).to_have_text(["Off"])
    assert maya.axe() == []


def test_what_is_missing_is_said_on_a_phone(visit: Visit) -> None:
    maya = visit("manager", "/admin/rules/new", viewport=PHONE)
    maya.expects("422")
    page = maya.page
    page.get_by_label("Name").fill("Nothing")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.get_by_role("alert")).to_have_text("It has to do something.")
    assert maya.axe() == []
    assert maya.overflows() == []
    page.locator("#new-actions").select_option(label="Close it")
    page.get_by_role("button", name="Add").last.click()
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("button", name="Switch it on")).to_be_visible()
    page.get_by_role("link", name="Change it").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No rules yet")).to_be_visible()


def test_how_urgent_a_chat_is_by_hand(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    maya = visit("manager", "/admin/messages")
    page = ana.page
    page.locator("#more-menu").click()
    page.get_by_role("button", name="Urgent").click()
    expect(page.locator("#chat-header [data-priority=urgent]")).to_be_visible()
    row = maya.page.locator(".chat-row [data-priority]")
    expect(row).to_have_text(["Urgent"])
    assert maya.axe() == []
    page.locator("#more-menu").click()
    page.get_by_role("button", name="Normal priority").click()
    expect(row).to_have_count(0)
    assert "rgent" not in lena.page.locator("#widget").inner_text()

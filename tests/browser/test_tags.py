"""Tags beside a chat: put on and taken off by keyboard, seen by colleagues at once, found again."""

from playwright.sync_api import expect

from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE


def test_one_is_put_on_seen_by_a_colleague_and_taken_off(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ben = visit("manager", "/admin/messages")
    version = lena.page.locator(".chat").get_attribute("data-version")
    field = ana.page.get_by_label("Add a tag")
    field.fill("Refund")
    field.press("Enter")
    expect(ana.page.locator("#chat-tags .tag")).to_have_text(["Refund"])
    expect(ana.page.get_by_label("Add a tag")).to_have_value("")
    assert ana.axe() == []
    expect(ben.row("Lena Ortiz").locator(".tag")).to_have_text(["Refund"])
    ana.page.get_by_label("Add a tag").fill("VIP")
    ana.page.get_by_label("Add a tag").press("Enter")
    expect(ben.row("Lena Ortiz").locator(".tag")).to_have_text(["Refund", "VIP"])
    expect(ana.page.locator("#chat-tags .tag")).to_have_text(["Refund", "VIP"])
    expect(ana.page.get_by_label("Add a tag")).to_be_focused()
    ana.page.get_by_role("button", name="Take off: ⁨Refund⁩").press("Enter")
    expect(ana.page.locator("#chat-tags .tag")).to_have_text(["VIP"])
    expect(ana.page.get_by_label("Add a tag")).to_be_focused()
    expect(ben.row("Lena Ortiz").locator(".tag")).to_have_text(["VIP"])
    assert lena.page.locator(".chat").get_attribute("data-version") == version
    assert "VIP" not in lena.page.content()


def test_what_is_refused_is_said_there(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ana.page.reload()  # which takes the chat no more, and shows its customer once
    field = ana.page.get_by_label("Add a tag")
    field.fill("-")
    field.press("Enter")
    expect(ana.page.locator("#tag-refusal")).to_contain_text("It takes a name")
    assert ana.axe() == []


def test_a_click_on_one_lists_the_chats_that_have_it(visit: Visit, desk: Desk) -> None:
    _lena, ana = in_conversation(visit)
    ana.page.get_by_label("Add a tag").fill("Late parcel")
    ana.page.get_by_label("Add a tag").press("Enter")
    ana.expects("htmx:afterRequest")  # of a list that was on its way
    ana.page.locator("#chat-tags .tag-name").click()
    expect(ana.page.locator("#chat-search")).to_have_value('tag:"Late parcel"')
    ana.lists("Lena Ortiz")
    ana.page.locator("#chat-search").fill("tag:nothing")
    expect(ana.page.locator(".chat-link")).to_have_count(0)


def test_the_page_of_tags(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ana.page.get_by_label("Add a tag").fill("Refund")
    ana.page.get_by_label("Add a tag").press("Enter")
    expect(ana.page.locator("#chat-tags .tag")).to_have_text(["Refund"])
    maya = visit("manager", "/admin/tags", viewport=PHONE)
    assert maya.axe() == []
    assert maya.overflows() == []
    expect(maya.page.locator(".tag-row")).to_contain_text("1 chat")
    maya.page.get_by_label("Call it otherwise").fill("Money back")
    maya.page.get_by_role("button", name="Save").click()
    expect(maya.page.locator(".tag-row .tag")).to_have_text("Money back")
    maya.page.get_by_role("button", name="Remove from all chats").click()
    expect(maya.page.get_by_text("No tags yet")).to_be_visible()

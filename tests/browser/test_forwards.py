"""Staff forwards a message to another chat, and only staff can ask where one comes from."""

from playwright.sync_api import Locator, expect

from app.operations import blocks, messages
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_files import choose, is_drawn, picture, words
from tests.browser.visitors import PHONE, Visitor


def of(who: Visitor, text: str) -> Locator:
    """The message that holds this."""
    return who.log.locator("article.message", has_text=text)


def test_it_is_said_in_the_other_chat_and_staff_finds_back(desk: Desk, visit: Visit) -> None:
    first = messages.send(desk.people.lena, None, Draft("My **boiler** is broken"))
    other = messages.send(desk.people.marcus, None, Draft("Hello?"))
    marcus = visit("customer2", "/dashboard").open_widget()
    ana = visit("agent", f"/admin/messages/{first.chat_id}")
    of(ana, "boiler").hover()
    button = of(ana, "boiler").get_by_role("button", name="Forward")
    button.press("Enter")
    dialog = ana.page.get_by_role("dialog", name="Forward to another chat")
    expect(dialog.get_by_role("button", name="Marcus")).to_be_visible()
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    assert ana.axe() == []
    dialog.get_by_role("searchbox").fill("nobody")
    expect(dialog).to_contain_text("Nobody found")
    dialog.get_by_role("searchbox").fill("marc")
    expect(dialog).not_to_contain_text("Nobody found")
    choice = dialog.locator(".choice", has_text="Marcus")
    expect(choice).to_contain_text("customer2@example.com")
    expect(choice).to_contain_text("Hello?")
    choice.press("Enter")  # which chooses, and sends nothing
    expect(choice).to_have_attribute("aria-pressed", "true")
    send = dialog.get_by_role("button", name="Forward to")
    expect(send).to_contain_text("Marcus Bell")
    expect(send).to_be_focused()
    expect(dialog.locator(".forward-waits")).to_contain_text("you take it")
    assert ana.axe() == []
    expect(of(marcus, "boiler")).to_have_count(0)
    send.press("Enter")
    expect(dialog).to_have_count(0)
    expect(ana.page.locator("#toasts")).to_contain_text("Forwarded")
    expect(button).to_be_focused()
    marcus.sees("My boiler is broken")
    expect(of(marcus, "boiler")).to_contain_text("Forwarded")
    expect(of(marcus, "boiler").get_by_role("button", name="Forward")).to_have_count(0)
    assert "Lena" not in marcus.page.content()
    ana.goto(f"/admin/messages/{other.chat_id}")
    of(ana, "boiler").get_by_role("button", name="Forwarded").click()
    origin = ana.page.get_by_role("dialog", name="Forwarded")
    expect(origin).to_contain_text("wrote it in the chat with")
    expect(origin).to_contain_text("Lena Ortiz")
    assert ana.axe() == []
    origin.get_by_role("link", name="Open that chat").click()
    ana.sees("My boiler is broken")
    expect(ana.page).to_have_url(f"{desk.server.url}/admin/messages/{first.chat_id}")


def test_a_refusal_is_said_in_the_dialog_and_a_phone_has_room(desk: Desk, visit: Visit) -> None:
    first = messages.send(desk.people.lena, None, Draft("https://example.com/" + "a-way/" * 30))
    other = messages.send(desk.people.marcus, None, Draft("Hello?"))
    ana = visit("agent", f"/admin/messages/{first.chat_id}", viewport=PHONE, has_touch=True)
    assert ana.overflows() == []
    of(ana, "example.com").get_by_role("button", name="Forward").click()
    dialog = ana.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Marcus")).to_be_visible()
    assert ana.overflows() == []
    blocks.block(desk.people.ben, other.chat_id)
    dialog.get_by_role("button", name="Marcus").click()
    assert ana.overflows() == []
    dialog.get_by_role("button", name="Forward to").click()
    expect(dialog.get_by_role("alert")).to_contain_text("blocked")


def test_what_is_forwarded_is_shown_and_another_search_forgets_who_was_chosen(
    desk: Desk, visit: Visit
) -> None:
    messages.send(desk.people.marcus, None, Draft("Hello?"))
    lena, ana = in_conversation(visit)
    choose(lena, picture(60, 40), words())
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    lena.composer.press("Enter")
    row = ana.log.locator("article.message", has_text="notes.txt")
    row.hover()
    row.get_by_role("button", name="Forward").click()
    dialog = ana.page.get_by_role("dialog")
    is_drawn(dialog.get_by_role("img", name="screen.png"))
    expect(dialog.locator(".handling-files")).to_contain_text("notes.txt")
    dialog.get_by_role("button", name="Marcus").click()
    expect(dialog.get_by_role("button", name="Forward to")).to_be_visible()
    dialog.get_by_role("searchbox").fill("marc")
    expect(dialog.get_by_role("button", name="Forward to")).to_be_hidden()
    assert ana.axe() == []

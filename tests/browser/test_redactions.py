"""An admin hides words for good: by marking them, by keyboard, or as it is suggested."""

from playwright.sync_api import Locator, expect

from app.operations import messages
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.test_files import choose, is_drawn, picture, words
from tests.browser.visitors import PHONE, Visitor

CARD = "4111 1111 1111 1111"


def of(who: Visitor, text: str) -> Locator:
    """The message that holds this."""
    return who.log.locator("article.message", has_text=text)


def asked(who: Visitor, text: str) -> None:
    message = of(who, text)
    message.hover()
    message.get_by_role("button", name="Hide words or files for good").click()
    expect(who.page.get_by_role("dialog", name="Hide words or files for good")).to_be_visible()


def test_what_looks_like_a_card_is_marked_beforehand(desk: Desk, visit: Visit) -> None:
    said = f"It is {CARD}, thanks, not 1234 5678 9012 3456"
    chat = messages.send(desk.people.lena, None, Draft(said))
    lena = visit("customer", "/dashboard").open_widget()
    ada = visit("admin", f"/admin/messages/{chat.chat_id}")
    asked(ada, "thanks")
    dialog = ada.page.get_by_role("dialog")
    field = dialog.get_by_label("Words to hide")
    expect(field).to_have_value(CARD)
    marked = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
    assert dialog.get_by_label("Message", exact=True).evaluate(marked) == CARD
    expect(dialog.locator("[data-words]")).to_have_text([CARD])
    assert ada.axe() == []
    field.fill("what is not there")
    dialog.get_by_role("button", name="Hide for good").click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not stand")
    dialog.locator("[data-words]").click()
    dialog.get_by_role("button", name="Hide for good").click()
    expect(dialog).to_have_count(0)
    for who in (ada, lena):
        expect(of(who, "thanks")).to_contain_text("It is •••, thanks")
        expect(of(who, "thanks")).to_contain_text("redacted")
        expect(who.page.get_by_text(CARD)).to_have_count(0)
        expect(of(who, "thanks")).not_to_contain_text("edited")


def test_what_is_marked_by_keyboard_is_hidden(desk: Desk, visit: Visit) -> None:
    chat = messages.send(desk.people.lena, None, Draft("secret word here"))
    ada = visit("admin", f"/admin/messages/{chat.chat_id}", viewport=PHONE)
    button = of(ada, "secret").get_by_role("button", name="Hide words or files for good")
    button.focus()
    button.press("Enter")
    text = ada.page.get_by_role("dialog").get_by_label("Message", exact=True)
    text.focus()
    text.evaluate("t => t.setSelectionRange(0, 0)")
    for _ in "secret":
        text.press("Shift+ArrowRight")
    field = ada.page.get_by_role("dialog").get_by_label("Words to hide")
    expect(field).to_have_value("secret")
    assert ada.overflows() == []
    field.focus()
    ada.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.press("Enter")
    ada.page.get_by_role("dialog").get_by_label("Words to hide").fill("secret")
    ada.page.get_by_role("button", name="Hide for good").click()
    ada.sees("••• word here")


def test_it_is_offered_to_admins_alone(desk: Desk, visit: Visit) -> None:
    chat = messages.send(desk.people.lena, None, Draft("Hello"))
    ana = visit("agent", f"/admin/messages/{chat.chat_id}")
    of(ana, "Hello").hover()
    expect(of(ana, "Hello").get_by_role("button", name="Forward")).to_be_visible()
    expect(ana.page.get_by_role("button", name="Hide words or files for good")).to_have_count(0)


def test_a_picture_of_a_card_is_removed_for_good(desk: Desk, visit: Visit) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    choose(lena, picture(60, 40), words())
    expect(lena.page.locator(".upload[data-state=here]")).to_have_count(2)
    lena.say("My card")
    ada = visit("admin", "/admin/messages").open_chat("Lena Ortiz")
    image = ada.message("My card").locator(".file-picture img")
    is_drawn(image)
    address = f"{desk.server.url}{image.get_attribute('src')}"
    asked(ada, "My card")
    dialog = ada.page.get_by_role("dialog")
    is_drawn(dialog.get_by_role("img", name="screen.png"))
    assert ada.axe() == []
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Hide for good").click()
    expect(dialog).to_have_count(0)
    for who in (ada, lena):
        expect(who.message("My card").locator(".file-picture")).to_have_count(0)
        expect(who.message("My card").locator(".file")).to_have_count(1)
        expect(who.message("My card")).to_contain_text("redacted")
    assert ada.page.request.get(address).status == 404

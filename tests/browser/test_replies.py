"""A message replies to another one, by pointer and keyboard; its quote says what that says now."""

from playwright.sync_api import Locator, expect

from app.operations import edits, messages, users
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor

GONE = "This message was taken back."


def said(who: Visitor, text: str) -> Locator:
    """The message that says so, not one that quotes it."""
    return who.log.locator("article.message", has=who.page.locator(f".bubble:text-is('{text}')"))


def quote_of(who: Visitor, text: str) -> Locator:
    return said(who, text).locator(".quote")


def begins_reply(who: Visitor, text: str) -> None:
    said(who, text).hover()
    said(who, text).get_by_role("button", name="Reply").click()
    expect(who.composer).to_be_focused()


def test_both_see_what_a_message_replies_to(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    begins_reply(ana, "Is somebody there?")
    assert ana.axe() == []
    ana.say("Yes, I am")
    expect(ana.page.locator(".replying")).to_have_count(0)
    for who in (lena, ana):
        expect(quote_of(who, "Yes, I am")).to_have_text("Lena Ortiz Is somebody there?")
        expect(who.log.locator(".quote")).to_have_count(1)
        assert who.axe() == []
    assert lena.texts() == ["Is somebody there?", "Yes, I am"]
    ana.say("How can I help?")  # replies to nothing any more
    lena.sees("How can I help?")
    expect(quote_of(lena, "How can I help?")).to_have_count(0)
    for who in (lena, ana):
        who.page.reload()
    lena.open_widget()
    expect(quote_of(lena, "Yes, I am")).to_have_text("Lena Ortiz Is somebody there?")
    # A line of the system is nothing to reply to.
    expect(ana.log.locator(".system-line [data-reply]")).to_have_count(0)
    expect(ana.log.locator("[data-reply]")).to_have_count(3)


def test_by_keyboard_it_is_begun_let_go_and_followed(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    button = said(ana, "Is somebody there?").get_by_role("button", name="Reply")
    for ends_by in ("Escape", "Enter"):
        button.focus()
        button.press("Enter")
        expect(ana.composer).to_be_focused()
        replying = ana.page.locator(".composer .replying")
        expect(replying).to_contain_text("Is somebody there?")
        expect(ana.composer).to_have_accessible_description("Lena Ortiz Is somebody there?")
        if ends_by == "Escape":
            ana.composer.press("Escape")
        else:
            replying.get_by_role("button").press("Enter")
        expect(replying).to_have_count(0)
        expect(ana.composer).to_be_focused()
    button.press("Enter")
    ana.say("Yes")
    lena.sees("Yes")
    lena.composer.fill("begun")
    quote = quote_of(lena, "Yes")
    quote.focus()
    quote.press("Enter")
    expect(said(lena, "Is somebody there?")).to_be_focused()
    expect(said(lena, "Is somebody there?")).to_have_class("message mine is-shown")
    expect(lena.page.locator("#widget")).to_be_visible()
    expect(lena.composer).to_have_value("begun")


def test_the_quote_says_what_the_message_says_now(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say("My card is 4111")
    ana.sees("My card is 4111")
    begins_reply(ana, "My card is 4111")
    ana.say("Do not tell me")
    lena.sees("Do not tell me")
    begins_reply(lena, "My card is 4111")
    said(lena, "My card is 4111").hover()
    said(lena, "My card is 4111").get_by_role("button", name="Edit").click()
    field = lena.log.get_by_label("Edit the message")
    field.fill("My card is 4222")
    field.press("Enter")
    for who in (lena, ana):
        expect(quote_of(who, "Do not tell me")).to_have_text("Lena Ortiz My card is 4222")
    expect(lena.page.locator(".composer .quote")).to_have_text("Lena Ortiz My card is 4222")
    said(lena, "My card is 4222").hover()
    said(lena, "My card is 4222").get_by_role("button", name="Take back").click()
    lena.page.get_by_role("alertdialog").get_by_role("button", name="Take back").click()
    for who in (lena, ana):
        expect(quote_of(who, "Do not tell me")).to_have_text(f"Lena Ortiz {GONE}")
        expect(who.page.get_by_text("4222")).to_have_count(0)
    expect(lena.page.locator(".composer .quote")).to_have_text(f"Lena Ortiz {GONE}")
    ana.page.reload()
    expect(quote_of(ana, "Do not tell me")).to_have_text(f"Lena Ortiz {GONE}")
    assert "4111" not in ana.page.content()
    expect(ana.log.locator(".bubble.is-gone ~ .message-tools")).to_have_count(0)


def test_a_new_name_shows_in_quotes_and_reactions(desk: Desk, visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Hello")
    lena.sees("Hello")
    begins_reply(lena, "Hello")
    lena.say("Hi")
    ana.sees("Hi")
    said(ana, "Hello").get_by_role("button", name="React", exact=True).click()
    ana.page.get_by_role("toolbar").get_by_text("👍").click()
    expect(said(lena, "Hello").locator(".reaction")).to_have_count(1)
    begins_reply(lena, "Hello")
    users.edit(desk.people.ada, desk.people.ana.id, name="Anna Adler")
    for who in (lena, ana):
        expect(quote_of(who, "Hi")).to_have_text("Anna Adler Hello")
        button = said(who, "Hello").locator(".reaction")
        expect(button).to_have_accessible_name("👍 1: \u2068Anna Adler\u2069")
    expect(lena.page.locator(".composer .quote")).to_have_text("Anna Adler Hello")


def test_a_click_leads_to_what_stands_far_above(desk: Desk, visit: Visit) -> None:
    lena = desk.people.lena
    first = messages.send(lena, None, Draft("The very first"))
    desk.app.config["RATE_LIMITS"] = False
    for number in range(130):
        messages.send(lena, None, Draft(f"number {number}"))
    messages.send(desk.people.ana, first.chat_id, Draft("Late", reply_to_id=first.id))
    edits.edit(lena, first.id, "The very first of all")
    ana = visit("agent", f"/admin/messages/{first.chat_id}")
    quote = quote_of(ana, "Late")
    expect(quote).to_have_text("Lena Ortiz The very first of all")
    expect(said(ana, "The very first of all")).to_have_count(0)
    quote.click()
    row = said(ana, "The very first of all")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    expect(ana.page.locator(".jump")).to_be_visible()


def test_what_is_begun_is_kept_and_sent_once_the_line_is_back(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    begins_reply(ana, "Is somebody there?")
    ana.page.reload()  # before a word was written
    expect(ana.page.locator(".composer .quote")).to_have_text("Lena Ortiz Is somebody there?")
    ana.composer.fill("Yes")
    ana.page.reload()
    expect(ana.page.locator(".composer .quote")).to_have_text("Lena Ortiz Is somebody there?")
    expect(ana.composer).to_have_value("Yes")
    ana.loses_its_line()
    ana.context.set_offline(True)
    ana.line_is("offline")
    ana.composer.press("Enter")
    expect(ana.page.locator(".composer .quote")).to_have_count(0)
    expect(quote_of(ana, "Yes")).to_have_text("Lena Ortiz Is somebody there?")
    ana.ticks("Yes", "pending")
    ana.context.set_offline(False)
    lena.sees("Yes")
    expect(quote_of(lena, "Yes")).to_have_text("Lena Ortiz Is somebody there?")
    ana.sees("Yes")
    expect(quote_of(ana, "Yes")).to_have_count(1)


def test_on_a_phone_it_fits(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    long = "https://example.com/" + "a-long-way/" * 20
    lena.say(long)
    lena.message(long).get_by_role("button", name="Reply").click()
    expect(lena.composer).to_be_focused()
    assert lena.overflows() == []
    lena.say("Hi")
    lena.sees("Hi")
    expect(quote_of(lena, "Hi")).to_contain_text("Lena Ortiz https://example.com/")
    assert lena.overflows() == []
    assert lena.axe() == []

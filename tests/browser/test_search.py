"""What was said is found: in all chats by staff, in theirs by a customer; a click leads there."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.cli.factories import ChatPast, save
from app.operations import access, attributes, notes, tags, visitors
from app.operations.transaction import transaction
from app.queries import sites
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.test_pages import talked
from tests.browser.visitors import BROKEN_OFF, PHONE, Visitor
from tests.visits import on_a_page


def look_for(ana: Visitor, words: str) -> None:
    ana.expects(BROKEN_OFF)
    ana.page.locator("#chat-search").fill(words)


def hits(who: Visitor):  # type: ignore[no-untyped-def]
    return who.page.locator(".found-link")


def finds(ana: Visitor, words: str, count: int) -> None:
    """What was sent is found a moment later, so it is asked for until it is."""
    for _ in range(40):
        look_for(ana, words)
        expect(ana.page.locator("#found-of")).to_have_value(words)
        expect(ana.page.locator("#found > .rows-more")).to_have_count(0)
        if hits(ana).count() == count:
            return
        look_for(ana, "")
        expect(ana.page.locator("#found-of")).to_have_value("")
    raise AssertionError(f"{hits(ana).count()} hits of {words}")


def test_a_message_is_found_and_gone_to(visit: Visit, desk: Desk) -> None:
    talked(desk, 700)
    lena, ana = in_conversation(visit)
    lena.say("Wo bleibt die Größe 42?")
    ana.sees("Wo bleibt die Größe 42?")
    ana.goto("/admin/messages")
    finds(ana, "groesse 42", 1)
    expect(hits(ana).locator("mark")).to_have_text(["Größe", "42"])
    assert ana.axe() == []
    finds(ana, '"message 003"', 1)
    hits(ana).click()
    found = ana.message("message 003")
    expect(found).to_be_focused()
    expect(found).to_be_in_viewport()


def test_by_keyboard_and_in_an_address(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say("My parcel is lost")
    ana.sees("My parcel is lost")
    ana.goto("/admin/messages")
    finds(ana, "parcel", 1)
    ana.page.locator("#chat-search").press("ArrowDown")
    expect(hits(ana)).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator(".message", has_text="My parcel is lost")).to_be_focused()
    ana.goto("/admin/messages?q=parcel")
    expect(hits(ana)).to_have_count(1)
    address = hits(ana).get_attribute("href")
    assert address
    ana.goto(address)
    expect(ana.page.locator(".message", has_text="My parcel is lost")).to_be_focused()


def test_what_narrows_a_search_and_what_is_wrong_with_it(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say("The blue one")
    ana.sees("The blue one")
    ana.say("The blue one is gone")
    lena.sees("The blue one is gone")
    ana.goto("/admin/messages")
    finds(ana, "blue", 2)
    finds(ana, "blue from:me", 1)
    expect(hits(ana)).to_contain_text("is gone")
    look_for(ana, "blue is:nonsense")
    expect(ana.page.locator(".found-none")).to_contain_text("takes one of open")
    look_for(ana, "nobody says this")
    expect(ana.page.locator(".found-none")).to_contain_text("No message says that")
    expect(ana.page.locator(".found-ways")).to_be_visible()
    look_for(ana, "")
    expect(ana.page.locator("#found")).not_to_contain_text("In messages")
    expect(ana.page.locator(".chat-link").first).to_be_visible()


def test_news_of_other_chats_leave_what_was_found(visit: Visit) -> None:
    """The list is asked for again with each of them; what was found is not."""
    lena, ana = in_conversation(visit)
    lena.say("A word to find")
    ana.sees("A word to find")
    ana.goto("/admin/messages")
    finds(ana, "word find", 1)
    hits(ana).evaluate("link => (link.isTheSame = true)")
    with ana.page.expect_response(lambda response: "/messages/rows" in response.url):
        lena.say("Something else")
    expect(hits(ana)).to_have_count(1)
    assert hits(ana).evaluate("link => link.isTheSame") is True


@pytest.mark.parametrize("who", ["customer", "staff"])
def test_somebody_looks_through_the_chat_that_is_open(visit: Visit, desk: Desk, who: str) -> None:
    talked(desk, 120)
    lena, ana = in_conversation(visit)
    looks = lena if who == "customer" else ana
    if who == "staff":
        looks.page.locator("#more-menu").click()
    looks.page.get_by_role("button", name="Search this chat").click()
    field = looks.page.get_by_role("searchbox", name="Search this chat")
    expect(field).to_be_focused()
    for _ in range(40):
        with looks.page.expect_response(lambda response: "/found?" in response.url):
            field.fill("")
            field.press_sequentially("message 002")
            field.press("Enter")
        looks.page.wait_for_timeout(250)
        if hits(looks).count():
            break
    assert looks.axe() == []
    field.press("ArrowDown")
    looks.page.keyboard.press("Enter")
    found = looks.message("message 002")
    expect(found).to_be_focused()
    expect(found).to_be_in_viewport()
    expect(looks.page.locator(".finding")).to_have_count(0)


def test_on_a_phone(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say("My parcel is lost")
    ana.sees("My parcel is lost")
    phone = visit("agent", "/admin/messages", viewport=PHONE)
    finds(phone, "parcel", 1)
    hits(phone).click()
    expect(phone.page.locator(".message", has_text="My parcel is lost")).to_be_in_viewport()


def test_a_note_is_found_above_what_was_said_and_gone_to(visit: Visit, desk: Desk) -> None:
    talked(desk, 120)
    chat = access.own_chat(desk.people.lena)
    assert chat is not None
    for number in range(5):
        notes.write(desk.people.ana, chat.id, f"Goodwill number {number}")
    ana = visit("agent", "/admin/messages")
    finds(ana, "goodwill", 3)
    ana.page.get_by_role("button", name="More notes").click()
    expect(hits(ana)).to_have_count(5)
    assert ana.axe() == []
    hits(ana).last.click()
    expect(ana.page.locator(".note", has_text="Goodwill number 0")).to_be_focused()
    ana.page.wait_for_load_state("networkidle")  # the list comes anew, and is not broken off


def test_customers_are_found_by_what_their_site_says(visit: Visit, desk: Desk) -> None:
    talked(desk, 3)
    chat = access.own_chat(desk.people.lena)
    site = sites.first()
    assert chat is not None
    assert site is not None
    token_hash = on_a_page(site, attributes={"plan": "Gold"})
    with transaction() as tx:
        visitors.with_token(tx, site, token_hash, desk.people.lena)
    attributes.catch_up()
    ana = visit("agent", "/admin/messages")
    finds(ana, "gold", 1)
    expect(ana.page.get_by_role("list", name="By what sites say")).to_contain_text("plan: Gold")
    expect(hits(ana).locator("mark")).to_have_text(["Gold"])
    assert ana.axe() == []
    hits(ana).click()
    expect(ana.page.locator(".message", has_text="message 002")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")  # the list comes anew, and is not broken off


def test_chats_are_found_by_their_tags_and_gone_to(visit: Visit, desk: Desk) -> None:
    talked(desk, 3)
    chat = access.own_chat(desk.people.lena)
    assert chat is not None
    tags.put_on(desk.people.ana, chat.id, "Kulanz")
    ana = visit("agent", "/admin/messages")
    finds(ana, "kula", 1)
    expect(ana.page.get_by_role("list", name="By tags")).to_contain_text("Kulanz")
    expect(hits(ana).locator("mark")).to_have_text(["Kulanz"])
    assert ana.axe() == []
    ana.page.locator("#chat-search").press("ArrowDown")
    ana.page.keyboard.press("ArrowDown")
    expect(hits(ana)).to_be_focused()
    ana.page.keyboard.press("Enter")
    expect(ana.page.locator(".message", has_text="message 002")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")  # the list comes anew, and is not broken off


def test_days_are_those_of_the_readers_clock(visit: Visit, desk: Desk) -> None:
    at = round(datetime(2026, 3, 14, 23, 30, tzinfo=UTC).timestamp() * 1000)
    save([ChatPast(desk.people.lena, at).say(desk.people.lena, "Said in the night", at)])
    for who, zone, count in (("agent", "Europe/Berlin", 1), ("agent2", "UTC", 0)):
        reader = visit(who, "/admin/messages", timezone_id=zone)
        finds(reader, "night", 1)
        words = "night after:2026-03-14"
        with reader.page.expect_response("**/admin/messages/found?*") as asked:
            look_for(reader, words)
        assert f"zone={zone.replace('/', '%2F')}" in asked.value.url
        expect(reader.page.locator("#found-of")).to_have_value(words)
        expect(reader.page.locator("#found > .rows-more")).to_have_count(0)
        expect(hits(reader)).to_have_count(count)

"""Notes beside a chat: written, changed and read by staff alone, and colleagues named in them."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor, wait_for


def note(who: Visitor, text: str) -> Locator:
    return who.page.locator(".note").filter(has_text=text)


def begin_note(who: Visitor) -> None:
    expect(who.page.locator("[data-note-switch]")).to_be_visible()
    who.composer.press("F2")
    expect(who.page.locator(".composer.is-note")).to_be_visible()
    expect(who.composer).to_be_focused()


def write_note(who: Visitor, text: str) -> None:
    begin_note(who)
    who.page.keyboard.type(text)
    who.page.keyboard.press("Enter")
    expect(note(who, text).locator("[data-edit-note]")).to_have_count(1)


def rows(who: Visitor) -> list[str]:
    return who.page.locator(".log :is(.message, .note) > .bubble").all_text_contents()


def test_a_note_is_written_by_keyboard_and_reaches_colleagues_alone(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    heard: list[str] = []
    lena.page.on(
        "websocket",
        lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))),
    )
    lena.page.reload()
    lena.open_widget().is_online()
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    ben.is_online()
    begin_note(ana)
    expect(ana.page.get_by_role("button", name="Save note")).to_be_visible()
    expect(ana.composer).to_have_accessible_name("Note for colleagues")
    expect(ana.page.locator("[data-note-switch]")).to_have_attribute("aria-pressed", "true")
    assert ana.axe() == []
    ana.page.keyboard.type("She is upset, be kind")
    ana.page.keyboard.press("Enter")
    expect(note(ben, "be kind")).to_be_visible()
    expect(note(ben, "be kind").locator(".message-sender")).to_contain_text("Ana")
    expect(note(ben, "be kind").locator(".note-tools")).to_be_hidden()
    expect(note(ana, "be kind").locator(".note-tools")).to_be_visible()
    assert ana.axe() == []
    ana.page.keyboard.press("F2")
    expect(ana.page.locator(".composer.is-note")).to_have_count(0)
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.type("How can I help?")
    ana.page.keyboard.press("Enter")
    lena.sees("How can I help?")
    lena.page.reload()
    lena.open_widget().sees("How can I help?")
    expect(lena.page.locator("body")).not_to_contain_text("be kind")
    assert any("How can I help?" in frame for frame in heard)
    assert not any("be kind" in frame or "note" in frame for frame in heard)
    there = ["Is somebody there?", "She is upset, be kind", "How can I help?"]
    assert rows(ana) == rows(ben) == there
    ana.page.reload()
    ana.sees("How can I help?")
    assert rows(ana) == there


def test_who_writes_a_note_is_not_shown_as_typing(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.is_online()
    ana.composer.press_sequentially("Hello")
    expect(lena.log.locator(".typing")).to_be_visible()
    told: list[str] = []
    ana.page.on(
        "websocket", lambda line: line.on("framesent", lambda frame: told.append(str(frame)))
    )
    ana.page.reload()
    ana.is_online()
    begin_note(ana)
    # Turned while a reply was being typed: that has ended, and nothing begins.
    expect(lena.log.locator(".typing")).to_be_hidden()
    expect(ana.composer).to_have_value("")
    ana.composer.press_sequentially("A secret")
    ana.composer.press("Enter")
    expect(note(ana, "A secret").locator("[data-edit-note]")).to_be_visible()
    assert any('"write_note"' in frame for frame in told)
    assert not any('"typing"' in frame for frame in told)
    ana.composer.press("F2")
    expect(ana.composer).to_have_value("Hello")
    ana.composer.press("End")
    ana.composer.press_sequentially(" again")
    expect(lena.log.locator(".typing")).to_be_visible()


def test_reply_and_note_have_drafts_of_their_own(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.is_online()
    expect(ana.page.locator("[data-note-switch]")).to_be_visible()
    ana.composer.press_sequentially("To the customer")
    begin_note(ana)
    ana.page.keyboard.type("To colleagues")
    ana.page.reload()
    ana.is_online()
    expect(ana.composer).to_have_value("To the customer")
    expect(ana.page.locator("[data-note-switch].has-draft")).to_be_visible()
    begin_note(ana)
    expect(ana.composer).to_have_value("To colleagues")
    # A chat that comes anew is still one in which a note is being written.
    ana.page.evaluate("document.getElementById('conversation').dispatchEvent(new Event('refresh'))")
    expect(ana.page.locator(".composer.is-note")).to_be_visible()
    expect(ana.composer).to_have_value("To colleagues")
    # Who replies to a message writes no note.
    ana.message("Is somebody there?").hover()
    ana.message("Is somebody there?").locator("[data-reply]").click()
    expect(ana.page.locator(".composer.is-note")).to_have_count(0)
    expect(ana.composer).to_have_value("To the customer")
    ana.page.keyboard.press("Enter")
    lena.sees("To the customer")
    expect(lena.page.locator("body")).not_to_contain_text("To colleagues")


def test_a_note_is_edited_and_removed_by_keyboard(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    ben.is_online()
    write_note(ana, "She is upset")
    note(ana, "She is upset").locator("[data-edit-note]").focus()
    ana.page.keyboard.press("Enter")
    field = ana.page.locator(".note .message-edit textarea")
    expect(field).to_be_focused()
    assert ana.axe() == []
    field.press("End")
    field.press_sequentially(" and right")
    field.press("Enter")
    expect(note(ben, "She is upset and right")).to_contain_text("edited")
    expect(note(ana, "She is upset and right").locator("[data-edit-note]")).to_be_focused()
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_role("alertdialog")).to_be_visible()
    ana.page.get_by_role("button", name="Remove", exact=True).press("Enter")
    for who in (ana, ben):
        expect(note(who, "This note was removed.")).to_be_visible()
        expect(note(who, "She is upset")).to_have_count(0)


def test_a_colleague_is_named_by_a_few_keys_and_hears_of_it_wherever_they_are(
    visit: Visit,
) -> None:
    _lena, ana = in_conversation(visit)
    ben = visit("agent2", "/admin")
    expect(ben.page.locator("#mention-count")).to_be_hidden()
    begin_note(ana)
    ana.page.keyboard.type("Please look, @be")
    option = ana.page.get_by_role("listbox").get_by_role("option")
    expect(option).to_have_text("Ben Carter")
    assert ana.axe() == []
    ana.page.keyboard.press("Enter")
    expect(ana.composer).to_have_value("Please look, @Ben Carter ")
    expect(option).to_have_count(0)
    ana.page.keyboard.press("Enter")
    expect(note(ana, "Please look").locator(".mention")).to_have_text("@Ben Carter")
    expect(ben.page.locator("#toasts")).to_contain_text("has named you in a note")
    expect(ben.page.locator("#mention-count")).to_contain_text("1")
    ben.goto("/admin/mentions")
    expect(ben.page.locator(".mention-row.is-unseen")).to_contain_text("Please look, @Ben Carter")
    assert ben.axe() == []
    ben.page.locator(".mention-row a").click()
    expect(note(ben, "Please look")).to_be_visible()
    expect(ben.page.locator("#mention-count")).to_be_hidden()
    ben.goto("/admin/mentions")
    expect(ben.page.locator(".mention-row")).to_have_count(1)
    expect(ben.page.locator(".is-unseen")).to_have_count(0)


def test_a_mention_waits_for_who_was_not_there(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    write_note(ana, "Ask @Ben Carter")
    ben = visit("agent2", "/admin/canned-answers")
    expect(ben.page.locator("#mention-count")).to_contain_text("1")
    ben.goto("/admin/mentions")
    ben.page.get_by_role("button", name="All seen").click()
    expect(ben.page.locator(".is-unseen")).to_have_count(0)
    expect(ben.page.locator("#mention-count")).to_be_hidden()


def test_a_note_waits_for_the_line_and_comes_back_with_it(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ben = visit("agent2", "/admin/messages").open_chat("Lena Ortiz")
    ben.is_online()
    begin_note(ana)
    ana.loses_its_line()
    ben.loses_its_line()
    ana.page.context.set_offline(True)
    ben.page.context.set_offline(True)
    ana.line_is("offline")
    ana.page.keyboard.type("Written offline")
    ana.page.keyboard.press("Enter")
    expect(note(ana, "Written offline")).to_have_attribute("data-status", "pending")
    ana.page.context.set_offline(False)
    expect(note(ana, "Written offline").locator("[data-edit-note]")).to_be_visible()
    expect(note(ana, "Written offline")).to_have_count(1)
    expect(note(ben, "Written offline")).to_have_count(0)
    ben.page.context.set_offline(False)
    expect(note(ben, "Written offline")).to_be_visible()
    expect(lena.page.locator("body")).not_to_contain_text("Written offline")


def test_where_the_line_fails_as_they_come_they_come_with_the_next_one(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    asked: list[str] = []
    ana.loses_its_line()
    ana.page.route(
        re.compile(r"/notes\.js"), lambda route: (asked.append(route.request.url), route.abort())
    )
    ana.page.reload()
    wait_for(ana, lambda: asked)
    ana.line_is("online")
    expect(ana.page.locator("[data-note-switch]")).to_be_hidden()
    ana.page.unroute_all()
    ana.page.context.set_offline(True)
    ana.line_is("offline")
    ana.page.context.set_offline(False)
    expect(ana.page.locator("[data-note-switch]")).to_be_visible()


def test_a_note_takes_no_files_and_the_reply_gets_none(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    begin_note(ana)
    expect(ana.page.locator("[data-attach]")).to_be_hidden()
    ana.composer.evaluate(
        """field => {
          const files = new DataTransfer();
          files.items.add(new File(["x"], "secret.txt"));
          const how = { dataTransfer: files, bubbles: true, cancelable: true };
          field.dispatchEvent(new DragEvent("drop", how));
        }"""
    )
    expect(ana.page.locator("#toasts")).to_contain_text("A note takes no files.")
    ana.composer.press("F2")
    expect(ana.page.locator(".uploads")).to_have_count(0)


def test_the_page_of_a_customer_has_it_all(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    write_note(ana, "She likes oak")
    ana.page.locator("#customer-page").click()
    expect(ana.page.get_by_role("heading", name="Lena Ortiz")).to_be_visible()
    for part in ("chats", "notes", "files"):
        expect(ana.page.locator(f"#{part}")).to_be_visible()
    expect(ana.page.locator("#chats")).to_contain_text("Is somebody there?")
    expect(ana.page.locator("#notes")).to_contain_text("She likes oak")
    expect(ana.page.locator("#files")).to_contain_text("There are none.")
    assert ana.axe() == []


def test_notes_fit_a_phone(visit: Visit) -> None:
    _lena, ana = in_conversation(visit, viewport=PHONE)
    ana.page.locator("[data-note-switch]").click()
    ana.composer.fill("On the way, " + "x" * 200)
    assert ana.overflows() == []
    ana.page.get_by_role("button", name="Save note").click()
    expect(note(ana, "On the way").locator("[data-edit-note]")).to_have_count(1)
    assert ana.overflows() == []
    assert ana.axe() == []
    for path in ("/admin/mentions", "/admin/customers/1"):
        ana.goto(path)
        assert ana.overflows() == []

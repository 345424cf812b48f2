"""What one has said can be said otherwise, or taken back: by pointer, by keyboard, on a phone."""

from playwright.sync_api import expect
from sqlalchemy import update

from app.extensions import db
from app.models import messages
from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor


def edits(who: Visitor, old: str, new: str) -> None:
    who.message(old).hover()
    who.message(old).get_by_role("button", name="Edit").click()
    field = who.log.get_by_label("Edit the message")
    expect(field).to_be_focused()
    expect(field).to_have_value(old)
    field.fill(new)
    field.press("Enter")


def test_both_see_what_was_edited_and_that_it_was(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say("My odrer is 17\nand late")
    ana.sees("My odrer is 17\nand late")
    edits(lena, "My odrer is 17\nand late", "My order is 17")
    for who in (lena, ana):
        expect(who.message("My order is 17")).to_contain_text("edited")
    assert lena.texts() == ana.texts() == ["Is somebody there?", "My order is 17"]
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("My order is 17")
    expect(lena.composer).to_be_focused()
    # It stays so, and is offered to who wrote it alone.
    for who in (lena, ana):
        who.page.reload()
    lena.open_widget()
    expect(ana.message("My order is 17")).to_contain_text("edited")
    expect(lena.log.locator("[data-edit]")).to_have_count(2)
    expect(ana.log.locator("[data-edit]")).to_have_count(0)


def test_the_field_of_an_older_message_is_seen_whole(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    for number in range(6):
        lena.say(f"Line {number}" + " word" * 60)
        lena.sees(f"Line {number}" + " word" * 60)
    older = lena.message("Line 2" + " word" * 60)
    # Its first line is above what is seen.
    older.evaluate(
        """(row) => {
          const log = row.closest(".log");
          const { top } = row.querySelector(".bubble").getBoundingClientRect();
          log.scrollTop += top - log.getBoundingClientRect().top + 60;
        }"""
    )
    older.hover()
    older.get_by_role("button", name="Edit").click()
    expect(lena.log.get_by_label("Edit the message")).to_be_focused()
    form, log = lena.log.locator(".message-edit").bounding_box(), lena.log.bounding_box()
    assert form is not None
    assert log is not None
    assert log["y"] <= form["y"]
    assert form["y"] + form["height"] <= log["y"] + log["height"]


def test_what_is_taken_back_is_nowhere_any_more(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Your card is 4111")
    lena.sees("Your card is 4111")
    ana.message("Your card is 4111").hover()
    ana.message("Your card is 4111").get_by_role("button", name="Take back").click()
    question = ana.page.get_by_role("alertdialog")
    assert ana.axe() == []
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    ana.sees("Your card is 4111")
    ana.message("Your card is 4111").get_by_role("button", name="Take back").click()
    question.get_by_role("button", name="Take back").click()
    for who in (lena, ana):
        who.sees("This message was taken back.")
        expect(who.page.get_by_text("4111")).to_have_count(0)
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_have_text("Message taken back")
    gone = ana.message("This message was taken back.")
    expect(gone.locator("[data-edit], [data-take-back]")).to_have_count(0)


def test_staff_can_read_what_it_said_before(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    for old, new in (("Is somebody there?", "Is anybody"), ("Is anybody", "Are you there?")):
        edits(lena, old, new)
        ana.sees(new)
    ana.message("Are you there?").get_by_role("button", name="edited").click()
    dialog = ana.page.get_by_role("dialog", name="What it said before")
    expect(dialog.locator(".bubble")).to_have_text(["Is somebody there?", "Is anybody"])
    assert ana.axe() == []
    ana.page.keyboard.press("Escape")
    expect(ana.message("Are you there?").get_by_role("button", name="edited")).to_be_focused()
    expect(lena.message("Are you there?").get_by_role("button", name="edited")).to_have_count(0)


def test_by_keyboard_and_what_is_left_is_as_it_was(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    lena.composer.fill("Begun")
    button = lena.log.get_by_role("button", name="Edit")
    button.focus()
    button.press("Enter")
    field = lena.log.get_by_label("Edit the message")
    field.fill("Something else")
    field.press("Shift+Enter")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(button).to_be_focused()
    expect(lena.page.locator("#widget")).to_be_visible()
    lena.sees("Is somebody there?")
    expect(lena.composer).to_have_value("Begun")


def test_a_refusal_is_said_and_what_was_written_stays(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    lena.message("Is somebody there?").hover()
    lena.message("Is somebody there?").get_by_role("button", name="Edit").click()
    field = lena.log.get_by_label("Edit the message")
    field.fill("Is anybody there?")
    with db.engine.begin() as connection:  # its time is over
        connection.execute(update(messages.table).values(created_at=1))
    field.press("Enter")
    expect(lena.page.locator("#toasts .toast")).to_contain_text("too late")
    expect(field).to_have_value("Is anybody there?")


def test_on_a_phone_it_fits(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    lena.say("https://example.com/" + "a-long-way/" * 20)
    lena.say("Hi")
    lena.sees("Hi")
    lena.message("Hi").get_by_role("button", name="Edit").click()
    expect(lena.log.get_by_label("Edit the message")).to_be_focused()
    assert lena.overflows() == []
    assert lena.axe() == []

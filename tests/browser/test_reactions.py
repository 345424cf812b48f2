"""Reacting to a message: by pointer and by keyboard, seen by both at once, on a phone."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE, Visitor

ASKED = "Is somebody there?"
UP, HEART = "👍", "❤️"


def reactions(who: Visitor, text: str = ASKED) -> Locator:
    return who.message(text).locator(".reaction")


def reacts(who: Visitor, emoji: str, text: str = ASKED) -> None:
    who.message(text).hover()
    who.message(text).get_by_role("button", name="React", exact=True).click()
    who.page.get_by_role("toolbar", name="Which reaction?").get_by_text(emoji).click()


def test_both_see_who_reacted_at_once(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    reacts(ana, UP)
    for who, is_own in ((ana, "true"), (lena, "false")):
        expect(reactions(who)).to_have_text([f"{UP} 1"])
        expect(reactions(who)).to_have_attribute("aria-pressed", is_own)
        expect(reactions(who)).to_have_accessible_name(f"{UP} 1: \u2068Ana Weber\u2069")
        assert who.axe() == []
    reactions(lena).click()
    reacts(lena, HEART)
    for who, pressed in ((ana, ["true", "false"]), (lena, ["true", "true"])):
        expect(reactions(who)).to_have_text([f"{UP} 2", f"{HEART} 1"])
        for number, is_own in enumerate(pressed):
            expect(reactions(who).nth(number)).to_have_attribute("aria-pressed", is_own)
    expect(reactions(ana).first).to_have_attribute(
        "title", f"\u2068Ana Weber\u2069 and \u2068Lena Ortiz\u2069 reacted with {UP}"
    )
    for who in (lena, ana):
        who.page.reload()
    lena.open_widget()
    expect(reactions(lena)).to_have_text([f"{UP} 2", f"{HEART} 1"])
    expect(reactions(ana).first).to_have_attribute("aria-pressed", "true")
    reactions(ana).first.click()
    expect(reactions(lena)).to_have_text([f"{UP} 1", f"{HEART} 1"])
    # Nothing is unread by it, nor edited.
    expect(ana.page.locator("#unread-total")).to_have_attribute("data-count", "0")
    expect(ana.message(ASKED)).not_to_contain_text("edited")


def test_by_keyboard(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    tool = lena.message(ASKED).get_by_role("button", name="React", exact=True)
    tool.focus()
    tool.press("Enter")
    choice = lena.page.get_by_role("toolbar", name="Which reaction?")
    expect(choice.get_by_text(UP)).to_be_focused()
    assert lena.axe() == []
    lena.page.keyboard.press("ArrowLeft")
    expect(choice.get_by_role("button", name="More emoji")).to_be_focused()
    lena.page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    expect(tool).to_be_focused()
    expect(lena.page.locator("#widget")).to_be_visible()
    tool.press("Enter")
    expect(choice.get_by_text(UP)).to_be_focused()
    lena.page.keyboard.press("ArrowRight")
    lena.page.keyboard.press("Enter")
    expect(reactions(ana)).to_have_text([f"{HEART} 1"])
    expect(reactions(lena)).to_have_text([f"{HEART} 1"])
    expect(tool).to_be_focused()  # although the message is another one by now
    reactions(lena).focus()
    reactions(lena).press("Enter")
    expect(reactions(ana)).to_have_count(0)
    expect(tool).to_be_focused()


def test_any_emoji_is_found_by_its_name(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.message(ASKED).hover()
    lena.message(ASKED).get_by_role("button", name="React", exact=True).click()
    lena.page.get_by_role("button", name="More emoji").click()
    dialog = lena.page.get_by_role("dialog", name="Emoji")
    dialog.get_by_role("searchbox").fill("rocket")
    dialog.get_by_role("button", name="rocket", exact=True).click()
    for who in (lena, ana):
        expect(reactions(who)).to_have_text(["🚀 1"])


def test_one_choice_is_open_at_a_time(visit: Visit) -> None:
    lena, _ana = in_conversation(visit)
    lena.say("Hello?")
    lena.sees("Hello?")
    choice = lena.page.get_by_role("toolbar", name="Which reaction?")
    for text in (ASKED, "Hello?"):
        lena.message(text).hover()
        lena.message(text).get_by_role("button", name="React", exact=True).click()
        expect(choice).to_have_count(1)
    lena.message("Hello?").get_by_role("button", name="React", exact=True).click()
    expect(choice).to_have_count(0)
    lena.message("Hello?").get_by_role("button", name="React", exact=True).click()
    choice.get_by_text(UP).click()
    expect(reactions(lena, "Hello?")).to_have_text([f"{UP} 1"])
    expect(reactions(lena)).to_have_count(0)


def test_whoever_edits_goes_on_while_others_react(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.message(ASKED).hover()
    lena.message(ASKED).get_by_role("button", name="Edit").click()
    field = lena.log.get_by_label("Edit the message")
    field.fill("Begun")
    reacts(ana, UP)
    expect(reactions(lena)).to_have_text([f"{UP} 1"])
    expect(field).to_have_value("Begun")
    expect(field).to_be_focused()
    field.press("Enter")
    ana.sees("Begun")
    expect(reactions(ana, "Begun")).to_have_text([f"{UP} 1"])


def test_what_is_taken_back_has_none(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    reacts(ana, UP)
    expect(reactions(lena)).to_have_count(1)
    lena.message(ASKED).hover()
    lena.message(ASKED).get_by_role("button", name="Take back").click()
    lena.page.get_by_role("alertdialog").get_by_role("button", name="Take back").click()
    for who in (lena, ana):
        who.sees("This message was taken back.")
        expect(who.log.locator(".reaction, [data-react]")).to_have_count(0)


def test_on_a_phone_it_fits(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True).open_widget()
    lena.say("Hi")
    lena.sees("Hi")
    lena.message("Hi").get_by_role("button", name="React", exact=True).tap()
    choice = lena.page.get_by_role("toolbar", name="Which reaction?")
    assert lena.overflows() == []
    assert lena.axe() == []
    choice.get_by_text("🎉").tap()
    expect(reactions(lena, "Hi")).to_have_text(["🎉 1"])
    assert lena.overflows() == []
    assert lena.axe() == []


def test_on_a_phone_a_touch_of_a_message_shows_what_can_be_done_with_it(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE, has_touch=True, is_mobile=True).open_widget()
    for text in (ASKED, "It is urgent"):
        lena.say(text)
        lena.sees(text)
    first, last = (lena.message(text) for text in (ASKED, "It is urgent"))
    shown, hidden = (re.compile(f"^{opacity}$") for opacity in (1, 0))
    expect(last.locator(".message-tools")).to_have_css("opacity", shown)
    expect(first.locator(".message-tools")).to_have_css("opacity", hidden)
    first.locator(".bubble").tap()
    expect(first.locator(".message-tools")).to_have_css("opacity", shown)
    first.get_by_role("button", name="Reply").tap()
    expect(lena.page.locator(".replying")).to_contain_text(ASKED)
    # Elsewhere it goes again.
    lena.log.tap(position={"x": 5, "y": 5})
    expect(first.locator(".message-tools")).to_have_css("opacity", hidden)

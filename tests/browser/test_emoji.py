"""Emoji by picker and by code: found by name in the page's language, and by keyboard."""

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, Visitor


def picker(who: Visitor, name: str = "Emoji") -> None:
    who.page.locator(".composer").get_by_role("button", name=name).click()
    expect(who.page.get_by_role("dialog", name=name)).to_be_visible()


def test_one_is_picked_where_the_caret_is(visit: Visit) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    asked: list[Request] = []
    lena.page.on("request", lambda each: asked.append(each))
    lena.composer.fill("Hello  you")
    lena.composer.evaluate("field => field.setSelectionRange(6, 6)")
    picker(lena)
    dialog = lena.page.get_by_role("dialog", name="Emoji")
    search = dialog.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("qwxy")
    expect(dialog.get_by_role("status")).to_have_text("Nothing found")
    search.fill("wav han")
    expect(dialog.locator(".emoji-grid button:visible")).to_have_count(1)
    assert lena.axe() == []
    assert lena.overflows() == []  # fonts that lack some of them draw those as several
    dialog.get_by_role("button", name="waving hand", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(lena.composer).to_be_focused()
    expect(lena.composer).to_have_value("Hello 👋 you")
    # Nothing of it is asked for before, or twice; and of this host alone.
    brought = [each.url for each in asked if "emoji" in each.url]
    assert len(brought) == 2
    picker(lena)
    lena.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(lena.page.locator("#widget")).to_be_visible()
    assert len([each for each in asked if "emoji" in each.url]) == 2
    lena.composer.press("Enter")
    lena.sees("Hello 👋 you")


def test_by_arrows(visit: Visit) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    picker(lena)
    search = lena.page.get_by_role("dialog").get_by_role("searchbox")
    search.press("ArrowDown")
    here = "() => document.activeElement.textContent"
    assert lena.page.evaluate(here) == "😀"
    lena.page.keyboard.press("ArrowRight")
    assert lena.page.evaluate(here) == "😃"
    place = "() => document.activeElement.offsetLeft"
    before = lena.page.evaluate(place)
    lena.page.keyboard.press("ArrowDown")
    assert lena.page.evaluate(place) == before
    assert lena.page.evaluate(here) not in ("😃", "😄")
    lena.page.keyboard.press("ArrowUp")
    lena.page.keyboard.press("ArrowLeft")
    lena.page.keyboard.press("Enter")
    expect(lena.composer).to_have_value("😀")


@pytest.mark.parametrize(
    ("locale", "name", "words", "found"),
    [("de", "Emoji", "daumen hoch", "👍"), ("ar", "رموز تعبيرية", "قلب أحمر", "❤️")],
)
def test_in_the_language_of_the_page(
    visit: Visit, locale: str, name: str, words: str, found: str
) -> None:
    ana = visit("agent", "/admin/messages", locale=locale)
    lena = visit("customer", "/dashboard", locale=locale, viewport=PHONE).open_widget()
    picker(lena, name)
    dialog = lena.page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill(words)
    dialog.locator(".emoji-grid button:visible").first.click()
    expect(lena.composer).to_have_value(found)
    assert lena.overflows() == []
    assert ana.axe() == []


@pytest.mark.parametrize(
    ("locale", "asked"),
    [
        (
            "en-GB",
            "happy 😊, thanks 🙏, fire 🔥, :smile: 😄, +1 👍, car 🚗, sorry 🙇, no 👎",
        ),
        ("de", "danke 🙏, Daumen 👍, glücklich 😊, ja 👍, herzen 🥰, :tada: 🎉, traurig 😢"),
        ("ar", "شكراً 🙏, سعيد 😊, قلب ❤️, مرحبا 👋, نعم 👍, thumbsup 👍"),
    ],
)
def test_what_one_would_say_finds_it_first(visit: Visit, locale: str, asked: str) -> None:
    lena = visit("customer", "/dashboard", locale=locale).open_widget()
    lena.page.locator("[data-emoji]").click()
    dialog = lena.page.locator("#emoji")
    search = dialog.get_by_role("searchbox")
    first = dialog.locator(".emoji-grid button:visible").first
    for word, found in (each.split() for each in asked.split(", ")):
        search.fill(word)
        expect(first).to_have_text(found)
    search.press("ArrowDown")
    expect(first).to_be_focused()
    lena.page.keyboard.press("Enter")
    expect(lena.composer).to_have_value(found)


def test_a_code_is_completed(visit: Visit, desk: Desk) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    lena.composer.press_sequentially("Thanks :smi")
    offered = lena.page.get_by_role("listbox", name="Emoji")
    expect(offered.get_by_role("option").first).to_contain_text(":smile:")
    expect(offered.get_by_role("option", selected=True)).to_have_count(1)
    assert lena.axe() == []
    lena.composer.press("ArrowDown")
    expect(offered.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    marked = offered.get_by_role("option").nth(1).get_attribute("id")
    expect(lena.composer).to_have_attribute("aria-activedescendant", str(marked))
    lena.composer.press("ArrowUp")
    lena.composer.press("Enter")
    expect(offered).to_have_count(0)
    expect(lena.composer).to_have_value("Thanks 😄 ")
    expect(lena.log.locator("article.message")).to_have_count(0)
    lena.composer.press_sequentially(":tada:")
    expect(lena.composer).to_have_value("Thanks 😄 🎉")
    lena.composer.press_sequentially(" :hear")
    offered.get_by_role("option").first.click()
    expect(lena.composer).to_be_focused()
    lena.composer.press_sequentially(":smi")
    expect(offered).to_be_visible()
    lena.composer.press("Escape")
    expect(offered).to_have_count(0)
    expect(lena.page.locator("#widget")).to_be_visible()
    lena.composer.press("Enter")
    expect(lena.log.locator("article.message")).to_have_count(1)


@pytest.mark.parametrize("typed", ["http://smile", "12:30", "a:smile", ":-)", ":D", "x:ok_hand:"])
def test_what_is_no_code_stays(visit: Visit, typed: str) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    asked: list[Request] = []
    lena.page.on("request", lambda each: asked.append(each))
    lena.composer.press_sequentially(typed)
    lena.composer.press("Enter")
    lena.sees(typed)
    assert [each.url for each in asked if "emoji" in each.url] == []

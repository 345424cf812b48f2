"""Marks are seen as what they mean, on both sides; what is edited is what was typed."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import PHONE

TYPED = "**Two** things:\n- a `tap`\n- see [here](https://example.com/a)\n\n> You asked"


def test_both_see_it_formatted_and_edit_what_was_typed(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    lena.say(TYPED)
    for who in (lena, ana):
        bubble = who.message("You asked").locator(".bubble")
        expect(bubble.locator("strong")).to_have_text("Two")
        expect(bubble.locator("li")).to_have_text(["a tap", "see here (example.com)"])
        expect(bubble.locator("blockquote")).to_have_text("You asked")
        assert who.axe() == []
    expect(ana.row("Lena Ortiz").locator(".row-text")).to_contain_text("Two things: a tap")
    message = lena.message("You asked")
    message.hover()
    message.get_by_role("button", name="Edit").click()
    field = lena.log.get_by_label("Edit the message")
    expect(field).to_have_value(TYPED)
    field.fill("2 * 3 * 4")
    field.press("Enter")
    for who in (lena, ana):
        who.sees("2 * 3 * 4")
        expect(who.message("2 * 3 * 4").locator(".bubble *")).to_have_count(0)


def test_each_block_runs_its_own_way(visit: Visit) -> None:
    lena = visit("customer", viewport=PHONE).open_widget()
    lena.say("**Hello**\n\n- واحد\n- اثنان\n\n> مرحبا\n\n" + "`" + "long" * 60 + "`")
    bubble = lena.message("Hello").locator(".bubble.is-formatted")
    ways = bubble.evaluate("b => [...b.children].map(block => getComputedStyle(block).direction)")
    assert ways == ["ltr", "rtl", "rtl", "ltr"]
    assert lena.overflows() == []
    assert lena.axe() == []


def test_what_is_pasted_brings_its_words_alone(visit: Visit) -> None:
    lena = visit("customer").open_widget()
    lena.page.evaluate(
        """() => { const data = new DataTransfer();
          data.setData("text/html", "<b><i>Bold</i></b>");
          data.setData("text/plain", "Bold");
          window.pasted = data; }"""
    )
    lena.composer.focus()
    lena.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lena.page.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem(Object.fromEntries(
          ["text/html", "text/plain"].map(type =>
            [type, new Blob([pasted.getData(type)], { type })])))])"""
    )
    lena.composer.press("ControlOrMeta+v")
    expect(lena.composer).to_have_value("Bold")
    lena.composer.press("Enter")
    lena.sees("Bold")
    expect(lena.message("Bold").locator(".bubble *")).to_have_count(0)

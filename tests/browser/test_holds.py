"""Messages that are held and masked, as their writer, agents and managers see them."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_snoozes import with_a_chat
from tests.browser.visitors import PHONE, Visitor, until


def make_list(visit: Visit, name: str, effect: str, words: str) -> None:
    maya = visit("manager", "/admin/words")
    form = maya.page.locator("section").filter(has_text="New list")
    form.get_by_label("Name").fill(name)
    form.get_by_label("A message with one of the words").select_option(effect)
    form.get_by_label("Words and phrases, one a line").fill(words)
    form.get_by_role("button", name="Make it").click()
    expect(maya.page.get_by_role("heading", name=name)).to_be_visible()
    assert maya.axe() == []


def until_settled(*visitors: Visitor) -> None:
    """Their pages have joined the chat and stay: told of less than they show, they reload."""
    for visitor in visitors:
        until(visitor.page, """async () => (await import("deskbell")).socket.live.isOnline""")
        marked = "() => { window.isStill = true; }"
        visitor.page.evaluate(marked)
        visitor.page.evaluate(
            "async () => { const { live } = (await import('deskbell')).socket;"
            " await live.request('sync', { chatId: 1, after: 0 }); }"
        )
    visitors[1].page.locator("#composer-text").fill("x")
    visitors[1].page.locator("#composer-text").fill("")
    for visitor in visitors:
        assert visitor.page.evaluate("() => window.isStill === true")


def test_a_held_message_is_released_from_the_chat(visit: Visit) -> None:
    make_list(visit, "Rude", "hold", "Mist")
    lena, ana = with_a_chat(visit)
    lena.say("So ein Mist")
    held = ana.page.locator(".message").filter(has_text="So ein Mist")
    expect(held).to_contain_text("Held")
    expect(lena.page.locator(".log .message").last).not_to_contain_text("Held")
    expect(ana.row("Lena Ortiz")).not_to_contain_text("So ein Mist")
    expect(ana.row("Lena Ortiz")).to_contain_text("Message held")
    for page in (lena.page, ana.page):  # what the chat knows as its last one is an older message
        page.reload()
    lena.open_widget()
    expect(lena.page.locator(".log")).to_contain_text("So ein Mist")
    until_settled(lena, ana)
    held.get_by_role("button", name="Release or reject").click()
    dialog = ana.page.locator("#handling")
    expect(dialog).to_contain_text("So ein Mist")
    assert ana.axe() == []
    dialog.get_by_role("button", name="Release").click()
    expect(dialog).to_have_count(0)
    expect(held).not_to_contain_text("Held")
    expect(ana.row("Lena Ortiz")).to_contain_text("So ein Mist")
    expect(ana.row("Lena Ortiz")).not_to_contain_text("Message held")
    lena.say("Mist again")
    again = ana.page.locator(".message").filter(has_text="Mist again")
    again.get_by_role("button", name="Release or reject").click()
    dialog.get_by_role("button", name="Reject").click()
    expect(ana.page.locator(".message .is-gone")).to_have_count(1)
    expect(lena.page.locator(".log .is-gone")).to_have_text("This message was not delivered.")


def test_a_toast_of_what_was_released_quotes_its_customer_alone(visit: Visit) -> None:
    make_list(visit, "Rude", "hold", "Mist")
    lena, ana = with_a_chat(visit)
    lena.say("So ein Mist")
    expect(ana.page.locator(".message").filter(has_text="So ein Mist")).to_contain_text("Held")
    ana.say("I am looking")
    lena.sees("I am looking")
    ana.goto("/admin/messages")
    until(ana.page, "async () => (await import('deskbell')).socket.live.isOnline")
    ben = visit("agent2", "/admin/held")
    release = ben.page.get_by_role("button", name="Release the message of")
    release.click()
    toast = ana.page.locator("#toasts .toast")
    expect(toast.locator(".toast-title")).to_contain_text("Lena Ortiz")
    expect(toast.locator(".toast-text")).to_have_count(0)
    lena.say("Mist again")
    ben.goto("/admin/held")
    release.click()
    expect(toast.locator(".toast-text")).to_have_text("Mist again")


def test_without_scripts_it_is_decided_on_a_page_of_its_own(visit: Visit) -> None:
    make_list(visit, "Rude", "hold", "Mist")
    lena = visit("customer", "/dashboard").open_widget()
    lena.say("So ein Mist")
    ana = visit("agent", "/admin/held", java_script_enabled=False, viewport=PHONE)
    page = ana.page
    expect(page.locator(".plain-row")).to_contain_text("So ein Mist")
    page.get_by_role("button", name="Release the message of").click()
    expect(page.get_by_text("Nothing is held")).to_be_visible()
    page.goto(page.url.replace("/admin/held", "/admin/messages"))
    expect(page.locator("#chat-rows")).to_contain_text("So ein Mist")


def test_managers_read_what_was_masked_and_agents_do_not(visit: Visit) -> None:
    make_list(visit, "Rude", "mask", "Mist")
    lena, ana = with_a_chat(visit)
    lena.say("So ein MIST!")
    expect(lena.page.locator(".log")).to_contain_text("So ein •••!")
    expect(lena.page.locator(".log")).not_to_contain_text("masked")
    ana.page.get_by_role("button", name="masked").click()
    expect(ana.page.locator("#handling")).to_contain_text("Managers alone")
    maya = visit("manager", "/admin/messages/1?watch=1")
    maya.page.get_by_role("button", name="masked").click()
    expect(maya.page.locator("#handling")).to_contain_text("So ein MIST!")
    assert maya.axe() == []


def test_an_agent_is_told_of_what_is_held_and_finds_it(visit: Visit) -> None:
    make_list(visit, "Rude", "hold", "Mist")
    lena, ana = with_a_chat(visit)
    bare = visit("agent2", "/admin")
    expect(bare.page.locator("#overview")).to_be_visible()
    expect(bare.page.locator("#overview-held")).to_have_count(0)
    lena.say("So ein Mist")
    held = ana.page.locator(".message").filter(has_text="So ein Mist")
    expect(held).to_contain_text("Held")
    bare.goto("/admin")
    expect(bare.page.locator("#overview-held")).to_have_text("Held until somebody decides: 1")
    assert bare.axe() == []
    bare.page.locator("#overview-held").click()
    expect(bare.page.locator(".plain-row")).to_contain_text("So ein Mist")
    ana.page.locator("#filter-more").click()
    ana.page.get_by_role("link", name="Held messages").click()
    expect(ana.page.locator(".plain-row")).to_contain_text("So ein Mist")

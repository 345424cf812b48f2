"""A manager looks on unseen, whispers to who has the chat, and takes it over."""

import re

from playwright.sync_api import expect

from app.cli.factories import state
from tests.browser.conftest import Desk, Visit
from tests.browser.test_snoozes import with_a_chat
from tests.browser.visitors import Visitor


def looks_on(visit: Visit, **options: object) -> Visitor:
    maya = visit("manager", "/admin/messages", **options)
    maya.page.locator("#looks-on").click()
    expect(maya.page.locator("#looks-on")).to_have_attribute("aria-pressed", "true")
    maya.row("Lena Ortiz").click()
    expect(maya.page.locator(".watch")).to_contain_text("You are only watching")
    return maya


def test_the_customer_sees_nothing_of_who_looks_on(visit: Visit, desk: Desk) -> None:
    lena = visit("customer", "/dashboard")
    lena.open_widget()
    lena.say("Hello?")
    maya = looks_on(visit)
    expect(maya.page.locator(".composer.is-note")).to_be_visible()
    before = state(1)
    assert before.is_waiting
    lena.say("Is anybody there?")
    expect(maya.page.locator(".log").get_by_text("Is anybody there?")).to_be_visible()
    maya.page.locator("#composer-text").press_sequentially("No word to the customer")
    # What they do next comes after whatever the page would have told of it.
    maya.page.locator("#composer-text").press("Enter")
    expect(maya.page.locator(".note")).to_contain_text("No word to the customer")
    expect(lena.page.locator(".widget .typing")).to_be_hidden()
    after = state(1)
    assert (after.status, after.staff_read, after.agent_id) == ("waiting", 0, None)
    expect(lena.page.locator(".log")).not_to_contain_text("No word to the customer")


def test_a_whisper_reaches_who_has_the_chat_and_so_does_its_loss(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    maya = looks_on(visit)
    maya.page.get_by_role("button", name=re.compile("Whisper to")).click()
    field = maya.page.locator("#composer-text")
    expect(field).to_have_value("@Ana Weber ")
    expect(field).to_be_focused()
    maya.page.keyboard.type("offer them a refund")
    maya.page.keyboard.press("Enter")
    expect(ana.page.locator(".note")).to_contain_text("offer them a refund")
    maya.page.get_by_role("button", name="Take over").click()
    expect(maya.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    expect(maya.page.locator(".watch")).to_have_count(0)
    expect(maya.page.locator(".composer:not(.is-note)")).to_be_visible()
    toast = ana.page.locator('.toast[data-key="chat-1"]')
    expect(toast).to_contain_text(re.compile("Maya Lindqvist.* has taken over"))


def test_an_agent_reports_a_customer_to_the_managers(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    maya = visit("manager", "/admin")
    page = ana.page
    page.locator("#more-menu").click()
    page.get_by_role("button", name="Report to a manager…").click()
    dialog = page.locator("#handling")
    dialog.get_by_label("What happened").fill("They insult everybody")
    assert ana.axe() == []
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".note")).to_contain_text("They insult everybody")
    expect(maya.page.locator("#mention-count")).to_have_attribute("data-count", "1")
    expect(lena.page.locator(".log")).not_to_contain_text("They insult everybody")


def test_what_was_opened_to_look_on_is_looked_on_at_when_it_is_loaded_anew(visit: Visit) -> None:
    lena = visit("customer", "/dashboard")
    lena.open_widget()
    lena.say("Hello?")
    maya = visit("manager", "/admin/messages/1?watch=1")
    page = maya.page
    for _time in range(2):
        expect(page.locator(".watch")).to_be_visible()
        expect(page.locator("#chat-rows")).to_be_visible()
        page.locator("#filter-waiting").click()
        expect(page).to_have_url(re.compile(r"filter=waiting&watch=1$"))
        page.locator("#filter-all").click()
        expect(page).to_have_url(re.compile(r"messages/1\?watch=1$"))
        page.reload()
    assert state(1).is_waiting


def test_a_note_without_scripts_leads_back_to_looking_on(visit: Visit) -> None:
    lena = visit("customer", "/dashboard")
    lena.open_widget()
    lena.say("Hello?")
    maya = visit("manager", "/admin/messages/1?watch=1", java_script_enabled=False)
    maya.page.locator("#composer-text").fill("For us alone")
    maya.page.get_by_role("button", name="Save note").click()
    expect(maya.page.locator(".note")).to_contain_text("For us alone")
    expect(maya.page.locator(".watch")).to_be_visible()
    assert state(1).is_waiting


def test_who_looks_on_is_offered_nothing_that_the_customer_would_see(visit: Visit) -> None:
    lena, ana = with_a_chat(visit)
    said = ana.page.locator(".message[data-seq]:not(.mine)").first
    said.hover()
    said.locator("[data-react]").click()
    ana.page.locator(".reaction-choice [data-emoji]").first.click()
    expect(lena.page.locator(".reaction")).to_have_count(1)
    maya = looks_on(visit)
    page = maya.page
    expect(page.locator(".staff-tools").first).to_be_attached()
    offered = "[data-react], [data-reply], [data-edit], [data-take-back]"
    expect(page.locator(".log").locator(offered)).to_have_count(0)
    expect(page.locator("button.reaction")).to_be_disabled()
    lena.say("And now?")
    expect(page.locator(".log").get_by_text("And now?")).to_be_visible()
    expect(page.locator(".log").locator(offered)).to_have_count(0)


def test_who_looks_on_leaves_the_chat_marked_as_unread(visit: Visit) -> None:
    _lena, ana = with_a_chat(visit)
    ana.row("Lena Ortiz").locator(".chat-link").press("u")
    expect(ana.row("Lena Ortiz").locator(".row-unread")).to_be_visible()
    maya = looks_on(visit)
    maya.page.wait_for_load_state("networkidle")
    expect(ana.row("Lena Ortiz").locator(".row-unread")).to_be_visible()
    assert state(1).is_marked_unread

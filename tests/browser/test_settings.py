"""What a manager sets is seen in the inboxes that are open, without anything being loaded anew."""

import json
import re
import secrets

from playwright.sync_api import expect

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.operations import tags, topics
from app.queries import presence
from app.queries import sites as directory
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import Visitor, wait_for


def test_a_tag_is_called_otherwise_where_it_is_shown(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    field = ana.page.get_by_label("Add a tag")
    field.fill("Refund")
    field.press("Enter")
    expect(ana.row("Lena Ortiz").locator(".tag")).to_have_text(["Refund"])
    expect(ana.page.locator("#chat-tags .tag-name")).to_have_text(["Refund"])
    field.fill("What is being written")
    ana.page.evaluate("window.isKept = true")
    maya = visit("manager", "/admin/tags")
    maya.page.get_by_label("Call it otherwise").fill("Money back")
    maya.page.get_by_role("button", name="Save").click()
    expect(ana.row("Lena Ortiz").locator(".tag")).to_have_text(["Money back"])
    expect(ana.page.locator("#chat-tags .tag-name")).to_have_text(["Money back"])
    expect(field).to_have_value("What is being written")
    expect(field).to_be_focused()
    maya.page.get_by_role("button", name="Remove from all chats").click()
    expect(ana.row("Lena Ortiz").locator(".tag")).to_have_count(0)
    expect(ana.page.locator("#chat-tags .tag-name")).to_have_count(0)
    assert ana.page.evaluate("window.isKept") is True


def test_a_tag_that_was_called_otherwise_is_offered_by_its_name(visit: Visit) -> None:
    _lena, ana = in_conversation(visit)
    field = ana.page.get_by_label("Add a tag")
    field.fill("Refund")
    field.press("Enter")
    ana.page.get_by_role("button", name="Take off: ⁨Refund⁩").click()
    offered = ana.page.locator("#other-tags option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "Refund")
    maya = visit("manager", "/admin/tags")
    maya.page.get_by_label("Call it otherwise").fill("Money back")
    maya.page.get_by_role("button", name="Save").click()
    expect(offered).to_have_attribute("value", "Money back")


def test_a_topic_is_gone_where_it_was_and_who_chooses_keeps_their_choice(
    visit: Visit, desk: Desk
) -> None:
    for name in ("Invoices", "Parcels", "Something else"):
        topics.make(desk.people.maya, name)
    _lena, ana = in_conversation(visit)
    choice = ana.page.locator("#topic-of-chat")
    choice.select_option("Invoices")
    ana.page.locator("#chat-topic").get_by_role("button", name="Save").click()
    expect(ana.page.locator("#chat-header .header-line")).to_contain_text("Invoices")
    expect(ana.row("Lena Ortiz").locator(".row-topic")).to_have_text("Invoices")
    choice.select_option("Parcels")  # and not saved
    composer = ana.page.locator(".composer textarea")
    composer.fill("What is being written")
    maya = visit("manager", "/admin/topics")
    maya.page.get_by_role("button", name="Remove the topic: ⁨Invoices⁩").click()
    expect(ana.row("Lena Ortiz").locator(".row-topic")).to_have_count(0)
    expect(ana.page.locator("#chat-header .header-line")).not_to_contain_text("Invoices")
    expect(choice.locator("option")).to_have_text(["None", "Parcels", "Something else"])
    assert choice.evaluate("it => it.selectedOptions[0].textContent") == "Parcels"
    expect(composer).to_have_value("What is being written")
    maya.page.locator("#topic-new").fill("Repairs")
    maya.page.get_by_role("button", name="Make it").click()
    wanted = ["None", "Parcels", "Something else", "Repairs"]
    expect(choice.locator("option")).to_have_text(wanted)
    assert choice.evaluate("it => it.selectedOptions[0].textContent") == "Parcels"


def test_a_site_keeps_its_new_name_also_as_its_customers_write(visit: Visit, desk: Desk) -> None:
    shop = directory.every()[0]

    def writes(text: str) -> str:
        body = {"token": secrets.token_urlsafe(32), "clientId": text, "message": text}
        answer = ana.context.request.post(f"/embed/{shop.key}/messages", data=json.dumps(body))
        assert answer.ok
        return str(answer.json()["user"]["name"])

    ana = visit("agent", "/admin/messages")
    wait_for(ana, lambda: presence.is_online(desk.people.ana.id))
    first = writes("one")
    expect(ana.row(first).locator(".row-site")).to_have_text("")
    choice = ana.page.get_by_label("Which site")
    expect(ana.page.locator("#chat-site")).to_be_hidden()
    maya = visit("manager", "/admin/settings/sites/new")
    maya.page.locator("#name").fill("Blog")
    maya.page.get_by_role("button", name=re.compile("Save|Make")).click()
    expect(maya.page).to_have_url(re.compile("/sites/[0-9]+"))
    expect(choice.locator("option")).to_have_count(3)
    name_site(maya, shop.id, "Store")
    expect(ana.row(first).locator(".row-site")).to_have_text("Store")
    expect(choice.locator("option")).to_have_text(["All sites", "Store", "Blog"])
    choice.select_option("Store")
    choice.focus()
    name_site(maya, shop.id, "Warehouse")
    expect(choice.locator("option")).to_have_text(["All sites", "Warehouse", "Blog"])
    expect(choice).to_have_value(str(shop.id))
    expect(choice).to_be_focused()
    for name in (writes("two"), first):
        expect(ana.row(name).locator(".row-site")).to_have_text("Warehouse")


def name_site(manager: Visitor, site_id: int, name: str) -> None:
    manager.goto(f"/admin/settings/sites/{site_id}")
    manager.page.locator("#name").fill(name)
    manager.page.get_by_role("button", name="Save").click()
    expect(manager.page.locator("#name")).to_have_value(name)


def test_who_is_far_down_the_list_with_some_ticked_keeps_all_that(visit: Visit, desk: Desk) -> None:
    people, now = desk.people, clock.now()
    talks = []
    for number in range(70):
        who, at = factories.person(f"Customer {number:02}"), now - number * 10_000
        talks.append(ChatPast(who, at).say(who, "Hello", at))
    ids = save(talks)
    for chat_id in (ids[0], ids[65]):
        tags.put_on(people.ana, chat_id, "Refund")
    ana = visit("agent", "/admin/messages")
    page, rows = ana.page, ana.page.locator("#chat-rows > .chat-row")
    rows.last.scroll_into_view_if_needed()
    expect(rows).to_have_count(70)
    ticked = page.locator(f"#chat-row-{ids[64]} .row-check input")
    ticked.check()
    expect(page.locator("#chat-rows.is-choosing")).to_be_attached()
    page.locator(f"#chat-link-{ids[66]}").focus()
    maya = visit("manager", "/admin/tags")
    maya.page.get_by_label("Call it otherwise").fill("Money back")
    maya.page.get_by_role("button", name="Save").click()
    for chat_id in (ids[0], ids[65]):
        expect(page.locator(f"#chat-row-{chat_id} .tag")).to_have_text(["Money back"])
    expect(rows).to_have_count(70)
    expect(ticked).to_be_checked()
    expect(page.locator(f"#chat-link-{ids[66]}")).to_be_focused()
    expect(page.locator(f"#chat-row-{ids[65]}")).to_be_in_viewport()


def test_the_open_chat_that_is_in_the_list_no_more_is_called_as_it_is_now(
    visit: Visit, desk: Desk
) -> None:
    _lena, ana = in_conversation(visit)
    field = ana.page.get_by_label("Add a tag")
    field.fill("Refund")
    field.press("Enter")
    row = ana.row("Lena Ortiz")
    expect(row.locator(".tag")).to_have_text(["Refund"])
    ana.filters("mine")
    ana.page.locator("#chat-closure").click()
    expect(row).to_have_attribute("data-status", "closed")
    maya = visit("manager", "/admin/tags")
    maya.page.get_by_label("Call it otherwise").fill("Money back")
    maya.page.get_by_role("button", name="Save").click()
    expect(row.locator(".tag")).to_have_text(["Money back"])
    maya.page.get_by_role("button", name="Remove from all chats").click()
    expect(row.locator(".tag")).to_have_count(0)
    expect(row).to_have_attribute("data-status", "closed")

"""Topics and first answers: chosen before one writes, on other sites too, seen and set by staff."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.cli.factories import state
from app.models import chats
from app.models.chats import Priority
from app.models.topics import TopicState
from app.operations import assignments, closures, messages, priorities, sites, teams, topics
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import inbox
from app.queries import sites as directory
from app.queries.inbox import Filter
from tests.browser.conftest import Desk, Visit
from tests.browser.test_embed import Shop, shop  # noqa: F401  (a fixture)
from tests.browser.visitors import PHONE
from tests.servers import wait_until

MINUTE = 60_000
# As the page does it each minute.
LATER = """async (minutes) => {
  const { times } = await import("deskbell");
  times.localise(document.body, new Date(Date.now() + minutes * 60_000));
}"""

STICKS_OUT = """foot => {
  const box = foot.getBoundingClientRect();
  return [...foot.children]
    .filter(each => !each.matches(".visually-hidden"))
    .map(each => [each.className, each.getBoundingClientRect()])
    .filter(([, at]) => at.left < box.left - 1 || at.right > box.right + 1)
    .map(([name]) => name);
}"""


@pytest.fixture
def desk(migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(migrated, tmp_path, ASK_TOPIC="on", FIRST_ANSWER_MINUTES="30")
    yield desk
    desk.server.kill()
    desk.close()


@pytest.fixture
def made(desk: Desk) -> list[TopicState]:
    team = teams.make(desk.people.maya, "Billing")
    return [
        topics.make(desk.people.maya, "Invoices", team.id),
        topics.make(desk.people.maya, "Something else"),
    ]


def the_chat(desk: Desk) -> int:
    (row,) = inbox.page(desk.people.ana, Filter.ALL).rows
    return row.chat.id


def test_one_chooses_by_keyboard_and_then_writes(
    visit: Visit, desk: Desk, made: list[TopicState]
) -> None:
    ana = visit("agent", "/admin/messages")
    lena = visit("customer", "/dashboard", viewport=PHONE).open_widget()
    group = lena.page.get_by_role("group", name="What is it about?")
    expect(group).to_be_visible()
    assert lena.axe() == []
    assert lena.overflows() == []
    lena.composer.fill("My invoice is wrong")
    lena.composer.press("Enter")
    # The words wait for a choice.
    first = group.get_by_role("radio", name="Invoices")
    expect(first).to_be_focused()
    expect(lena.composer).to_have_value("My invoice is wrong")
    lena.page.keyboard.press("Space")
    expect(first).to_be_checked()
    lena.composer.press("Enter")
    lena.sees("My invoice is wrong")
    expect(group).to_have_count(0)
    row = ana.row("Lena Ortiz")
    expect(row.locator(".row-topic")).to_have_text("Invoices")
    chat = state(the_chat(desk))
    assert (chat.topic_id, chat.team_id) == (made[0].id, made[0].team_id)
    # Once it is closed one is asked again.
    closures.close(desk.people.ana, chat.id)
    lena.page.reload()
    expect(group).to_be_visible()
    group.get_by_role("radio", name="Something else").check()
    lena.say("One more thing")
    lena.sees("One more thing")
    expect(row.locator(".row-topic")).to_have_text("Something else")


def test_what_is_chosen_stays_so_whatever_comes_anew(visit: Visit, made: list[TopicState]) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    group = lena.page.get_by_role("group", name="What is it about?")
    other = group.get_by_role("radio", name="Something else")
    other.check()
    for part, path in (("#widget-topics", "/widget/topics"), ("#widget-chat", "/widget")):
        # The one that is there goes; the one that comes is another one.
        there = other.element_handle()
        assert there
        lena.page.locator(part).dispatch_event("refresh")
        lena.page.wait_for_function("there => !there.isConnected", arg=there)
        expect(other, path).to_be_checked()
    lena.page.reload()
    expect(other).to_be_checked()
    lena.say("Hello")
    lena.sees("Hello")
    expect(group).to_have_count(0)


def test_of_a_topic_that_is_removed_meanwhile_the_words_are_back(
    visit: Visit, desk: Desk, made: list[TopicState]
) -> None:
    lena = visit("customer", "/dashboard").open_widget()
    group = lena.page.get_by_role("group", name="What is it about?")
    group.get_by_role("radio", name="Invoices").check()
    topics.remove(desk.people.maya, made[0].id)
    lena.say("My invoice is wrong")
    expect(lena.page.get_by_text("This topic is no longer there.")).to_be_visible()
    expect(lena.composer).to_have_value("My invoice is wrong")
    expect(group.get_by_role("radio")).to_have_count(1)
    assert inbox.page(desk.people.ana, Filter.ALL).rows == []
    group.get_by_role("radio", name="Something else").check()
    lena.composer.press("Enter")
    lena.sees("My invoice is wrong")
    assert state(the_chat(desk)).topic_id == made[1].id


def test_a_stranger_chooses_on_another_site(
    shop: Shop,  # noqa: F811
    desk: Desk,
    made: list[TopicState],
) -> None:
    sites.edit_by_shell(directory.every()[0].key, asks_topic=True)
    mia = shop()
    mia.open_chat_window()
    mia.expects("422")
    group = mia.frame.get_by_role("group", name="What is it about?")
    group.get_by_role("radio", name="Something else").check()
    topics.remove(desk.people.maya, made[1].id)
    mia.say("Do you ship to Malta?")
    expect(mia.composer).to_have_value("Do you ship to Malta?")
    expect(group.get_by_role("radio")).to_have_count(1)
    group.get_by_role("radio", name="Invoices").check()
    mia.composer.press("Enter")
    mia.sees("Do you ship to Malta?")
    expect(group).to_have_count(0)
    assert state(the_chat(desk)).topic_id == made[0].id


def test_staff_says_what_it_is_about(visit: Visit, desk: Desk, made: list[TopicState]) -> None:
    chat_id = messages.send(desk.people.lena, None, Draft("Hello")).chat_id
    ana, ben = (visit("agent", f"/admin/messages/{chat_id}") for _each in range(2))
    page = ana.page
    expect(page.locator("#chat-header[data-status=open]")).to_be_visible()
    page.get_by_role("combobox", name="Topic").select_option(label="Invoices")
    page.locator("#chat-topic").get_by_role("button", name="Save").click()
    for who in (ana, ben):
        expect(who.page.locator(".header-line")).to_contain_text("Invoices")
        expect(who.row("Lena Ortiz").locator(".row-topic")).to_have_text("Invoices")
    expect(ben.page.get_by_role("combobox", name="Topic")).to_have_value(str(made[0].id))
    assert ana.axe() == []


def test_the_page_of_topics(visit: Visit, desk: Desk, made: list[TopicState]) -> None:
    maya = visit("manager", "/admin/teams", viewport=PHONE)
    maya.expects("422")
    page = maya.page
    page.get_by_role("link", name="Topics").click()
    names = page.locator("#topics h2")
    expect(names).to_have_text(["Invoices", "Something else"])
    page.get_by_label("A new topic").fill("Chairs")
    page.get_by_label("The team it leads to", exact=True).select_option(label="Billing")
    page.get_by_role("button", name="Make it").click()
    expect(names).to_have_text(["Invoices", "Something else", "Chairs"])
    topic = page.locator("#topics li")
    topic.nth(2).get_by_role("button", name="Move up").click()
    expect(names).to_have_text(["Invoices", "Chairs", "Something else"])
    assert maya.axe() == []
    assert maya.overflows() == []
    topic.nth(1).get_by_label("Call it otherwise").fill("invoices")
    topic.nth(1).get_by_label("Call it otherwise").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("of this name")
    topic.nth(0).get_by_role("button", name="Remove the topic").click()
    expect(names).to_have_text(["Chairs", "Something else"])


def test_what_is_left_is_counted_down_in_the_page(visit: Visit, desk: Desk) -> None:
    chat_id = messages.send(desk.people.lena, None, Draft("Hello")).chat_id
    with transaction() as tx:
        asked_at = update(chats.table).where(chats.table.c.id == chat_id)
        tx.run(asked_at.values(asked_at=chats.table.c.asked_at - 27 * MINUTE), {})
    ana = visit("agent", "/admin/messages")
    left = ana.row("Lena Ortiz").locator(".row-due time")
    expect(left).to_have_text(re.compile(r"^\W*3 mins\W* left"))
    assert ana.axe() == []

    def shows_later(minutes: int, wanted: str) -> object:
        """Asked again: the row may have come anew, by the time that it is."""
        ana.page.evaluate(LATER, minutes)
        return re.match(wanted, left.text_content() or "")

    wait_until(lambda: shows_later(2, r"\W*1 min\W* left"))
    wait_until(lambda: shows_later(5, r"due \W*2 minutes ago"))
    expect(left).to_have_attribute("data-over", "")
    messages.send(desk.people.ana, chat_id, Draft("I am looking"))
    ana.goto("/admin/messages")
    expect(ana.row("Lena Ortiz")).to_be_visible()
    expect(left).to_have_count(0)


def test_the_menu_of_filters_leads_to_what_is_overdue(visit: Visit, desk: Desk) -> None:
    chat_id = messages.send(desk.people.lena, None, Draft("Hello")).chat_id
    messages.send(desk.people.marcus, None, Draft("Hello, too"))
    with transaction() as tx:
        late = update(chats.table).where(chats.table.c.id == chat_id)
        tx.run(late.values(asked_at=chats.table.c.asked_at - 31 * MINUTE), {})
    ana = visit("agent", "/admin/messages")
    more = ana.page.locator("#filter-more")
    more.press("Enter")
    overdue = ana.page.locator("#filter-overdue")
    expect(overdue).to_have_text(re.compile(r"Overdue\s+1"))
    overdue.press("Enter")
    expect(more).to_contain_text("Overdue")
    expect(ana.row("Lena Ortiz")).to_be_visible()
    expect(ana.row("Marcus Bell")).to_have_count(0)
    # What is said in it leaves it there; an answer, whoever gives it, takes it away.
    lena = visit("customer").open_widget()
    lena.say("Hello?")
    expect(ana.row("Lena Ortiz")).to_contain_text("Hello?")
    ben = visit("manager", "/admin/messages")
    ben.open_chat("Lena Ortiz")
    expect(ben.page.locator("#chat-header")).to_have_attribute("data-status", "open")
    ben.say("I am looking")
    expect(ana.row("Lena Ortiz")).to_have_count(0)
    # The menu is not open, or its numbers would wait for that.
    expect(overdue).to_have_text(re.compile(r"^\W*Overdue\W*$"))


def test_an_urgent_chat_shows_all_that_is_left(visit: Visit, desk: Desk) -> None:
    """Beside how urgent it is, that it is open and that it needs a reply."""
    people = desk.people
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    assignments.claim(people.ana, chat_id)
    priorities.prioritise(people.ana, chat_id, Priority.URGENT)
    for looks in ({}, {"viewport": PHONE, "locale": "ar"}, {"viewport": PHONE, "locale": "de"}):
        ana = visit("agent", "/admin/messages", **looks)
        row = ana.row("Lena Ortiz")
        expect(row.locator(".badge")).to_have_count(3)
        expect(row.locator(".row-due")).to_be_visible()
        assert row.locator(".row-foot").evaluate(STICKS_OUT) == []
        assert ana.axe() == []

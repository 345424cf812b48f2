"""Two chats that become one on every page that shows them, and two customers side by side."""

import re

from playwright.sync_api import expect

from app.operations import chats, closures, messages
from app.operations.messages import Draft
from tests.browser.conftest import Desk, Visit
from tests.browser.visitors import PHONE, Visitor

IN_ORDER = ["The first question", "The first answer", "Anything else?", "The second question"]


def two_chats(desk: Desk) -> tuple[int, int]:
    """Lena's: one that is over, and one that goes on."""
    people = desk.people
    older = messages.send(people.lena, None, Draft(IN_ORDER[0], "m1")).chat_id
    messages.send(people.ana, older, Draft(IN_ORDER[1], "m2"))
    closures.close(people.ana, older)
    newer = chats.open_with(people.ana, people.lena.id)[0].id
    messages.send(people.ana, newer, Draft(IN_ORDER[2], "m3"))
    messages.send(people.lena, newer, Draft(IN_ORDER[3], "m4"))
    return older, newer


def reads(who: Visitor, said: list[str]) -> None:
    expect(who.page.locator(".log .message .bubble")).to_have_text([re.compile(t) for t in said])


def test_it_is_one_chat_on_every_page_that_shows_one_of_both(visit: Visit, desk: Desk) -> None:
    older, newer = two_chats(desk)
    lena = visit("customer", "/widget")
    ana = visit("agent", f"/admin/messages/{newer}")
    maya = visit("manager", f"/admin/messages/{older}")
    for who in (lena, ana):
        reads(who, IN_ORDER[2:])
    reads(maya, IN_ORDER[:2])
    ana.page.locator("#more-menu").press("Enter")
    ana.page.get_by_role("button", name="Merge with another chat…").press("Enter")
    choice = ana.page.get_by_role("radio")
    expect(choice).to_be_visible()
    expect(ana.page.locator("#customer")).to_contain_text("Other chats")
    expect(ana.page.locator("#customer")).not_to_contain_text("This is the first one.")
    assert ana.axe() == []
    choice.press("Space")
    ana.page.get_by_role("button", name="Merge", exact=True).press("Enter")
    expect(ana.page.locator("#handling")).to_have_count(0)
    for who in (ana, lena):
        reads(who, IN_ORDER)
    # Who looks at the other one is led on.
    maya.page.wait_for_url(f"**/admin/messages/{newer}")
    reads(maya, IN_ORDER)
    expect(ana.page.locator("#customer")).to_contain_text("This is the first one.")
    expect(ana.page.locator(".note")).to_contain_text("2 messages came along")
    expect(lena.page.locator(".note")).to_have_count(0)
    lena.say("Now it is one")
    for who in (lena, ana, maya):
        reads(who, [*IN_ORDER, "Now it is one"])


def test_from_the_page_of_a_customer(visit: Visit, desk: Desk) -> None:
    _older, newer = two_chats(desk)
    ana = visit("agent", f"/admin/customers/{desk.people.lena.id}", viewport=PHONE)
    ana.page.get_by_role("button", name="Merge two of these chats…").press("Enter")
    expect(ana.page.get_by_label("The other chat")).to_be_visible()
    assert ana.axe() == []
    ana.page.get_by_role("button", name="Merge", exact=True).press("Enter")
    ana.page.wait_for_url(f"**/admin/messages/{newer}")
    reads(ana, IN_ORDER)


def test_two_customers_are_compared_before_they_are_one(visit: Visit, desk: Desk) -> None:
    two_chats(desk)
    people = desk.people
    messages.send(people.marcus, None, Draft("It is me again", "m5"))
    maya = visit("manager", f"/admin/customers/{people.lena.id}")
    maya.page.get_by_role("link", name="This is the same person as…").press("Enter")
    maya.page.get_by_label("Name or e-mail address").fill("marc")
    maya.page.get_by_label("Name or e-mail address").press("Enter")
    maya.page.locator(f"#same-{people.marcus.id}").press("Enter")
    expect(maya.page.locator(".merge-side h2")).to_have_text([people.lena.name, people.marcus.name])
    expect(maya.page.locator(".merge-kept")).to_contain_text("logs in no more")
    assert maya.axe() == []
    maya.page.get_by_role("link", name="The other one stays").press("Enter")
    expect(maya.page.locator(".merge-side h2")).to_have_text([people.marcus.name, people.lena.name])
    maya.page.go_back()
    expect(maya.page.locator(".merge-side h2")).to_have_text([people.lena.name, people.marcus.name])
    maya.page.get_by_role("button", name="Merge…").press("Enter")
    expect(maya.page.get_by_role("alertdialog")).to_contain_text("Nobody can undo it")
    maya.page.get_by_role("alertdialog").get_by_role("button", name="Merge").press("Enter")
    expect(maya.page.locator("#merges")).to_contain_text(people.marcus.name)
    expect(maya.page.locator("#merges")).to_contain_text(
        re.compile(f"Merged by .?{people.maya.name}")
    )
    assert maya.axe() == []

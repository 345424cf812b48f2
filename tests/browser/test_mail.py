"""Answers by mail, in a browser: asked for below the chat, confirmed, and back by the link."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from app import clock
from app.models.jobs import table as jobs_table
from app.models.messages import table as message_table
from app.operations import messages
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import messages as history
from tests.browser.conftest import Desk
from tests.browser.test_embed import Stranger, identify, signed
from tests.browser.visitors import DESKTOP, PHONE, Visitor
from tests.mail.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office().open()
    yield office
    office.close()


@pytest.fixture
def desk(migrated: Path, tmp_path: Path, office: Office) -> Iterator[Desk]:
    """A desk whose mail goes to the office; what it is called in mail is its real address."""
    url = f"smtp://localhost:{office.port}"
    given = {"MAIL_URL": url, "MAIL_FROM": "Shop <a@example.com>", "PUBLIC_URL": "http://desk"}
    desk = Desk(migrated, tmp_path, **given)
    yield desk
    desk.server.kill()
    desk.close()


def told(office: Office, number: int, pattern: str) -> str:
    body = office.wait_for(number)[number - 1].get_body(("plain",))
    assert body is not None
    found = re.search(pattern, body.get_content())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
def test_staff_mails_a_copy_to_themselves(
    browser: Browser, desk: Desk, office: Office, size: dict[str, int]
) -> None:
    sent = messages.send(desk.people.lena, None, Draft("Where is my order?"))
    ana = Visitor(browser, desk.server.url, viewport=size, timezone_id="Asia/Kolkata")
    ana.log_in("agent", f"/admin/messages/{sent.chat_id}")
    menu = ana.page.get_by_label("More", exact=True)
    menu.focus()
    menu.press("Enter")
    item = ana.page.get_by_role("button", name="Mail a copy to me")
    expect(item).to_be_visible()
    expect(ana.page.get_by_role("button", name="Mail it to the customer")).to_have_count(0)
    assert ana.overflows() == []
    assert ana.axe() == []
    item.focus()
    item.press("Enter")
    toast = ana.page.locator("#toasts .toast")
    expect(toast).to_have_text(["It is on its way by e-mail."])
    (letter,) = office.wait_for(1)
    assert letter["To"] == desk.people.ana.email
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Where is my order?" in body.get_content()
    assert "UTC+05:30" in body.get_content(), "times of her own zone"
    ana.close()


def let_time_pass() -> None:
    """What was said was said three minutes ago, and what waits has waited."""
    with transaction() as tx:
        tx.run(update(message_table).values(created_at=clock.now() - 180_000), {})
        tx.run(update(jobs_table).where(jobs_table.c.kind == "mail_answers").values(run_at=1), {})


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280", "390"])
def test_the_whole_way(browser: Browser, desk: Desk, office: Office, size: dict[str, int]) -> None:
    lena = Visitor(browser, desk.server.url, viewport=size)
    lena.log_in("customer", "/dashboard")
    lena.open_widget()
    ask = lena.page.locator("#widget-mail")
    expect(ask.locator("details")).to_have_count(0)
    lena.say("Where is my order?")
    lena.sees("Where is my order?")
    address = ask.get_by_label("E-mail address")
    expect(address).to_have_value("customer@example.com")
    assert lena.overflows() == []
    assert lena.axe() == []
    address.fill("lena@home.example")
    address.press("Enter")
    expect(ask).to_contain_text("We have sent a link to lena@home.example")
    page = lena.page
    page.goto(told(office, 1, r"http://desk(/mail/\S+/confirm)"))
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("heading")).to_have_text("Your address is confirmed")
    lena.close()

    sent = history.before(1).messages[0]
    messages.send(desk.people.ana, sent.chat_id, Draft("It left today", "a"))
    let_time_pass()
    way = told(office, 2, r"http://desk(/c/\S+)")

    phone = Visitor(browser, desk.server.url, viewport=size)  # another browser, by the mail
    phone.goto(way)
    phone.sees("It left today")
    assert phone.overflows() == []
    assert phone.axe() == []
    phone.page.get_by_role("button", name="Write an answer").press("Enter")
    code = phone.page.get_by_label("We have mailed a code")
    expect(code).to_be_focused()
    code.fill(told(office, 3, r"\n(\d{6})\r?\n"))
    code.press("Enter")
    phone.composer.fill("Thank you")
    phone.page.get_by_role("button", name="Send").click()
    phone.sees("Thank you")
    assert phone.overflows() == []
    assert history.before(sent.chat_id).messages[-1].text == "Thank you"
    assert phone.complaints == []
    phone.close()


def test_the_whole_way_of_a_stranger_on_another_site(
    browser: Browser, desk: Desk, office: Office
) -> None:
    stranger = Stranger(browser, f"http://localhost:{desk.server.port}")
    stranger.hosts.add(f"127.0.0.1:{desk.server.port}")
    stranger.goto("/demo/shop")
    stranger.open_chat_window()
    ask = stranger.frame.locator("#widget-mail")
    expect(ask.locator("details")).to_have_count(0)
    stranger.say("Do you ship to Lisbon?")
    stranger.sees("Do you ship to Lisbon?")
    expect(ask.locator("details")).to_have_attribute("open", "")
    address = ask.get_by_label("E-mail address")
    address.fill("stranger@home.example")
    address.press("Enter")
    expect(ask).to_contain_text("We have sent a link to stranger@home.example")
    confirms = told(office, 1, r"http://desk(/mail/\S+/confirm)")
    assert "Lisbon" not in str(office.mail[0])
    ask.locator("summary").click()
    expect(address).not_to_be_visible()
    mailbox = Visitor(browser, desk.server.url)
    mailbox.goto(confirms)
    mailbox.page.get_by_role("button", name="Yes, it is mine").click()
    expect(mailbox.page.get_by_role("heading")).to_have_text("Your address is confirmed")

    # They leave, are answered, and the server is killed before anything was mailed.
    chat_id = history.before(1).messages[0].chat_id
    stranger.page.evaluate("Deskbell('close')")
    stranger.page.goto("about:blank")
    desk.server.kill()
    messages.send(desk.people.ana, chat_id, Draft("We do, in three days", "a"))
    messages.send(desk.people.ana, chat_id, Draft("Shall I reserve one?", "b"))
    let_time_pass()
    desk.server.start()
    mailbox.goto(told(office, 2, r"http://desk(/c/\S+)"))
    mailbox.sees("We do, in three days")
    mailbox.sees("Shall I reserve one?")

    # They log in on the site, and it is the same chat.
    stranger.goto("/demo/shop")
    stranger.launcher.click()
    stranger.sees("Shall I reserve one?")
    identify(stranger, signed(desk, "7", "Grace Hopper"))
    stranger.say("Yes, please")
    stranger.sees("Yes, please")
    laptop = Stranger(browser, f"http://localhost:{desk.server.port}")
    laptop.hosts.add(f"127.0.0.1:{desk.server.port}")
    laptop.goto("/demo/shop")
    laptop.launcher.click()
    identify(laptop, signed(desk, "7", "Grace Hopper"))
    laptop.sees("Yes, please")
    said = [row for row in history.before(chat_id).messages if row.sender_id is not None]
    assert [row.text for row in said] == [
        "Do you ship to Lisbon?",
        "We do, in three days",
        "Shall I reserve one?",
        "Yes, please",
    ]
    assert {row.sender_name for row in said} == {"Grace Hopper", desk.people.ana.name}
    assert len(office.mail) == 2
    for each in (mailbox, stranger, laptop):
        assert each.complaints == []
        each.close()

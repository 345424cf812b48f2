"""An answer that was not read is mailed once, with those beside it, to a verified address."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.mail import answers, replies
from app.models import database
from app.models.jobs import table as jobs_table
from app.models.links import table as link_table
from app.models.mail import mails as mail_table
from app.operations import blocks, chat_links, mail_addresses, mails, messages, receipts
from app.operations.messages import Draft
from app.queries import mail
from tests.mail.conftest import DESK, MINUTE, has_address, work
from tests.mail.office import Office
from tests.people import People

Later = Callable[[int], None]
DAY = 24 * 60 * MINUTE


@pytest.fixture
def chat_id(people: People, later: Later) -> int:
    """Lena has asked, Ana has answered, and Lena has read that. She has an address."""
    chat_id = messages.send(people.lena, None, Draft("Hello?", "q")).chat_id
    messages.send(people.ana, chat_id, Draft("Read this at once", "0"))
    receipts.mark_read(people.lena, chat_id)
    has_address(people.lena)
    work()
    return chat_id


def answer(people: People, chat_id: int, *texts: str) -> None:
    for text in texts:
        messages.send(people.ana, chat_id, Draft(text, str(len(text)) + text[:3]))


def parts(letter: EmailMessage) -> tuple[str, str]:
    text, html = (part.get_content() for part in letter.iter_parts())
    return text, html


def test_what_is_unread_for_two_minutes_goes_in_one_mail(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    answer(people, chat_id, "It left today.")
    later(MINUTE)
    answer(people, chat_id, "Here is the number: <b>12</b> & more\nhttps://track.example/12")
    assert work() == 0
    later(MINUTE)
    assert work() == 1
    (letter,) = office.mail
    assert (letter["To"], letter["Subject"]) == (
        "lena@home.example",
        "Your chat with Northwind Chairs",
    )
    text, html = parts(letter)
    assert text.index("It left today.") < text.index("<b>12</b> & more\r\nhttps://track.example/12")
    assert "There are 2 answers for you:" in text
    assert "&lt;b&gt;12&lt;/b&gt; &amp; more" in html
    assert "Read this at once" not in text + html
    assert "Hello?" not in text + html
    assert re.search(rf"{DESK}/c/\S+", text)
    assert not re.search(r"<(img|script|link|style)|url\(|@import", html)
    assert set(re.findall(r'href="(https://[^/"]+)', html)) == {DESK, "https://track.example"}
    later(10 * MINUTE)
    assert work() == 0
    assert mail.trouble() == (True, 0, 0)


def test_the_next_one_stands_in_the_same_thread_and_says_only_what_is_new(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    for text in ("One", "Two", "Three"):
        answer(people, chat_id, text)
        later(2 * MINUTE)
        assert work() == 1
    first, second, third = office.mail
    assert "One" not in parts(second)[0]
    assert len({each["Message-ID"] for each in office.mail}) == 3
    root = first["In-Reply-To"]
    assert (first["References"], second["In-Reply-To"]) == (root, first["Message-ID"])
    assert second["References"] == f"{root} {first['Message-ID']}"
    assert third["References"] == f"{root} {second['Message-ID']}"


def test_it_says_what_machines_are_to_know(
    app: Flask,
    people: People,
    office: Office,
    chat_id: int,
    later: Later,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(
        answers.replies, "reply_address", lambda *who: given.append(who) or "reply+x@in.example"
    )
    answer(people, chat_id, "One")
    later(2 * MINUTE)
    work()
    (letter,) = office.mail
    assert (given, letter["Reply-To"]) == ([(chat_id, people.lena.id)], "reply+x@in.example")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = letter["List-Unsubscribe"].removeprefix(f"<{DESK}").removesuffix(">")
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    answer(people, chat_id, "Two")
    later(2 * MINUTE)
    assert work() == 0
    assert len(office.mail) == 1


def test_a_mail_and_its_link_are_kept_while_a_reply_is_taken_and_the_last_one_of_a_chat_longer(
    app: Flask,
    people: People,
    office: Office,
    chat_id: int,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def kept() -> tuple[int, int]:
        mails.forget_old()
        tables = (database.rows(select(table)) for table in (mail_table, link_table))
        first, second = (len(rows) for rows in tables)
        return first, second

    monkeypatch.setitem(app.config, "MAIL_REPLIES", "reply@in.example")
    for text, wait in (("One", 2 * MINUTE), ("Two", 2 * MINUTE), ("Three", 60 * DAY)):
        answer(people, chat_id, text)
        later(2 * MINUTE)
        assert work() == 1
        later(wait)
    chat_links.revoke(chat_id)  # which makes no difference
    first, _second, third = office.mail
    later(31 * DAY - 9 * MINUTE)
    assert kept() == (3, 3)
    later(MINUTE)
    assert replies.read_address(first["Reply-To"]) is None
    assert kept() == (2, 2)
    later(365 * DAY)
    assert kept() == (1, 1)
    answer(people, chat_id, "Four")
    later(2 * MINUTE)
    assert work() == 1
    fourth = office.mail[-1]
    assert "Three" not in parts(fourth)[0]  # she has not read it, and was told
    assert fourth["In-Reply-To"] == third["Message-ID"]


def test_read_meanwhile_or_gone_nothing_is_mailed(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    answer(people, chat_id, "One")
    receipts.mark_read(people.lena, chat_id)
    later(2 * MINUTE)
    assert work() == 1
    answer(people, chat_id, "Two")
    blocks.block(people.ana, chat_id)
    later(2 * MINUTE)
    assert work() == 1
    answers.send(999_999)
    assert len(office.mail) == 0


@pytest.mark.parametrize("what", ["none", "unverified", "unsubscribed", "off"])
def test_nobody_else_is_mailed_and_for_nobody_a_job_is_stored(
    app: Flask, people: People, office: Office, later: Later, what: str
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello?", "q")).chat_id
    messages.send(people.ana, chat_id, Draft("One", "1"))
    if what == "unverified":
        mail_addresses.give(people.lena, "a@home.example", language="en", address="x")
    elif what != "none":
        key = has_address(people.lena)
        if what == "unsubscribed":
            mail_addresses.unsubscribe(key)
        else:
            app.config["MAIL_URL"] = None
    messages.send(people.ana, chat_id, Draft("Two", "2"))
    kinds = [kind for (kind,) in database.rows(select(jobs_table.c.kind))]
    assert "mail_answers" not in kinds
    later(3 * MINUTE)
    work()
    answers.send(chat_id)  # as if one had been stored before
    assert not any("chat" in each["Subject"] for each in office.mail)


def test_after_a_crash_between_sending_and_its_note_the_same_mail_goes_out_again(
    app: Flask,
    people: People,
    office: Office,
    chat_id: int,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(_mail_id: int) -> None:
        raise SystemError("kill -9")

    answer(people, chat_id, "One")
    later(2 * MINUTE)
    with monkeypatch.context() as dying:
        dying.setattr(mails, "sent", die)
        assert work() == 1
    answer(people, chat_id, "Two")  # while the job waits for its next attempt
    later(MINUTE)
    assert work() == 1
    first, again = office.mail
    assert again["Message-ID"] == first["Message-ID"]
    assert parts(again) == parts(first)
    later(MINUTE)
    assert work() == 1  # what came meanwhile has a job of its own, after two minutes of its own
    assert "Two" in parts(office.mail[2])[0]
    assert "One" not in parts(office.mail[2])[0]
    assert len(office.mail) == 3


def test_a_server_that_is_away_gets_it_later_and_one_that_refuses_is_not_asked_again(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    office.refusals = {"RCPT": "451 later"}
    answer(people, chat_id, "One")
    later(2 * MINUTE)
    assert work() == 1
    assert mail.trouble() == (True, 1, 0)
    office.refusals = {}
    later(MINUTE)
    assert work() == 1
    assert len(office.mail) == 1
    assert mail.trouble() == (True, 0, 0)
    office.refusals = {"RCPT": "550 nobody here"}
    answer(people, chat_id, "Two")
    later(2 * MINUTE)
    assert work() == 1
    office.refusals = {}
    later(60 * MINUTE)
    assert work() == 0
    assert len(office.mail) == 1
    assert mail.trouble() == (True, 0, 1)


def test_what_was_begun_and_is_read_before_the_next_attempt_is_not_mailed(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    office.refusals = {"RCPT": "451 later"}
    answer(people, chat_id, "One")
    later(2 * MINUTE)
    work()
    office.refusals = {}
    receipts.mark_read(people.lena, chat_id)
    later(MINUTE)
    assert work() == 1
    answer(people, chat_id, "Two")
    later(2 * MINUTE)
    work()
    assert ["One" in parts(each)[0] for each in office.mail] == [False]


@pytest.mark.parametrize(
    ("language", "subject", "direction"),
    [("de", "Ihr Chat mit Northwind Chairs", "ltr"), ("ar", "محادثتك مع Northwind Chairs", "rtl")],
)
def test_it_is_in_the_customers_language(
    app: Flask,
    people: People,
    office: Office,
    chat_id: int,
    later: Later,
    language: str,
    subject: str,
    direction: str,
) -> None:
    has_address(people.lena, "other@home.example", language)
    answer(people, chat_id, "One")
    later(2 * MINUTE)
    work()
    letter = office.mail[-1]
    assert letter["Subject"] == subject
    assert f'lang="{language}" dir="{direction}"' in parts(letter)[1]


def test_what_people_are_called_adds_no_header(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    app.config["SITE_NAME"] = "Shop\r\nBcc: eve@evil.example\r\n\r\nbody"
    answer(people, chat_id, "One\r\nBcc: eve@evil.example\r\n.\r\nQUIT")
    later(2 * MINUTE)
    assert work() == 1
    (letter,) = office.mail
    assert letter["Bcc"] is None
    assert office.envelopes[0].rcpt_tos == ["lena@home.example"]
    assert "QUIT" in parts(letter)[0]


def test_a_provider_chat_is_not_mailed(
    app: Flask, people: People, office: Office, chat_id: int, later: Later
) -> None:
    from app.operations import chats

    order, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    messages.send(people.petra, order.id, Draft("Your car is ready", "p"))
    later(3 * MINUTE)
    assert work() == 0
    assert len(office.mail) == 0

"""The mailbox, on a real server: what comes is said once, whatever ends in between."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from app import metrics
from app.errors import Unavailable
from app.jobs.kinds import Kind, kinds
from app.jobs.runner import Runner
from app.mail import incoming, mailbox, reading
from app.mail.replies import reply_address
from app.models import database
from app.models.jobs import table as job_table
from app.operations import messages
from app.operations.messages import Draft
from app.queries.replies import counts
from tests.mail import dovecot
from tests.mail.dovecot import Dovecot
from tests.mail.samples import GMAIL_EN, mail, with_files
from tests.mail.test_incoming import BASE, WRITTEN, said
from tests.people import People

TAKEN, REFUSED = {"\\Seen", "DeskbellTaken"}, {"\\Seen", "DeskbellRefused"}
PARKED = {"\\Seen", "\\Flagged", "DeskbellParked"}


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def box(app: Flask, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """An empty mailbox that the settings name, whose certificate is trusted."""
    app.config.update(MAIL_REPLIES=BASE, IMAP_URL=server.url())
    monkeypatch.setenv("SSL_CERT_FILE", server.certificate)
    with server.client() as client:
        client.delete_messages(client.search())
        client.expunge()
    return server


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("Which chair?")).chat_id


@pytest.fixture
def here(box: Dovecot, chat_id: int, people: People) -> str:
    return str(reply_address(chat_id, people.lena.id))


def numbered(here: str, number: int, text: str = "") -> bytes:
    return mail(text or f"Number {number}", to=here, message_id=f"<{number}@example.com>")


def texts(chat_id: int) -> list[str]:
    return [text for _, text in said(chat_id)][1:]


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_what_has_come_is_said_and_marked(
    app: Flask, box: Dovecot, chat_id: int, here: str, scheme: str
) -> None:
    app.config["IMAP_URL"] = box.url(scheme)
    stranger = mail("Let me in", to=here, sender="stranger@example.com")
    away = mail("I am away", "Auto-Submitted: auto-replied", to=here)
    box.put(mail(GMAIL_EN, to=here), stranger, away, b"\x00\xff", with_files("F\n", to=here))
    mailbox.look()
    assert box.flags() == [TAKEN, REFUSED, TAKEN, REFUSED, TAKEN]
    assert texts(chat_id) == [WRITTEN, "F"]
    assert counts() == {"taken": 2, "stranger": 1, "automatic": 1, "unreadable": 1}
    box.put(mail(GMAIL_EN, "Received: by the other way", to=here))
    mailbox.look()
    assert texts(chat_id) == [WRITTEN, "F"]
    assert box.flags()[-1] == TAKEN


def test_more_than_one_visits_worth_is_taken_in_order(
    app: Flask, box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["RATE_LIMITS"] = False
    monkeypatch.setattr(mailbox, "AT_ONCE", 4)
    box.put(*(numbered(here, number) for number in range(10)))
    mailbox.look()
    assert texts(chat_id) == [f"Number {number}" for number in range(10)]
    assert box.flags() == [TAKEN] * 10


def test_a_process_that_ends_in_the_middle_loses_and_doubles_nothing(
    box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(numbered(here, 1), numbered(here, 2))

    def end(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(mailbox, "mark", end)
        with pytest.raises(SystemExit):
            mailbox.look()
    assert box.flags() == [{"DeskbellTried1"}] * 2
    mailbox.look()
    assert texts(chat_id) == ["Number 1", "Number 2"]
    assert box.flags() == [TAKEN] * 2


def test_what_kills_its_reader_is_parked_and_costs_no_other_its_place(
    box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(numbered(here, 1), numbered(here, 2, "poison"), numbered(here, 3))
    read = reading.read

    def die(source, most):  # type: ignore[no-untyped-def]
        if b"poison" in source.getvalue():
            raise SystemExit
        return read(source, most)

    monkeypatch.setattr(reading, "read", die)
    for _ in range(3):
        with pytest.raises(SystemExit):
            mailbox.look()
    mailbox.look()
    assert box.flags() == [TAKEN, PARKED, TAKEN]
    assert texts(chat_id) == ["Number 1", "Number 3"]


def test_what_meets_a_fault_three_times_is_parked(
    box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(numbered(here, 1), numbered(here, 2))
    take = incoming.take

    def fail(chat_id: int, user_id: int, text: str, client_id: str):  # type: ignore[no-untyped-def]
        if text == "Number 1":
            raise ZeroDivisionError
        return take(chat_id, user_id, text, client_id)

    monkeypatch.setattr(incoming, "take", fail)
    for tried in ({"DeskbellTried1"}, {"DeskbellTried1", "DeskbellTried2"}, PARKED):
        mailbox.look()
        assert box.flags()[0] - {"DeskbellTried3"} == tried
        assert box.flags()[1] == TAKEN
    mailbox.look()
    assert texts(chat_id) == ["Number 2"]


def test_who_sends_too_fast_is_taken_later_and_no_fault_is_counted(
    box: Dovecot, chat_id: int, here: str
) -> None:
    box.put(*(numbered(here, number) for number in range(11)))
    mailbox.look()
    assert box.flags() == [TAKEN] * 9 + [set()] * 2  # Lena has said one before


def test_a_database_that_is_away_is_no_fault_of_the_mails(
    box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(numbered(here, 1), numbered(here, 2))

    def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as gone:
        gone.setattr(incoming, "take", away)
        for _ in range(4):
            mailbox.look()
    assert box.flags() == [set()] * 2
    mailbox.look()
    assert texts(chat_id) == ["Number 1", "Number 2"]


def test_of_a_mail_too_big_the_beginning_is_read(
    app: Flask, box: Dovecot, chat_id: int, here: str
) -> None:
    app.config["MAIL_SIZE"] = 100_000
    box.put(mail("Hello\n\n" + "> quoted\n" * 50_000, to=here))
    mailbox.look()
    assert texts(chat_id) == [
        "Hello\n\n[The e-mail was longer. The rest of it did not come along.]"
    ]


def test_a_server_without_keywords_is_served_with_flags(
    box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = IMAPClient.select_folder

    def plainly(*given: object, **named: object) -> dict[bytes, object]:
        return select(*given, **named) | {b"PERMANENTFLAGS": (b"\\Seen", b"\\Flagged")}  # type: ignore[arg-type, no-any-return]

    monkeypatch.setattr(IMAPClient, "select_folder", plainly)
    box.put(numbered(here, 1), numbered(here, 2))
    take = incoming.take
    monkeypatch.setattr(
        incoming, "take", lambda *reply: take(*reply) if reply[2] == "Number 1" else 1 / 0
    )
    mailbox.look()
    assert box.flags() == [{"\\Seen"}, {"\\Seen", "\\Flagged"}]


def test_a_certificate_that_nobody_vouches_for_is_refused(
    app: Flask, box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(numbered(here, 1))
    before = metrics.MAILBOX_AWAY._value.get()
    monkeypatch.delenv("SSL_CERT_FILE")
    for scheme in ("imaps", "imap"):
        app.config["IMAP_URL"] = box.url(scheme)
        mailbox.look()
    monkeypatch.setenv("SSL_CERT_FILE", box.certificate)
    app.config["IMAP_URL"] = box.url(host="127.0.0.1")  # whose certificate it is not
    mailbox.look()
    assert metrics.MAILBOX_AWAY._value.get() == before + 3
    assert texts(chat_id) == []
    app.config["IMAP_URL"] = box.url()
    mailbox.look()
    assert texts(chat_id) == ["Number 1"]


def test_who_is_away_is_waited_for_and_who_refuses_the_login_is_a_failure(
    app: Flask, box: Dovecot
) -> None:
    before = metrics.MAILBOX_AWAY._value.get()
    app.config["IMAP_URL"] = "imaps://a:b@localhost:1/INBOX"
    mailbox.look()
    assert metrics.MAILBOX_AWAY._value.get() == before + 1
    app.config["IMAP_URL"] = box.url(password="wrong")
    with pytest.raises(LoginError):
        mailbox.look()


def test_a_server_that_says_nothing_is_left_in_time(
    app: Flask, box: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(mailbox, "TIMEOUTS", mailbox.SocketTimeout(connect=0.2, read=0.2))
    before = metrics.MAILBOX_AWAY._value.get()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app.config["IMAP_URL"] = f"imaps://a:b@localhost:{silent.getsockname()[1]}/INBOX"
        mailbox.look()
    assert metrics.MAILBOX_AWAY._value.get() == before + 1


def test_it_is_looked_into_again_and_again_where_there_is_one(
    app: Flask, box: Dovecot, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in kinds if name != "look_into_mailbox"]:
        monkeypatch.delitem(kinds, name)
    app.config["IMAP_URL"] = ""
    Runner(app, lambda work, job: work(job)).look()
    assert database.rows(job_table.select()) == []
    app.config["IMAP_URL"] = box.url()
    box.put(numbered(here, 1))
    Runner(app, lambda work, job: work(job)).look()
    (job,) = database.rows(job_table.select())
    assert (job.kind, job.lease_id, job.attempts) == ("look_into_mailbox", None, 0)
    assert texts(chat_id) == ["Number 1"]
    assert isinstance(kinds[job.kind], Kind)
    assert os.environ["SSL_CERT_FILE"] == box.certificate

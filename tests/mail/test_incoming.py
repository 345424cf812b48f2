"""A reply by mail: said once, by whom its address was made for, or not at all."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app import clock
from app.jobs.kinds import kinds
from app.jobs.runner import Runner
from app.mail import incoming, replies
from app.mail.addresses import address_of
from app.mail.incoming import NotTaken, Outcome
from app.mail.replies import read_address, reply_address
from app.models import database, users
from app.models.jobs import JobState
from app.models.messages import SELECT_MESSAGES
from app.models.messages import table as message_table
from app.operations import blocks, closures, jobs, messages
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries.replies import counts
from tests.conftest import settings_for
from tests.mail.samples import GMAIL_EN, mail, with_files
from tests.nursery import ROOT
from tests.people import People

BASE = "reply@desk.example.com"
WRITTEN = "Yes, the blue one please.\n\nAnd when will it arrive?"


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["MAIL_REPLIES"] = BASE
    return app


@pytest.fixture
def chat_id(app: Flask, people: People) -> int:
    chat_id = messages.send(people.lena, None, Draft("Which chair?")).chat_id
    messages.send(people.ana, chat_id, Draft("Which one do you want?"))
    return chat_id


@pytest.fixture
def here(chat_id: int, people: People) -> str:
    """The address that Lena's replies go to."""
    return str(reply_address(chat_id, people.lena.id))


def receive(raw: bytes, recipients: str = "") -> Outcome:
    """What becomes of a mail by the shell's way, once whoever does jobs has done what there is."""
    try:
        incoming.later(io.BytesIO(raw), recipients)
    except NotTaken as refused:
        return refused.outcome
    outcomes = []
    while (job := jobs.claim(["take_reply"])) is not None:
        outcomes.append(kinds[job.kind].handler(**job.arguments))
        jobs.done(job)
    return outcomes[-1]


def said(chat_id: int) -> list[tuple[str | None, str]]:
    wanted = SELECT_MESSAGES.where(message_table.c.chat_id == chat_id)
    rows = database.rows(wanted.order_by(message_table.c.seq))
    return [(row.sender_name, row.text) for row in rows if row.line is None]


# ---- the address ----


def test_an_address_names_chat_and_person_in_40_characters(app: Flask) -> None:
    address = reply_address(2**40 - 1, 2**39)
    assert address is not None
    name, _, host = address.partition("@")
    assert (host, len(name)) == ("desk.example.com", len("reply+") + 40)
    assert len(name) <= 64
    for written in (address, address.upper(), f"Desk <{address}>, other@example.com"):
        assert read_address(written) == (2**40 - 1, 2**39)


def test_an_address_that_was_tampered_with_is_none(app: Flask) -> None:
    address = str(reply_address(5, 7))
    token = address[6:46]
    for at in range(40):
        other = token[:at] + ("b" if token[at] == "a" else "a") + token[at + 1 :]
        assert read_address(address.replace(token, other)) is None
    assert read_address(BASE) is None
    assert read_address(address.replace(token, token[:-1])) is None
    assert read_address(address) == (5, 7)
    app.config["SECRET_KEY"] = "another one"
    assert read_address(address) is None


def test_an_address_ends_after_90_days(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    address, day = str(reply_address(5, 7)), clock.now() // replies.DAY_MS
    for days, found in ((90, (5, 7)), (91, None)):
        monkeypatch.setattr(clock, "now", lambda at=day + days: at * replies.DAY_MS)
        assert read_address(address) == found


def test_of_many_tokens_the_first_that_holds_counts_and_not_all_are_looked_at(app: Flask) -> None:
    address, other = str(reply_address(5, 7)), f"x+{'a' * 40}@desk.example.com, "
    assert read_address(other * 10 + address) == (5, 7)
    assert read_address(other * 1_000 + address) is None


def test_without_the_setting_there_is_none(app: Flask) -> None:
    address = str(reply_address(5, 7))
    app.config["MAIL_REPLIES"] = ""
    assert reply_address(5, 7) is None
    assert read_address(address) is None


def test_a_persons_addresses(people: People) -> None:
    assert address_of(people.lena.id) == {"customer@example.com"}
    assert address_of(999) == set()


# ---- what is taken ----


def test_a_reply_is_said_by_its_writer(people: People, chat_id: int, here: str) -> None:
    assert receive(mail(GMAIL_EN, to=here)) == Outcome.TAKEN
    assert said(chat_id)[-1] == ("Lena Ortiz", WRITTEN)
    assert counts() == {"taken": 1}


def test_the_same_mail_is_said_once_whenever_it_comes_again(chat_id: int, here: str) -> None:
    assert receive(mail(GMAIL_EN, to=here)) == Outcome.TAKEN
    again = mail(GMAIL_EN, "Received: from elsewhere", to=here)
    assert receive(again) == Outcome.REPEAT
    assert [text for _, text in said(chat_id)].count(WRITTEN) == 1
    incoming.later(io.BytesIO(again), "")
    incoming.later(io.BytesIO(again), "")  # while the first one still waits
    assert receive(again) == Outcome.REPEAT
    assert receive(mail(GMAIL_EN, to=here, message_id="<2@example.com>")) == Outcome.TAKEN
    assert len(said(chat_id)) == 4


def test_a_closed_chat_waits_again(people: People, chat_id: int, here: str) -> None:
    closures.close(people.ana, chat_id)
    assert receive(mail("It broke.", to=here)) == Outcome.TAKEN
    assert said(chat_id)[-1][1] == "It broke."


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Cc"])
def test_the_address_may_stand_elsewhere(chat_id: int, here: str, header: str) -> None:
    assert receive(mail("Hello", f"{header}: {here.upper()}", to=BASE)) == Outcome.TAKEN


def test_the_envelopes_address_counts(chat_id: int, here: str) -> None:
    assert receive(mail("Hello", to="list@example.com"), here) == Outcome.TAKEN


def test_an_address_is_the_same_however_it_is_written(chat_id: int, here: str) -> None:
    assert receive(mail("Hello", to=here, sender="CUSTOMER@Example.COM")) == Outcome.TAKEN


def test_files_are_noted(chat_id: int, here: str) -> None:
    files = ("a.pdf", b"x"), ("b.png", b"x")
    assert receive(with_files("See there.\n", *files, to=here)) == Outcome.TAKEN
    note = "[2 files that did not come along: \u2068a.pdf\u2069, \u2068b.png\u2069]"
    assert said(chat_id)[-1][1] == f"See there.\n\n{note}"
    alone = with_files("\n", *files, to=here).replace(b"files@", b"alone@")
    assert receive(alone) == Outcome.TAKEN
    assert said(chat_id)[-1][1] == note


def test_of_many_files_ten_are_named(chat_id: int, here: str) -> None:
    receive(with_files("There.\n", *((f"{n}.pdf", b"") for n in range(12)), to=here))
    text = said(chat_id)[-1][1]
    assert "[12 files that did not come along: " in text
    assert text.count(".pdf") == 10
    assert text.endswith(", …]")


def test_what_is_too_long_is_cut_and_says_so(app: Flask, chat_id: int, here: str) -> None:
    app.config["MESSAGE_LENGTH"] = 200
    assert receive(with_files("word " * 100 + "\n", ("a.pdf", b""), to=here)) == Outcome.TAKEN
    text = said(chat_id)[-1][1]
    assert text.startswith("word word")
    assert text.endswith("]\n[The e-mail was longer. The rest of it did not come along.]")
    assert 190 <= len(text) <= 200
    app.config["MESSAGE_LENGTH"] = 10
    assert receive(mail("word " * 100, to=here)) == Outcome.TAKEN
    assert len(said(chat_id)[-1][1]) == 10


def test_it_is_shown_that_it_came_by_mail(
    app: Flask, people: People, client: FlaskClient, chat_id: int, here: str
) -> None:
    receive(mail("By mail", to=here))
    messages.send(people.lena, chat_id, Draft("By hand"))
    for person in (people.lena, people.ana):
        page = page_of(client, person.email, chat_id if person.is_staff else None)
        assert page.count("message-via") == 1
        article = page[page.rindex("By mail") : page.rindex("By hand")]
        assert "by e-mail" in article


# ---- what is not ----


def test_a_strangers_reply_is_refused(people: People, chat_id: int, here: str) -> None:
    before = said(chat_id)
    for sender in (
        "stranger@example.com",
        '"customer@example.com" <stranger@example.com>',
        "customer@example.com, stranger@example.com",
        people.ana.email,
        people.marcus.email,
    ):
        assert receive(mail(GMAIL_EN, to=here, sender=sender)) == Outcome.STRANGER
    assert said(chat_id) == before


def test_a_token_of_another_chat_opens_none_of_others(people: People, chat_id: int) -> None:
    others = messages.send(people.marcus, None, Draft("Mine")).chat_id
    crossed = str(reply_address(others, people.lena.id))
    assert receive(mail("Hello", to=crossed)) == Outcome.UNKNOWN_ADDRESS
    his = str(reply_address(others, people.marcus.id))
    assert receive(mail("Hello", to=his)) == Outcome.STRANGER  # forwarded to Lena
    assert [text for _, text in said(others)] == ["Mine"]


def test_what_was_not_asked_for_is_refused(chat_id: int, here: str) -> None:
    assert receive(mail("Hello", to=BASE)) == Outcome.UNKNOWN_ADDRESS
    assert receive(mail("Hello", to=here.replace("+", "+a"))) == Outcome.UNKNOWN_ADDRESS


def test_staff_and_those_who_were_deactivated_are_refused(people: People, chat_id: int) -> None:
    for_ana = str(reply_address(chat_id, people.ana.id))
    assert receive(mail("Hello", to=for_ana, sender=people.ana.email)) == Outcome.NOT_ALLOWED
    here = str(reply_address(chat_id, people.lena.id))
    with transaction() as tx:
        gone = update(users.table).values(is_active=False)
        tx.run(gone.where(users.table.c.id == people.lena.id), {})
    assert receive(mail("Hello", to=here)) == Outcome.NOT_ALLOWED


def test_a_blocked_chat_takes_none(people: People, chat_id: int, here: str) -> None:
    incoming.later(io.BytesIO(mail("Meanwhile", to=here)), "")
    blocks.block(people.maya, chat_id)
    before = said(chat_id)
    assert receive(mail("Hello", to=here)) == Outcome.NOT_ALLOWED
    job = jobs.claim(["take_reply"])
    assert job is not None
    assert incoming.take(**job.arguments) == Outcome.NOT_ALLOWED  # what had been let in before
    assert said(chat_id) == before


@pytest.mark.parametrize(
    "text", ["", "\n\n", "> only what was said\n", "\u200b\u2060", "-- \nLena"]
)
def test_what_says_nothing_is_refused(chat_id: int, here: str, text: str) -> None:
    assert receive(mail(text, to=here)) == Outcome.EMPTY


def test_programs_are_dropped_whatever_they_write_to(chat_id: int, here: str) -> None:
    away = "Auto-Submitted: auto-replied"
    for to in (here, BASE):
        assert receive(mail("I am away.", away, to=to)) == Outcome.AUTOMATIC
    assert len(said(chat_id)) == 2


def test_our_own_mail_that_comes_back_is_dropped(chat_id: int, here: str) -> None:
    ours = "<answers-12@desk.example.com>"
    assert receive(mail("Hello", to=here, message_id=ours)) == Outcome.LOOP
    assert receive(mail("Hello", to=here, sender=f"Desk <{here}>")) == Outcome.LOOP


def test_of_replies_without_end_thirty_are_taken_an_hour(
    app: Flask, chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.operations.limits.sends", lambda _actor: None)
    outcomes = [
        receive(mail(f"Number {n}", to=here, message_id=f"<{n}@example.com>")) for n in range(32)
    ]
    assert outcomes == [Outcome.TAKEN] * 30 + [Outcome.LOOP] * 2
    assert len(said(chat_id)) == 32
    assert counts() == {"taken": 30, "loop": 2}


def test_who_sends_too_fast_is_tried_again_by_whoever_does_jobs(
    app: Flask, chat_id: int, here: str
) -> None:
    for n in range(12):
        incoming.later(io.BytesIO(mail(f"N {n}", to=here, message_id=f"<{n}@example.com>")), "")
    runner = Runner(app, lambda work, job: work(job))
    runner.look()
    waiting = [job for job in database.rows(jobs.table.select()) if job.kind == "take_reply"]
    assert len(said(chat_id)) == 2 + 9  # with what Lena had said: ten in ten seconds
    assert [job.attempts for job in waiting] == [1] * 3


def test_nothing_that_was_written_or_any_address_is_in_the_log(
    chat_id: int, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, object]] = []
    noting = SimpleNamespace(info=lambda event, **told: lines.append({"event": event} | told))
    monkeypatch.setattr(incoming, "log", noting)
    receive(mail("My secret", to=here))
    assert lines == [{"event": "mail came in", "outcome": "taken", "chat_id": chat_id}]


def test_metrics_count_what_became_of_mails(client: FlaskClient, chat_id: int, here: str) -> None:
    receive(mail("Hello", to=here))
    incoming.told(Outcome.STRANGER)
    told = client.get("/metrics").get_data(as_text=True)
    assert 'deskbell_mail_replies{outcome="taken"} 1.0' in told
    assert 'deskbell_mail_replies{outcome="stranger"} 1.0' in told


# ---- the shell ----


@pytest.fixture
def shell(database: Path, app: Flask) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`flask mail receive`, as a mail server runs it."""
    settings = settings_for(database, MAIL_REPLIES=BASE)

    def run(raw: bytes, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "receive", *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]} | settings | more,
            input=raw,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_mail_server_is_told_what_became_of_a_mail(
    shell: Callable[..., subprocess.CompletedProcess[bytes]], chat_id: int, here: str
) -> None:
    secret = "What nobody else is to read"
    stranger = mail(secret, to=here, sender="stranger@example.com")
    for raw, words, code in (
        (mail("Hello", to=BASE), ("--", here), 0),
        (mail(secret, "Auto-Submitted: auto-replied", to=here), (), 0),
        (b"\n", (), 65),
        (b"X: y\r\n" * 6_000_000, (), 67),
        (stranger, (), 77),
        (stranger, ("--no-bounce",), 0),
    ):
        ended = shell(raw, *words)
        assert ended.returncode == code, ended.stderr.decode()
        assert secret.encode() not in ended.stdout + ended.stderr
        assert ended.stderr.count(b"\n") == (code != 0 or "--no-bounce" in words)
    job = jobs.claim(["take_reply"])
    assert isinstance(job, JobState)
    assert json.loads(job.payload)["text"] == "Hello"
    assert jobs.claim(["take_reply"]) is None
    assert counts()["stranger"] == 2


def test_what_may_pass_is_told_as_such(
    shell: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path, here: str
) -> None:
    ended = shell(mail("Hello", to=here), DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    assert ended.returncode == 75


def page_of(client: FlaskClient, email: str, chat_id: int | None) -> str:
    from tests.people import PASSWORD

    client.post("/logout")
    client.post("/login", data={"email": email, "password": PASSWORD})
    path = f"/admin/messages/{chat_id}" if chat_id else "/widget"
    return client.get(path, follow_redirects=True).get_data(as_text=True)

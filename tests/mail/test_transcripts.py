"""A chat to take along: as its parties see it, for them alone, and by mail with a way to reply."""

import re
from email.message import EmailMessage

import pytest
from flask import Flask

from app.auth.tokens import access_token
from app.doors import logged
from app.errors import ChatError, ChatNotFound, Conflict, Forbidden, TooFast, Unauthorized
from app.files import links
from app.mail import replies
from app.models.messages import MessageState
from app.models.users import Actor
from app.models.users import table as user_table
from app.operations import (
    access,
    assignments,
    chats,
    closures,
    edits,
    mail_addresses,
    notes,
    redactions,
    transcripts,
    users,
    word_lists,
)
from app.operations import messages as sending
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.operations.transcripts import Reader
from app.paper.printing import NoPaper, TooLongForPaper, its_turn
from app.queries import audits
from app.queries import transcripts as queries
from tests.mail.conftest import has_address, work
from tests.mail.office import Office
from tests.paper import words_of
from tests.people import PASSWORD, People

NOTED = "noted among ourselves"
TYPES = {links.HTML: "text/html", links.TEXT: "text/plain", links.PDF: "application/pdf"}
GONE, HIDDEN, BEFORE = "never said by her", "4111 1111", "before the edit"


@pytest.fixture
def said(people: People) -> MessageState:
    """A chat with all kinds of words in it."""
    first = sending.send(people.lena, None, Draft("Where is *my* <b>order</b>?"))
    notes.write(people.ana, first.chat_id, NOTED)
    sending.send(people.ana, first.chat_id, Draft("On its way", reply_to_id=first.id))
    gone = sending.send(people.lena, first.chat_id, Draft(GONE))
    edits.take_back(people.lena, gone.id)
    card = sending.send(people.lena, first.chat_id, Draft(f"My card {HIDDEN}"))
    redactions.redact(people.ada, card.id, HIDDEN)
    edited = sending.send(people.lena, first.chat_id, Draft(BEFORE))
    edits.edit(people.lena, edited.id, "after it")
    closures.close(people.ana, first.chat_id)
    return first


@pytest.mark.parametrize("what", [links.HTML, links.TEXT])
def test_a_reply_to_a_system_line_quotes_what_that_says(
    app: Flask, people: People, what: str
) -> None:
    chat_id = sending.send(people.lena, None, Draft("Hello")).chat_id
    assignments.claim(people.ana, chat_id)
    assignments.release(people.ana, chat_id)
    joined, queued = (each for each in queries.of(chat_id, with_held=False).messages if each.line)
    for each in (joined, queued):
        sending.send(people.lena, chat_id, Draft("Really?", reply_to_id=each.id))
    told = fetched(app, people.lena, chat_id, what)
    begins = "> " if what == links.TEXT else 'font-size: 13px">'
    for words in (f"{people.ana.name} joined", "The chat is waiting for an agent"):
        assert begins + words in told.replace("<bdi>", "").replace("</bdi>", "")
    assert "File" not in told


def fetched(app: Flask, who: Actor, chat_id: int, what: str) -> str:
    with app.app_context():
        answer = app.test_client().get(links.transcript(who, chat_id, what), buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(TYPES[what])
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        return words_of(answer.data) if what == links.PDF else answer.get_data(as_text=True)


@pytest.mark.parametrize("what", TYPES)
def test_it_says_what_is_shown_and_nothing_else(
    app: Flask, people: People, said: MessageState, what: str
) -> None:
    for who in (people.lena, people.ana):
        told = fetched(app, who, said.chat_id, what)
        for word in ("On its way", "after it", "•••", people.lena.name, "UTC"):
            assert word in told, word
        for word in (NOTED, GONE, HIDDEN, BEFORE):
            assert word not in told, word
        if what == links.HTML:
            assert "<b>" not in told
            assert "<script" not in told
            assert "src=" not in told


def test_a_long_chat_is_read_by_pages_and_ends_somewhere(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["RATE_LIMITS"] = False
    monkeypatch.setattr(queries, "PAGE", 3)
    for number in range(10):
        chat_id = sending.send(people.lena, None, Draft(f"Said {number}")).chat_id
    assert [each.text for each in queries.of(chat_id, with_held=False).messages] == [
        f"Said {number}" for number in range(10)
    ]
    monkeypatch.setattr(queries, "MOST", 6)
    found = queries.of(chat_id, with_held=False)
    assert found.is_cut
    assert [each.text for each in found.messages] == [f"Said {number}" for number in range(4, 10)]


@pytest.mark.parametrize("what", TYPES)
def test_others_are_served_while_a_long_one_is_made(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    app.config["RATE_LIMITS"] = False
    for number in range(100):
        chat_id = sending.send(people.lena, None, Draft(f"Said {number}.")).chat_id
    turns: list[float] = []
    monkeypatch.setattr("app.concurrency.time.sleep", turns.append)
    told = fetched(app, people.lena, chat_id, what)
    assert all(f"Said {number}." in told for number in range(100))
    assert turns.count(0) >= 3
    if what != links.PDF:  # whose program is waited for by looking again and again
        assert set(turns) == {0}


def test_a_pdf_is_in_the_language_of_its_reader(
    app: Flask, people: People, said: MessageState
) -> None:
    with app.app_context():
        address = links.transcript(people.lena, said.chat_id, links.PDF)
        german = {"Accept-Language": "de"}
        answer = app.test_client().get(address, headers=german, buffered=True)
    told = words_of(answer.data)
    assert "zurückgenommen" in told
    assert "Seite 1 von 1" in told
    assert b"/Lang (de)" in answer.data


@pytest.mark.parametrize(("refusal", "status"), [(TooLongForPaper, 413), (NoPaper, 503)])
def test_a_pdf_that_is_refused_says_what_else_there_is(
    app: Flask,
    people: People,
    said: MessageState,
    monkeypatch: pytest.MonkeyPatch,
    refusal: type[ChatError],
    status: int,
) -> None:
    def refuse(*_given: object) -> None:
        raise refusal

    monkeypatch.setattr("app.pages.transcripts.printed", refuse)
    with app.app_context():
        address = links.transcript(people.lena, said.chat_id, links.PDF)
        answer = app.test_client().get(address)
    assert answer.status_code == status
    assert "Take the page or the text instead." in answer.get_data(as_text=True)


@pytest.mark.parametrize("what", TYPES)
@pytest.mark.parametrize(
    ("zone", "away"),
    [("?zone=Asia/Kolkata", "UTC+05:30"), ("?zone=../../etc/passwd", "UTC"), ("", "UTC")],
)
def test_its_times_are_its_readers(
    app: Flask, people: People, said: MessageState, what: str, zone: str, away: str
) -> None:
    with app.app_context():
        address = links.transcript(people.lena, said.chat_id, what) + zone
        answer = app.test_client().get(address, buffered=True)
    told = words_of(answer.data) if what == links.PDF else answer.get_data(as_text=True)
    assert set(re.findall(r"UTC(?:[+-][0-9]{2}:[0-9]{2})?", told)) == {away}


@pytest.mark.parametrize("what", TYPES)
def test_who_asks_for_its_head_alone_has_nothing_made(
    app: Flask, people: People, said: MessageState, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made: list[object] = []
    monkeypatch.setattr("app.pages.transcripts.printed", lambda *given: made.append(given))
    monkeypatch.setattr("app.pages.transcripts.of", lambda *given, **_more: made.append(given))
    with app.app_context():
        answer = app.test_client().head(links.transcript(people.lena, said.chat_id, what))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(TYPES[what])
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Content-Length" not in answer.headers
    assert not made


def test_what_is_refused_is_not_read(
    app: Flask, people: People, said: MessageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr("app.pages.transcripts.of", lambda *given, **_more: read.append(given))
    with app.app_context(), its_turn(people.lena.id):
        answer = app.test_client().get(links.transcript(people.lena, said.chat_id, links.PDF))
    assert answer.status_code == 503
    assert not read


def test_its_address_is_in_no_log(app: Flask, people: People, said: MessageState) -> None:
    """Whoever has it is given the chat."""
    with app.app_context():
        address = links.transcript(people.lena, said.chat_id, links.TEXT)
        assert logged(address) == "/transcripts/…"
        answer = app.test_client().get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_nobody_else_gets_it(app: Flask, people: People, said: MessageState) -> None:
    with pytest.raises(ChatNotFound):
        access.chat_for(people.marcus, said.chat_id)
    with app.app_context():
        client = app.test_client()
        theirs = links.transcript(people.marcus, said.chat_id, links.HTML)
        assert client.get(theirs).status_code == 404
        forged = links.transcript(people.lena, said.chat_id, links.HTML)[:-2] + "xx"
        assert client.get(forged).status_code == 404
        # An address of a file is none of a chat.
        assert (
            client.get(links.transcript(people.lena, said.chat_id, links.WHOLE)).status_code == 404
        )


def test_it_goes_to_its_customer_by_mail_once_and_can_be_replied_to(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    with pytest.raises(Conflict):
        transcripts.ask_by_mail(people.lena, said.chat_id)
    has_address(people.lena, language="de")
    work()
    office.envelopes.clear()
    transcripts.ask_by_mail(people.lena, said.chat_id)
    transcripts.ask_by_mail(people.ana, said.chat_id)  # a second one while one waits is one
    work()
    (letter,) = office.mail
    assert letter["To"] == "lena@home.example"
    assert letter["Reply-To"] == "support@example.com", "where no replies are taken, a person's"
    assert NOTED not in whole(letter)
    assert "On its way" in whole(letter)
    assert "zurückgenommen" in whole(letter)


def test_a_reply_goes_into_the_chat_where_replies_are_taken(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    app.config["MAIL_REPLIES"] = "reply@desk.example.com"
    has_address(people.lena)
    transcripts.ask_by_mail(people.ana, said.chat_id)
    work()
    (letter,) = office.mail
    assert replies.read_address(letter["Reply-To"]) == (said.chat_id, people.lena.id)


GERMAN = Reader("de", "Asia/Kolkata")


def test_staff_gets_a_copy_at_their_own_address(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    app.config["MAIL_REPLIES"] = "reply@desk.example.com"
    for _again in range(2):  # while one waits, a second one is the same
        transcripts.ask_by_mail(people.ana, said.chat_id, GERMAN)
    transcripts.ask_by_mail(people.ben, said.chat_id, Reader("en", ""))
    work()
    ana, ben = office.mail
    assert (ana["To"], ben["To"]) == (people.ana.email, people.ben.email)
    assert ana["Message-ID"] != ben["Message-ID"]
    for letter in (ana, ben):
        assert letter["Reply-To"] == "support@example.com", "no reply to it goes into the chat"
        assert "List-Unsubscribe" not in letter
        for part in letter.iter_parts():
            told = part.get_content()
            for word in ("On its way", "after it", "•••", people.lena.name):
                assert word in told, word
            for word in (NOTED, GONE, HIDDEN, BEFORE):
                assert word not in told, word
    assert ana["Subject"] == f"Chat {said.chat_id} mit Northwind Chairs"
    assert "UTC+05:30" in whole(ana)
    assert "zurückgenommen" in whole(ana)
    assert "UTC+" not in whole(ben)
    assert "taken back" in whole(ben)


def test_a_copy_says_what_a_download_says(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    """Of what is held, too: nothing to staff."""
    word_lists.make(people.maya, "Rude", "hold", ["plugh"])
    held = sending.send(people.lena, said.chat_id, Draft("plugh it is"))
    assert held.held_at is not None
    transcripts.ask_by_mail(people.ana, held.chat_id, Reader("en", ""))
    work()
    (letter,) = office.mail
    text, html = (part.get_content().replace("\r\n", "\n") for part in letter.iter_parts())
    loaded = fetched(app, people.ana, held.chat_id, links.TEXT)
    assert text.startswith(loaded.strip())
    page = fetched(app, people.ana, held.chat_id, links.HTML)
    for told in (text, html, loaded, page):
        assert "plugh" not in told
    between = re.findall(r"<blockquote.*</blockquote>", html, re.S)
    assert between == re.findall(r"<blockquote.*</blockquote>", page, re.S) != []


def test_a_copy_goes_to_who_is_of_staff_by_then_alone(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    own = Reader("en", "")
    for who in (people.ana, people.ben, people.maya):
        transcripts.ask_by_mail(who, said.chat_id, own)
    users.set_role(people.ana.email, "customer")
    users.deactivate(people.ben.email)
    users.edit(people.ada, people.maya.id, email="maya@new.example")
    work()
    assert [each["To"] for each in office.mail] == ["maya@new.example"]


def test_who_asks_for_a_copy_may_read_the_chat_and_is_of_staff(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    own = Reader("en", "")
    with pytest.raises(ChatNotFound):
        transcripts.ask_by_mail(people.petra, said.chat_id, own)
    with pytest.raises(ChatNotFound):
        transcripts.ask_by_mail(people.marcus, said.chat_id, own)
    order = chats.open_between(people.ada, people.petra.id, people.lena.id)[0].id
    with pytest.raises(Forbidden):
        transcripts.ask_by_mail(people.petra, order, own)
    with pytest.raises(Conflict):  # a customer's own goes to the address that they have confirmed
        transcripts.ask_by_mail(people.lena, said.chat_id, own)
    transcripts.ask_by_mail(people.ana, order, own)
    work()
    assert [each["To"] for each in office.mail] == [people.ana.email]


def test_where_no_mail_goes_to_staff_it_says_so(
    app: Flask, people: People, said: MessageState
) -> None:
    def refusal() -> str:
        with pytest.raises(Conflict) as refused:
            transcripts.ask_by_mail(people.ana, said.chat_id, Reader("en", ""))
        return str(refused.value.message)

    given = mail_addresses.give(people.marcus, people.ana.email, language="en", address="10.0.0.1")
    mail_addresses.unsubscribe(given.key)  # who reads mail there wants none from here
    assert refusal() == "Whoever has the address of your account wants no mail from here."
    table = user_table.update().where(user_table.c.id == people.ana.id)
    with transaction() as tx:
        tx.run(table.values(email=None), {})
    assert refusal() == "Your account has no e-mail address."
    app.config["MAIL_URL"] = None
    assert refusal() == "No mail goes out from here."


def test_copies_are_as_often_as_downloads(app: Flask, people: People, said: MessageState) -> None:
    own = Reader("en", "")
    for _each in range(12):
        transcripts.ask_by_mail(people.ana, said.chat_id, own)
    with pytest.raises(TooFast):
        transcripts.ask_by_mail(people.ana, said.chat_id, own)


def test_taking_a_colleagues_chat_along_is_in_the_log_as_reading_it_is(
    app: Flask, people: People
) -> None:
    taken = [
        sending.send(who, None, Draft("Hello")).chat_id for who in (people.lena, people.marcus)
    ]
    for chat_id in taken:
        assignments.claim(people.ana, chat_id)
    client = app.test_client()
    for who in (people.ana, people.ben, people.maya, people.maya):
        headers = {"Authorization": f"Bearer {access_token(who)}"}
        answer = client.get(f"/api/v1/chats/{taken[0]}/transcript", headers=headers)
        assert answer.status_code == 200
        answer = client.post(
            f"/api/v1/chats/{taken[1]}/transcript", headers=headers, json={"toMe": True}
        )
        assert answer.status_code == 204
    rows = [(row.action, row.actor_id, row.chat_id) for row in audits.page().rows]
    assert sorted(rows) == [("chat_watched", people.maya.id, chat_id) for chat_id in sorted(taken)]


def test_what_a_colleague_has_by_the_time_of_the_download_is_in_the_log(
    app: Flask, people: People
) -> None:
    chat_id = sending.send(people.lena, None, Draft("Hello")).chat_id
    client = app.test_client()
    paths = {who: links.transcript(who, chat_id, links.TEXT) for who in (people.maya, people.ben)}
    transcripts.ask_by_mail(people.maya, chat_id, Reader("en", ""))
    assert "Hello" in client.get(paths[people.maya]).text
    assert audits.page().rows == []  # it waits for anybody
    assignments.claim(people.ana, chat_id)
    assert client.head(paths[people.maya]).status_code == 200
    assert "Hello" in client.get(paths[people.ben]).text
    assert audits.page().rows == []
    for _each in range(2):
        assert "Hello" in client.get(paths[people.maya]).text
    (row,) = audits.page().rows
    assert (row.action, row.actor_id, row.chat_id) == ("chat_watched", people.maya.id, chat_id)


def test_what_a_colleague_has_by_the_time_of_the_mail_is_in_the_log(
    app: Flask, people: People, office: Office
) -> None:
    chat_id = sending.send(people.lena, None, Draft("Hello")).chat_id
    for who in (people.maya, people.ben):
        transcripts.ask_by_mail(who, chat_id, Reader("en", ""))
    assignments.claim(people.ana, chat_id)
    assert audits.page().rows == []
    work()
    assert sorted(each["To"] for each in office.mail) == [people.ben.email, people.maya.email]
    (row,) = audits.page().rows
    assert (row.action, row.actor_id, row.chat_id) == ("chat_watched", people.maya.id, chat_id)


def test_who_is_of_staff_no_longer_as_it_is_looked_up_gets_none(
    app: Flask, people: People, said: MessageState
) -> None:
    users.set_role(people.ana.email, "customer")
    with transaction() as tx, pytest.raises(Unauthorized):
        transcripts.check_gets_mail(tx, people.ana)


def test_the_doors_ask_for_a_copy_in_the_readers_language(
    app: Flask, people: People, said: MessageState, office: Office
) -> None:
    client = app.test_client()
    path = f"/api/v1/chats/{said.chat_id}/transcript"
    headers = {"Authorization": f"Bearer {access_token(people.ana)}", "Accept-Language": "de"}
    for body, status in (
        ({"toMe": True, "zone": "Asia/Kolkata"}, 204),
        ({"toMe": "yes"}, 422),
        ({"toMe": True, "zone": "x" * 65}, 422),
        ({}, 409),  # Lena has no address
    ):
        assert client.post(path, headers=headers, json=body).status_code == status
    assert client.post(path, headers=headers).status_code == 409
    form = {"to_me": "1", "zone": "no/such"}
    with app.app_context():  # in which another language is asked for
        client.post("/login", data={"email": people.ben.email, "password": PASSWORD})
        assert client.post(f"/chats/{said.chat_id}/transcript", data=form).status_code == 303
    work()
    ana, ben = office.mail
    assert (ana["To"], ben["To"]) == (people.ana.email, people.ben.email)
    assert "Asia" not in whole(ana)
    assert "UTC+05:30" in whole(ana)
    assert "zurückgenommen" in whole(ana)
    assert "taken back" in whole(ben)
    assert "UTC+" not in whole(ben)


def whole(letter: EmailMessage) -> str:
    return "".join(part.get_content() for part in letter.iter_parts())

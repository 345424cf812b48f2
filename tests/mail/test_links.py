"""A mailed link shows its chat to whoever has it, and lets those write who have the code."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.signatures import ADDRESS, BROWSER, CHAT, signed
from app.errors import NotFound, Unavailable
from app.models import database
from app.models.links import table as link_table
from app.operations import (
    blocks,
    chat_links,
    edits,
    mail_addresses,
    messages,
    notes,
    reactions,
    receipts,
    users,
)
from app.operations.messages import Draft
from app.queries import messages as history
from tests.mail.conftest import DESK, MINUTE, has_address, work
from tests.mail.office import Office
from tests.people import PASSWORD, People
from tests.races import at_once

Later = Callable[[int], None]
DAY = 24 * 60 * MINUTE


@pytest.fixture
def chat_id(people: People, later: Later) -> int:
    chat_id = messages.send(people.lena, None, Draft("Where is it?", "q")).chat_id
    has_address(people.lena)
    work()
    return chat_id


@pytest.fixture
def path(app: Flask, people: People, office: Office, chat_id: int, later: Later) -> str:
    """Of the link in the mail that Lena gets when Ana has answered."""
    return mailed(people, office, chat_id, later)


def mailed(people: People, office: Office, chat_id: int, later: Later, text: str = "Here") -> str:
    messages.send(people.ana, chat_id, Draft(text, text))
    later(2 * MINUTE)
    assert work() == 1
    found = re.search(rf"{DESK}(/c/\S+)", plain(office))
    assert found is not None
    return found[1]


def plain(office: Office) -> str:
    body = office.mail[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def code_for(client: FlaskClient, office: Office, path: str) -> str:
    assert client.post(f"{path}/code").status_code == 303
    work()
    found = re.search(r"^\d{6}$", plain(office), re.M)
    assert found is not None
    return found[0]


def enter(client: FlaskClient, path: str, code: str) -> TestResponse:
    return client.post(f"{path}/entry", data={"code": code})


def write(client: FlaskClient, path: str, text: str = "Thanks") -> int:
    return client.post(f"{path}/messages", data={"message": text}).status_code


def texts(chat_id: int) -> list[str]:
    return [each.text for each in history.before(chat_id).messages if not each.is_line]


def test_the_link_shows_the_chat_and_a_code_lets_one_write(
    app: Flask, people: People, office: Office, client: FlaskClient, chat_id: int, path: str
) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert ("Where is it?" in page.text, "Here" in page.text) == (True, True)
    assert "composer-text" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert write(client, path) == 403
    code = code_for(client, office, path)
    assert office.mail[-1]["To"] == "lena@home.example"
    assert "Where is it?" not in plain(office)
    answer = enter(client, path, f" {code[:3]} {code[3:]}")
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/c"))
    writable = client.get(path)
    assert "composer-text" in writable.text
    assert "Set-Cookie" not in writable.headers
    assert write(client, path) == 303
    last = history.before(chat_id).messages[-1]
    assert (last.text, last.sender_id) == ("Thanks", people.lena.id)
    assert client.get("/dashboard").status_code == 303  # nobody is logged in


def test_no_mail_and_no_link_tells_of_a_note(
    people: People, office: Office, client: FlaskClient, chat_id: int, later: Later
) -> None:
    notes.write(people.ana, chat_id, "plugh before")
    path = mailed(people, office, chat_id, later)
    notes.write(people.ana, chat_id, f"plugh after, @{people.ben.name}")
    assert "Here" in client.get(path).text
    enter(client, path, code_for(client, office, path))
    assert write(client, path) == 303
    notes.write(people.ana, chat_id, "plugh later")
    mailed(people, office, chat_id, later, "There")
    pages = [client.get(path).text, client.get(f"{path}/messages?after=0").text]
    assert all("There" in page for page in pages)
    assert not any("plugh" in page for page in pages)
    assert not any(b"plugh" in each.content for each in office.envelopes)
    assert {each["To"] for each in office.mail} == {"lena@home.example"}


def test_it_shows_what_is_replied_to_and_who_reacted(
    app: Flask, people: People, client: FlaskClient, chat_id: int, path: str
) -> None:
    asked = history.before(chat_id).messages[0]
    messages.send(people.ana, chat_id, Draft("Found", reply_to_id=asked.id))
    reactions.react(people.ana, asked.id, "👍")
    page = client.get(path).text
    assert f'<a class="quote" href="#message-{asked.id}">' in page
    (reaction,) = re.findall(r'<(\w+) class="reaction".*?>(.*?)</', page)
    assert reaction == ("span", "👍 1")
    edits.take_back(people.lena, asked.id)
    page = client.get(path).text
    assert "Where is it?" not in page
    assert 'class="reaction"' not in page


def test_who_has_entered_it_writes_by_the_next_link_too(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    chat_id: int,
    path: str,
    later: Later,
) -> None:
    enter(client, path, code_for(client, office, path))
    following = mailed(people, office, chat_id, later, "And this")
    assert following != path
    assert write(client, following) == 303
    assert client.post(f"{path}/exit").status_code == 303
    assert write(client, following) == 403


def test_a_code_counts_once_for_ten_minutes_and_five_tries(
    app: Flask, office: Office, client: FlaskClient, path: str, later: Later
) -> None:
    code = code_for(client, office, path)
    assert enter(client, path, code).status_code == 303
    client.delete_cookie("deskbell_chat", path="/c")
    assert enter(client, path, code).status_code == 422
    code = code_for(client, office, path)
    later(10 * MINUTE)
    assert enter(client, path, code).status_code == 422
    first, code = code_for(client, office, path), code_for(client, office, path)
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 5)]
    for each in wrong:
        assert enter(client, path, each).status_code == 422
    assert enter(client, path, code).status_code == 303  # the fifth
    client.delete_cookie("deskbell_chat", path="/c")
    code = code_for(client, office, path)
    for each in [first, *wrong]:
        assert enter(client, path, each).status_code == 422
    assert enter(client, path, code).status_code == 422
    assert write(client, path) == 403


@pytest.mark.parametrize("odd", ["", "0", "١٢٣٤٥٦", "1" * 4000, "' OR 1=1", "\x00"])
def test_what_is_no_code_is_none(
    app: Flask, office: Office, client: FlaskClient, path: str, odd: str
) -> None:
    code_for(client, office, path)
    assert enter(client, path, odd).status_code == 422
    assert client.get_cookie("deskbell_chat", path="/c") is None


def test_codes_are_few(app: Flask, office: Office, client: FlaskClient, path: str) -> None:
    for _ in range(6):
        code_for(client, office, path)
    refused = client.post(f"{path}/code")
    assert (refused.status_code, "too often" in refused.text) == (429, True)


def test_a_forged_link_or_cookie_opens_nothing(
    app: Flask, people: People, office: Office, client: FlaskClient, path: str, chat_id: int
) -> None:
    token = path.removeprefix("/c/")
    key = token.partition(".")[0]
    (kept,) = database.rows(link_table.select())
    assert key == kept.key  # who reads the database has this, and no more
    forged = [key, f"{key}.", f"{key}.AAAA", token[:-1], signed(key, ADDRESS)]
    forged += [signed(key, BROWSER), signed("0" * 32, CHAT), str(chat_id)]
    for each in forged:
        assert client.get(f"/c/{each}").status_code == 404
    assert client.get(path).status_code == 200
    for value in (key, token, signed(key, CHAT), signed("0" * 32, BROWSER), ""):
        client.set_cookie("deskbell_chat", value, path="/c")
        assert write(client, path) == 403
    client.set_cookie("deskbell_chat", signed(key, BROWSER), path="/c")
    assert write(client, path) == 303  # the premise


def test_what_one_has_entered_for_one_chat_is_nothing_in_another(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    path: str,
    later: Later,
) -> None:
    enter(client, path, code_for(client, office, path))
    other = messages.send(people.marcus, None, Draft("Mine", "m")).chat_id
    has_address(people.marcus, "marcus@home.example")
    work()
    theirs = mailed(people, office, other, later)
    assert client.get(theirs).status_code == 200
    assert write(client, theirs) == 403
    assert write(client, path) == 303
    assert texts(other) == ["Mine", "Here"]


@pytest.mark.parametrize("how", ["expired", "revoked", "address", "deactivated", "of staff"])
def test_a_link_ends_and_what_was_let_in_by_it(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    path: str,
    chat_id: int,
    later: Later,
    how: str,
) -> None:
    enter(client, path, code_for(client, office, path))
    assert write(client, path) == 303
    if how == "expired":
        later(30 * DAY)
    elif how == "revoked":
        assert chat_links.revoke(chat_id) == 1
    elif how == "address":
        mail_addresses.give(people.lena, "new@home.example", language="en", address="x")
    elif how == "of staff":
        users.set_role(people.lena.email, "agent")
    else:
        users.deactivate(people.lena.email)
    # However often: what we have signed is no guess, and nobody beside it is shut out.
    assert {client.get(path).status_code for _ in range(20)} == {404}
    waits = client.get(f"{path}/messages?after=1")
    assert (waits.status_code, waits.headers["HX-Refresh"]) == (404, "true")
    assert write(client, path, "Again") == 404
    assert "Again" not in texts(chat_id)
    if how == "of staff":
        users.set_role(people.lena.email, "customer")
    if how in ("of staff", "deactivated"):
        users.reactivate(people.lena.email)
        assert client.get(path).status_code == 404  # what has ended stays so
    if how == "revoked":
        with pytest.raises(NotFound):
            chat_links.revoke(chat_id)


def test_who_is_logged_in_here_writes_by_the_link_as_nobody(
    app: Flask, people: People, client: FlaskClient, path: str, chat_id: int
) -> None:
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    page = client.get(path)
    assert people.ana.page_key not in page.text
    assert 'data-user-id="' not in page.text
    assert write(client, path) == 403


def test_no_code_goes_to_who_wants_no_mail(
    app: Flask, people: People, office: Office, client: FlaskClient, path: str
) -> None:
    mail_addresses.withdraw(people.lena)
    before = len(office.mail)
    refused = client.post(f"{path}/code")
    assert (refused.status_code, "No mail goes there" in refused.text) == (409, True)
    work()
    assert len(office.mail) == before
    assert client.get(path).status_code == 200


def test_a_blocked_chat_is_shown_and_not_written_in(
    app: Flask, people: People, office: Office, client: FlaskClient, path: str, chat_id: int
) -> None:
    enter(client, path, code_for(client, office, path))
    blocks.block(people.ana, chat_id)
    assert "composer-text" not in client.get(path).text
    assert write(client, path) == 409


def asked_by(client: FlaskClient, path: str) -> str:
    """What a page that waits asks for."""
    found = re.search(r'hx-get="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_page_that_waits_is_told_what_is_new(
    app: Flask, people: People, office: Office, client: FlaskClient, path: str, chat_id: int
) -> None:
    enter(client, path, code_for(client, office, path))
    asked = asked_by(client, path)
    assert client.get(asked).status_code == 204
    messages.send(people.ana, chat_id, Draft("News", "n"))
    answer = client.get(asked)
    assert (answer.status_code, "News" in answer.text) == (200, True)


def test_who_waits_in_vain_costs_one_statement(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    path: str,
    chat_id: int,
    statements: list[str],
) -> None:
    enter(client, path, code_for(client, office, path))
    asked = asked_by(client, path)
    statements.clear()
    assert client.get(asked).status_code == 204
    (only,) = statements
    assert "FROM messages" not in only
    users.deactivate(people.lena.email)
    assert client.get(asked).status_code == 404


def form_id(page: str) -> str:
    found = re.search(r'name="form_id" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_form_that_is_sent_again_is_one_message(
    app: Flask, office: Office, client: FlaskClient, path: str, chat_id: int
) -> None:
    enter(client, path, code_for(client, office, path))
    cookie = client.get_cookie("deskbell_chat", path="/c")
    assert cookie is not None

    def send(text: str, form: str) -> str:
        browser = app.test_client()
        browser.set_cookie("deskbell_chat", cookie.value, path="/c")
        answer = browser.post(f"{path}/messages", data={"message": text, "form_id": form})
        assert (answer.status_code, answer.location) == (303, path)
        return form_id(browser.get(path).text)

    first = form_id(client.get(path).text)
    following = set(at_once(lambda _: send("Thanks", first), 4))
    assert texts(chat_id)[2:] == ["Thanks"]
    assert len(following | {first}) == 5  # each page has a form of its own
    send("Thanks", following.pop())
    send("Thanks, and where?", first)  # the answer was lost, and more has come to mind
    assert texts(chat_id)[2:] == ["Thanks", "Thanks", "Thanks, and where?"]


def test_what_was_stored_and_then_failed_is_no_other_message_when_it_is_sent_again(
    app: Flask,
    office: Office,
    client: FlaskClient,
    path: str,
    chat_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: object) -> None:
        raise Unavailable

    def send(form: str) -> TestResponse:
        said = {"message": "\r\nThanks,\r\nLena", "form_id": form}
        return client.post(f"{path}/messages", data=said)

    enter(client, path, code_for(client, office, path))
    first = form_id(client.get(path).text)
    with monkeypatch.context() as trouble:
        trouble.setattr(receipts, "mark_read", away)
        failed = send(first)
    assert failed.status_code == 503
    written = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", failed.text, re.S)
    assert written is not None
    again = {"message": written[1], "form_id": form_id(failed.text)}
    assert client.post(f"{path}/messages", data=again).status_code == 303
    assert texts(chat_id)[2:] == ["\nThanks,\nLena"]


def test_what_is_refused_comes_back_to_its_writer(
    app: Flask, office: Office, client: FlaskClient, path: str
) -> None:
    enter(client, path, code_for(client, office, path))
    refused = client.post(f"{path}/messages", data={"message": "x" * 5001})
    assert refused.status_code == 413
    assert "x" * 5001 in refused.text


def test_the_shell_ends_links(app: Flask, path: str, chat_id: int, client: FlaskClient) -> None:
    done = app.test_cli_runner().invoke(args=["links", "revoke", str(chat_id)])
    assert (done.exit_code, done.output) == (0, "1 revoked\n")
    assert client.get(path).status_code == 404
    assert app.test_cli_runner().invoke(args=["links", "revoke", str(chat_id)]).exit_code == 1

"""An address counts once its owner has said so, by a click; nobody is flooded, or told anything."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.auth.signatures import ADDRESS, UNSUBSCRIBING, signed, signed_until
from app.auth.tokens import access_token
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooFast
from app.models import database, users
from app.models.users import Actor
from app.operations import mail_addresses, messages
from app.operations.messages import Draft
from app.queries import mail
from tests.mail.conftest import DESK, MINUTE, has_address, work
from tests.mail.office import Office
from tests.people import People

DAY = 24 * 60 * MINUTE


def give(customer: Actor, email: str = "lena@home.example", network: str = "10.0.0.1") -> str:
    return mail_addresses.give(customer, email, language="en", address=network).key


def confirming(key: str) -> str:
    return signed_until(clock.now() + DAY, key, ADDRESS)


def takes_mail(customer: Actor) -> bool:
    u = users.table.c
    return bool(database.scalar(select(u.takes_mail).where(u.id == customer.id)))


def path_in(text: str, ending: str) -> str:
    found = re.search(rf"{DESK}(/mail/\S+/{ending})\b", text)
    assert found is not None
    return found[1]


def test_the_mailed_link_is_clicked_on_and_then_answers_come(
    app: Flask, people: People, office: Office, client: FlaskClient
) -> None:
    messages.send(people.lena, None, Draft("Where is my private order?", "a"))
    give(people.lena)
    assert work() == 1
    (letter,) = office.mail
    assert letter["To"] == "lena@home.example"
    assert letter["Subject"] == "Please confirm your e-mail address for Northwind Chairs"
    text, html = (part.get_content() for part in letter.iter_parts())
    assert "private" not in text + html
    assert "Lena" not in text + html
    assert path_in(text, "confirm") == path_in(html, "confirm")
    page = client.get(path_in(text, "confirm"))
    assert (page.status_code, "lena@home.example" in page.text) == (200, True)
    assert not takes_mail(people.lena)  # whoever looks into mail has only looked
    assert client.post(path_in(text, "confirm")).status_code == 200
    assert takes_mail(people.lena)
    assert client.post(path_in(text, "confirm")).status_code == 200


def test_one_click_of_a_mail_program_ends_it_and_so_does_the_page(
    app: Flask, people: People, client: FlaskClient
) -> None:
    key = has_address(people.lena)
    path = f"/mail/{signed(key, UNSUBSCRIBING)}/stop"
    assert client.get(path).status_code == 200
    assert takes_mail(people.lena)
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not takes_mail(people.lena)
    assert client.post(path).status_code == 200
    has_address(people.lena)  # who wants it again gets it again
    assert takes_mail(people.lena)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_nobody_mailed_opens_nothing(
    app: Flask, people: People, client: FlaskClient, method: str
) -> None:
    key = give(people.lena)
    right = confirming(key)
    named = right.rpartition(".")[0]
    longer = right.replace(named, f"{named}0")
    forged = [named, f"{named}.", f"{named}.x", right[:-1], right + "x", longer]
    forged += [signed(named, UNSUBSCRIBING), signed(key, ADDRESS), confirming("nobody")]
    app.config["RATE_LIMITS"] = False
    for token in (*forged, "%00", "%ff", "é"):
        assert client.open(f"/mail/{token}/confirm", method=method).status_code == 404
    assert not takes_mail(people.lena)
    assert client.open(f"/mail/{right}/confirm", method=method).status_code == 200  # the premise


def test_who_guesses_at_links_is_refused(app: Flask, people: People, client: FlaskClient) -> None:
    right = f"/mail/{confirming(give(people.lena))}/confirm"
    for number in range(10):
        assert client.get(right).status_code == 200
        assert client.get(f"/mail/{number}/confirm").status_code == 404
    assert client.get("/mail/x/confirm").status_code == 429
    assert client.get(right).status_code == 429


def test_links_are_in_no_log_and_no_referrer(
    app: Flask, people: People, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import doors

    told: list[str] = []
    monkeypatch.setattr(doors.log, "info", lambda _what, **more: told.append(more["path"]))
    token = confirming(give(people.lena))
    for path in (
        f"/mail/{token}/confirm",
        f"/mail/{token}x/confirm",
        f"/mail/{token}",
        f"/c/{token}/x",
    ):
        answer = client.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert told == ["/mail/…/confirm", "/mail/…/confirm", "/mail/…", "/c/…/x"]
    assert client.get("/login").headers["Referrer-Policy"] == "same-origin"


def test_another_address_takes_the_place_of_the_one_before(app: Flask, people: People) -> None:
    first = has_address(people.lena, "old@home.example")
    second = give(people.lena, "new@home.example")
    assert not takes_mail(people.lena)
    with pytest.raises(NotFound):
        mail_addresses.verify(first)
    mail_addresses.verify(second)
    found = mail.address_of(people.lena.id)
    assert found is not None
    assert found.email == "new@home.example"


def test_a_link_is_too_old_after_three_days_whatever_became_of_its_address(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    later: Callable[[int], None],
) -> None:
    def mailed() -> str:
        key = give(people.lena)
        assert work() == 1
        text, _html = (part.get_content() for part in office.mail[-1].iter_parts())
        stop[:] = [f"/mail/{signed(key, UNSUBSCRIBING)}/stop"]
        return path_in(text, "confirm")

    def opens(path: str) -> bool:
        statuses = {client.open(path, method=method).status_code for method in ("GET", "POST")}
        assert len(statuses) == 1
        return statuses == {200}

    stop: list[str] = []
    first = mailed()
    later(3 * DAY - 1)
    second = mailed()  # the same address once more
    assert client.get(first).status_code == 200
    later(1)
    assert not opens(first)
    assert not takes_mail(people.lena)
    assert opens(second)
    assert takes_mail(people.lena)
    assert client.post(stop[0]).status_code == 200
    later(3 * DAY - 1)
    assert not opens(second)
    assert not takes_mail(people.lena)  # who wants no more gets no more by an old letter
    assert opens(stop[0])  # which ends it at any time
    assert opens(mailed())


def test_nobody_is_flooded(app: Flask, people: People, office: Office) -> None:
    for person in (people.lena, people.marcus, people.lena):
        give(person, "victim@home.example")
        work()
    with pytest.raises(TooFast):  # by the address, whoever asks
        give(people.marcus, "victim@home.example")
    for number in range(2):
        give(people.lena, f"{number}@home.example")
    give(people.lena, "2@home.example")
    with pytest.raises(TooFast):  # by the person
        give(people.lena, "3@home.example")
    assert work() == 1  # of several that one asked for, the last
    assert [each["To"] for each in office.mail][-1] == "2@home.example"
    assert len(office.mail) == 4


def test_a_network_address_has_a_limit_of_its_own(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limits import parse

    monkeypatch.setitem(app.extensions["limits"], "MAILED_PERSON", parse("100 per 1 hour"))
    for number in range(20):
        give(people.lena, f"{number}@home.example", "10.0.0.7")
    with pytest.raises(TooFast):
        give(people.marcus, "x@home.example", "10.0.0.7")
    give(people.marcus, "x@home.example", "10.0.0.8")


def test_an_address_whose_owner_said_no_gets_nothing_from_anybody(
    app: Flask, people: People, office: Office
) -> None:
    app.config["RATE_LIMITS"] = False
    key = give(people.lena, "stranger@home.example")
    assert work() == 1
    mail_addresses.unsubscribe(key)
    give(people.lena, "other@home.example")
    give(people.lena, "stranger@home.example")
    give(people.marcus, "stranger@home.example")
    work()
    assert [each["To"] for each in office.mail] == ["stranger@home.example"]
    mail_addresses.verify(key_of(people.lena))  # its owner changes their mind
    give(people.marcus, "stranger@home.example")
    assert work() == 1
    assert len(office.mail) == 2


def key_of(customer: Actor) -> str:
    found = mail.address_of(customer.id)
    assert found is not None
    return found.key


def test_only_customers_give_one_and_only_where_mail_goes_out(app: Flask, people: People) -> None:
    with pytest.raises(Forbidden):
        give(people.ana)
    for odd in ("nobody", "a@b", "a@home.example\r\nBcc: b@home.example", ""):
        with pytest.raises(Invalid):
            give(people.lena, odd)
    app.config["MAIL_URL"] = None
    with pytest.raises(Conflict):
        give(people.lena)
    assert mail.address_of(people.lena.id) is None


def test_the_chat_asks_after_the_message_when_nobody_is_here(
    app: Flask, people: People, client: FlaskClient
) -> None:
    def part() -> str:
        bearer = {"Authorization": f"Bearer {access_token(people.lena)}", "HX-Request": "true"}
        return client.get("/widget/address", headers=bearer).text

    assert "<details" not in part()  # never before
    sent = messages.send(people.lena, None, Draft("Hello?", "a"))
    assert "data-asks" in part()
    assert "<details open" in part()
    messages.send(people.ana, sent.chat_id, Draft("Yes?", "b"))
    assert "data-asks" not in part()
    assert "<details>" in part()  # within reach all the same
    app.config["MAIL_URL"] = None
    assert "<details" not in part()
    assert "mail" not in client.get("/login").text


def test_it_is_given_and_withdrawn_on_the_page(
    app: Flask, people: People, client: FlaskClient
) -> None:
    bearer = {"Authorization": f"Bearer {access_token(people.lena)}", "HX-Request": "true"}
    messages.send(people.lena, None, Draft("Hello?", "a"))
    refused = client.post("/widget/address", data={"email": "nobody"}, headers=bearer)
    assert (refused.status_code, "not an e-mail address" in refused.text) == (422, True)
    given = client.post("/widget/address", data={"email": "lena@home.example"}, headers=bearer)
    assert (given.status_code, "We have sent a link" in given.text) == (200, True)
    mail_addresses.verify(key_of(people.lena))
    assert "goes to" in client.get("/widget/address", headers=bearer).text
    ended = client.delete("/widget/address", headers=bearer)
    assert (ended.status_code, "Get the answer" in ended.text) == (200, True)
    assert not takes_mail(people.lena)

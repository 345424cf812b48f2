"""Invitations by mail: the link that holds goes to the address that it is for."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.errors import Invalid, TooFast
from app.models import database
from app.models.jobs import table as jobs
from app.operations import invitations, mail_addresses
from app.operations.jobs import claim, failed
from app.queries import invitations as queries
from tests.mail.conftest import DESK, work
from tests.mail.office import Office
from tests.people import PASSWORD, People

ZOE = "zoe@example.com"


@pytest.mark.parametrize(("language", "said"), [("en", "as: Agent"), ("de", "als: Support")])
def test_the_link_that_holds_is_mailed_and_makes_the_account(
    app: Flask,
    people: People,
    office: Office,
    client: FlaskClient,
    language: str,
    said: str,
) -> None:
    made = invitations.make(people.ada, ZOE, "agent", language)
    kept = str([tuple(row) for row in database.rows(jobs.select())])
    assert made.key not in kept
    assert work() == 1
    (letter,) = office.mail
    assert letter["To"] == ZOE
    part = letter.get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert said in text
    found = re.search(rf"{DESK}(/invitation/\S+)", text)
    assert found is not None
    page = client.post(found[1], data={"name": "Zoë", "password": PASSWORD})
    assert page.status_code == 303


def test_what_was_revoked_or_replaced_before_is_not_mailed(
    app: Flask, people: People, office: Office
) -> None:
    made = invitations.make(people.ada, ZOE, "agent")
    again = invitations.renew(people.ada, made.id)
    work()
    (letter,) = office.mail  # of the link that holds
    part = letter.get_body(("plain",))
    assert part is not None
    assert made.key not in part.get_content()
    assert again.key in part.get_content()
    other = invitations.make(people.ada, "kim@example.com", "agent")
    invitations.revoke(people.ada, other.id)
    work()
    assert len(office.mail) == 1
    assert queries.by_id(other.id) is None


def test_another_link_does_not_wait_for_the_mail_of_the_one_before(
    app: Flask, people: People, office: Office
) -> None:
    made = invitations.make(people.ada, ZOE, "agent")
    first = claim(["mail_invitation"])
    assert first is not None
    failed(first, "away")  # and waits for its next attempt
    again = invitations.renew(people.ada, made.id)
    work()
    (letter,) = office.mail
    part = letter.get_body(("plain",))
    assert part is not None
    assert again.key in part.get_content()


def test_nobody_is_flooded_and_what_others_had_mailed_keeps_nobody_out(
    app: Flask, people: People, office: Office
) -> None:
    for _again in range(3):
        mail_addresses.give(people.lena, ZOE, language="en", address="10.9.9.9")
        mail_addresses.withdraw(people.lena)
    made = invitations.make(people.ada, ZOE, "agent")
    for _again in range(3):  # none of these is mailed, and none counts
        with pytest.raises(Invalid):
            invitations.make(people.ada, ZOE, "agent")
    for _again in range(2):
        invitations.renew(people.ada, made.id)
    with pytest.raises(TooFast):
        invitations.renew(people.ada, made.id)


def test_nothing_goes_to_who_wants_no_mail_from_here(
    app: Flask, people: People, office: Office, client: FlaskClient
) -> None:
    given = mail_addresses.give(people.lena, ZOE, language="en", address="10.0.0.1")
    mail_addresses.unsubscribe(given.key)
    made = invitations.make(people.ada, ZOE, "agent")
    work()
    assert [each["To"] for each in office.mail if "invited" in str(each["Subject"])] == []
    assert queries.named(made.key) == made  # it is handed over
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    for path, is_mailed in ((f"/{made.id}/renewal", False), ("", True)):
        form = {"email": "kim@example.com", "role": "agent"}
        page = client.post(f"/admin/invitations{path}", data=form).text
        assert ("on its way by mail" in page) is is_mailed
        assert ("hand it over yourself" in page) is not is_mailed

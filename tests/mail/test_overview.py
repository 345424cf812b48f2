"""Admins see on the overview that mail is off, or does not get out."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from app.models.users import Actor
from app.operations import mail_addresses
from tests.mail.conftest import work
from tests.mail.office import Office
from tests.people import PASSWORD, People

OFF, FAILS = "Mail is off", "Mail does not get out: 1"


def overview(client: FlaskClient, who: Actor) -> str:
    client.post("/logout")
    client.post("/login", data={"email": who.email, "password": PASSWORD})
    page = client.get("/admin")
    assert page.status_code == 200
    return page.text


def test_it_says_that_mail_is_off(app: Flask, people: People, client: FlaskClient) -> None:
    assert OFF not in overview(client, people.ada)
    app.config["MAIL_URL"] = None
    assert OFF in overview(client, people.ada)
    assert OFF not in overview(client, people.ana)


def test_it_says_that_mail_fails_until_it_does_not(
    app: Flask,
    people: People,
    client: FlaskClient,
    office: Office,
    later: Callable[[int], None],
) -> None:
    office.refusals = {"DATA": "451 later"}
    mail_addresses.give(people.lena, "lena@home.example", language="en", address="x")
    work()
    assert FAILS in overview(client, people.ada)
    office.refusals = {}
    later(60_000)
    assert work() == 1
    assert "does not get out" not in overview(client, people.ada)

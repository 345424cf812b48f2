"""A desk whose mail goes to a post office of the test's own."""

from collections.abc import Iterator
from email.headerregistry import Address

import pytest
from flask import Flask

import config
from app.jobs.kinds import kinds
from app.models.users import Actor
from app.operations import jobs, mail_addresses
from app.queries import mail as queries
from tests.mail.office import Office

DESK = "https://desk.example.com"
MINUTE = 60_000


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office().open()
    yield office
    office.close()


@pytest.fixture
def app(app: Flask, office: Office) -> Flask:
    return mailing(app, office)


def mailing(app: Flask, office: Office) -> Flask:
    """The application, whose mail goes to the office."""
    app.config["MAIL_URL"] = config.mail_server(f"smtp://127.0.0.1:{office.port}")
    app.config["MAIL_FROM"] = Address("Northwind Chairs", "support", "example.com")
    app.config["PUBLIC_URL"] = DESK
    return app


def work() -> int:
    """Does the jobs of mail that are due, as the runner does; how many there were."""
    number = 0
    while job := jobs.claim([name for name in kinds if name.startswith("mail_")]):
        try:
            kinds[job.kind].handler(**job.arguments)
        except Exception as error:
            jobs.failed(job, type(error).__name__)
        else:
            jobs.done(job, None)
        number += 1
    return number


def has_address(customer: Actor, email: str = "lena@home.example", language: str = "en") -> str:
    """The customer has verified this address; the key of it."""
    given = mail_addresses.give(customer, email, language=language, address="10.0.0.1")
    mail_addresses.verify(given.key)
    found = queries.address_of(customer.id)
    assert found is not None
    return found.key

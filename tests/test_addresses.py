"""One address, however it is written: who can register can log in, and is found."""

from collections.abc import Callable

import pytest
from email_validator import EmailNotValidError
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.addresses import LONGEST, checked, normal
from app.auth.password import check_login
from app.auth.tokens import access_token
from app.errors import TooFast, Unauthorized
from app.models.users import Actor
from app.operations import users
from app.protocols import KNOWN
from app.queries import users as directory
from tests.people import PASSWORD, People

ONE = "zoë.ångström@bücher.example"
SPELLINGS = [
    ONE,
    ONE.upper(),
    f"  {ONE}\t",
    "zoë.ångström@xn--bcher-kva.example",
    "ZOË.ÅNGSTRÖM@XN--BCHER-KVA.EXAMPLE",
    "zoe\u0308.a\u030angstro\u0308m@bu\u0308cher.example",
    "zoë.a\u030angström@bücher\uff0eexample",
    "zoë.ångström@bücher\u3002example",
    "zoë.ångström@ｂücher.example",
]


@pytest.fixture
def zoe(people: People) -> Actor:
    return users.create("Zoë", SPELLINGS[3], PASSWORD, "customer")


@pytest.mark.parametrize("address", SPELLINGS)
def test_every_spelling_is_one_address(address: str) -> None:
    assert checked(address) == normal(address) == ONE


@pytest.mark.parametrize("address", SPELLINGS)
def test_whoever_registers_so_logs_in_by_every_spelling(
    client: FlaskClient, people: People, address: str
) -> None:
    form = {"name": "Zoë", "email": address, "password": PASSWORD}
    assert client.post("/register", data=form).status_code == 303
    for other in SPELLINGS:
        assert check_login(other, PASSWORD, "10.0.0.1").email == ONE


@pytest.mark.parametrize("address", SPELLINGS)
def test_every_door_knows_whose_it_is(app: Flask, zoe: Actor, people: People, address: str) -> None:
    doors: dict[str, Callable[[], object]] = {
        "log-in": lambda: app.test_client().post(
            "/login", data={"email": address, "password": PASSWORD}
        ).location,
        "REST": lambda: app.test_client().post(
            "/api/v1/auth/login", json={"email": address, "password": PASSWORD}
        ).json["user"]["email"],
        "older REST": lambda: app.test_client().post(
            "/auth/login", json={"email": address, "password": PASSWORD}
        ).json["user"]["email"],
        "register": lambda: app.test_client().post(
            "/register", data={"name": "Z", "email": address, "password": PASSWORD}
        ).status_code,
        "look-up": lambda: directory.by_email(address),
        "look-up of several": lambda: list(directory.by_emails([address])),
        "search of people": lambda: [each.id for each in directory.choices(address)],
        "REST search": lambda: [
            each["id"]
            for each in app.test_client().get(
                "/api/v1/users",
                query_string={"q": address},
                headers={"Authorization": f"Bearer {access_token(people.ana)}"},
            ).json["users"]
        ],
    }  # fmt: skip
    told = {name: door() for name, door in doors.items()}
    assert told == {
        "log-in": "/dashboard",
        "REST": ONE,
        "older REST": ONE,
        "register": 409,
        "look-up": zoe,
        "look-up of several": [ONE],
        "search of people": [zoe.id],
        "REST search": [zoe.id],
    }
    for protocol in KNOWN.values():
        protocol.check_claims(zoe, {"email": address}, frozenset())


@pytest.mark.parametrize("address", SPELLINGS)
def test_the_shell_finds_who_it_is(app: Flask, zoe: Actor, address: str) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["users", "set-password", address, "--password", "another one"]).exit_code == 0
    assert check_login(ONE, "another one", "10.0.0.1").id == zoe.id
    assert run(args=["users", "set-role", address, "agent"]).exit_code == 0
    assert run(args=["users", "deactivate", address]).exit_code == 0
    with pytest.raises(Unauthorized):
        check_login(ONE, "another one", "10.0.0.1")


def test_failures_count_once_for_an_account_however_it_is_written(zoe: Actor) -> None:
    for number in range(10):
        with pytest.raises(Unauthorized):
            check_login(SPELLINGS[number % len(SPELLINGS)], "wrong one", f"10.0.0.{number}")
    for address in SPELLINGS:
        with pytest.raises(TooFast):
            check_login(address, PASSWORD, "10.0.1.1")


@given(st.text(max_size=400))
def test_what_is_no_address_is_nobodys_and_no_fault(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert len(once) <= 4 * LONGEST


@given(st.emails())
def test_an_address_stays_what_it_became(address: str) -> None:
    try:
        once = checked(address)
    except EmailNotValidError:
        return
    assert checked(once) == normal(address) == once

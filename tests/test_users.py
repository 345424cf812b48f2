"""Accounts: who may be made, and what ends when a right does."""

import threading
from functools import cache
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.auth import password
from app.auth.keys import actor_of_key
from app.auth.password import check_login
from app.auth.session import actor_of_session
from app.auth.tokens import access_token, actor_of_token
from app.errors import (
    ChatError,
    Conflict,
    EmailTaken,
    Forbidden,
    Invalid,
    NotFound,
    Unauthorized,
)
from app.events import AccessEnded, Event
from app.models import database
from app.models.audits import SELECT_AUDIT, AuditState
from app.models.audits import table as audit
from app.models.users import Actor, table
from app.operations import erasures, keys, passwords, tokens, users, visitors
from app.operations.messages import Draft
from app.queries import sites
from tests.people import PASSWORD, People
from tests.races import at_once

HERE = "10.0.0.1"


def test_who_registers_is_a_customer_with_a_tidy_name(people: People) -> None:
    made = users.register("  Zoë \t\n van\u200e der  Meer ", " Zoe@Example.COM ", PASSWORD, HERE)
    assert (made.name, made.email, made.role) == ("Zoë van der Meer", "zoe@example.com", "customer")
    assert check_login("ZOE@example.com ", PASSWORD, "10.0.0.1") == made


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(char)) for char in text)


BLACK_FLAG, END = "\U0001f3f4", "\U000e007f"


@pytest.mark.parametrize(
    "name",
    [
        "\u0d05\u0d1e\u0d4d\u0d1e\u0d41\u0d28\u0d4d\u200d",  # ends with a Malayalam chillu
        "\u0d05\u0d28\u0d4d\u200d \u0d05\u0d28\u0d4d\u200c, \u0d05\u0d28\u0d4d\u200d",
        "\u09b8\u09a4\u09cd\u200d \u09b8\u09a4",  # Bengali
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3 \u0d9a\u0dca\u200d",  # Sinhala
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "\u2764\ufe0f\u200d\U0001f525",
        "\U00010d50\U00010d51",  # Garay, of Unicode 16
        "Zoë \U0001fae8\u200d\U0001fae9",  # faces of Unicode 15 and 16
        *(f"{BLACK_FLAG}{tags(place)}{END} Zoë" for place in ("gbeng", "gbsct", "gbwls")),
    ],
)
def test_a_name_keeps_its_letters(people: People, name: str) -> None:
    assert users.create(name, "new@example.com", PASSWORD, "agent").name == name


@pytest.mark.parametrize(
    "hidden",
    [
        *"\u00ad\u061c\u200b\u200c\u200d\u200e\u202a\u202e\u2060\u2065\u2066\u2069\ufeff\ufff0\ufff9",
        *"\ufdd0\ufdef\ufffe\U0001ffff\U0010ffff\U00013430\U00013439\U000e0001\U000e0080\ue000\x00",
        "\u200d\u200d\u200d",
        tags("gbeng") + END,
    ],
)
def test_what_hides_or_turns_is_no_part_of_a_name(people: People, hidden: str) -> None:
    made = users.create(f"{hidden}Zoë{hidden} Meer{hidden}", "new@example.com", PASSWORD, "agent")
    assert made.name == "Zoë Meer"


@pytest.mark.parametrize(
    "hidden", [f"{tags('gbeng')}", f"{tags('ustx')}{END}", tags("gbengx") + END]
)
def test_no_words_hide_in_a_flag(people: People, hidden: str) -> None:
    made = users.create(f"Zoë {BLACK_FLAG}{hidden}", "new@example.com", PASSWORD, "agent")
    assert made.name == f"Zoë {BLACK_FLAG}"


@pytest.mark.parametrize(
    ("name", "email", "password", "field"),
    [
        ("", "new@example.com", PASSWORD, "name"),
        (" \t", "new@example.com", PASSWORD, "name"),
        ("x" * 81, "new@example.com", PASSWORD, "name"),
        ("Zoë", "", PASSWORD, "email"),
        ("Zoë", "zoe", PASSWORD, "email"),
        ("Zoë", "zoe@", PASSWORD, "email"),
        ("Zoë", "a@b@example.com", PASSWORD, "email"),
        ("Zoë", "x" * 250 + "@example.com", PASSWORD, "email"),
        ("Zoë", "new@example.com", "1234567", "password"),
        ("Zoë", "new@example.com", "x" * 257, "password"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(
    people: People, name: str, email: str, password: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        users.register(name, email, password, HERE)
    assert set(refused.value.fields or {}) == {field}
    assert len(database.rows(table.select())) == 7


def test_a_long_password_counts_to_its_end(people: People) -> None:
    users.register("Zoë", "zoe@example.com", "é" * 256, HERE)
    assert check_login("zoe@example.com", "é" * 256, "10.0.0.1")
    for wrong in ("é" * 255, "é" * 257):
        with pytest.raises(Unauthorized):
            check_login("zoe@example.com", wrong, "10.0.0.1")


def test_of_many_who_register_one_address_at_once_one_does(people: People) -> None:
    made = at_once(lambda n: users.register(f"Zoë {n}", "zoe@example.com", PASSWORD, HERE), 4)
    refused = [each for each in made if isinstance(each, ChatError)]
    assert len(refused) == 3
    assert {(type(error), error.code) for error in refused} == {(EmailTaken, "email_taken")}


def test_an_unknown_account_and_a_wrong_password_are_one_answer(people: People) -> None:
    told = []
    for email, tried in ((people.lena.email, "wrong-one"), ("nobody@example.com", PASSWORD)):
        with pytest.raises(Unauthorized) as refused:
            check_login(email, tried, "10.0.0.1")
        told.append(refused.value.as_dict())
    assert told[0] == told[1]
    assert told[0]["code"] == "bad_credentials"


def test_whatever_hashes_does_so_off_the_loop(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    here = threading.current_thread()

    class Watched(PasswordHasher):
        def hash(self, *given: Any, **more: Any) -> str:
            hashed.append("hash")
            assert threading.current_thread() is not here
            return super().hash(*given, **more)

        def verify(self, *given: Any) -> Any:
            hashed.append("verify")
            assert threading.current_thread() is not here
            return super().verify(*given)

    monkeypatch.setattr(passwords, "hasher", Watched())
    # A cache of its own: the hash that this hasher makes is no measure for other tests.
    monkeypatch.setattr(password, "nobodys", cache(password.nobodys.__wrapped__))
    for _ in range(2):
        with pytest.raises(Unauthorized):
            check_login("nobody@example.com", PASSWORD, HERE)
    check_login(people.lena.email, PASSWORD, HERE)
    assert hashed == ["hash", "verify", "verify", "verify"]


CHANGES = {
    "deactivate": lambda email: users.deactivate(email),
    "set_password": lambda email: users.set_password(email, "another password"),
    "set_role": lambda email: users.set_role(email, "agent"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_rights_ends_all_that_was_issued_before(
    people: People, announced: list[Event], change: str
) -> None:
    lena, session = people.lena, people.lena.get_id()
    access, refresh = access_token(lena), tokens.issue(lena)[1]
    assert actor_of_token(access) == actor_of_session(session) == lena
    CHANGES[change](lena.email)
    with pytest.raises(Unauthorized):
        actor_of_token(access)
    with pytest.raises(Unauthorized):
        tokens.refresh(refresh)
    assert actor_of_session(session) is None
    assert announced == [AccessEnded(lena.id, 2)]


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_else_is_touched(people: People, change: str) -> None:
    access, refresh = access_token(people.marcus), tokens.issue(people.marcus)[1]
    CHANGES[change](people.lena.email)
    assert actor_of_token(access) == people.marcus
    assert tokens.refresh(refresh)[0].id == people.marcus.id
    with pytest.raises(NotFound):
        CHANGES[change]("nobody@example.com")


def test_who_is_deactivated_cannot_log_in(people: People) -> None:
    users.deactivate(people.lena.email)
    with pytest.raises(Unauthorized):
        check_login(people.lena.email, PASSWORD, "10.0.0.1")


def test_a_role_is_one_of_five(people: People) -> None:
    with pytest.raises(Invalid):
        users.set_role(people.lena.email, "owner")
    assert actor_of_session(people.lena.get_id()) == people.lena


def standing(who: Actor) -> tuple[str, bool, int]:
    row = database.row(table.select().where(table.c.id == who.id))
    return row.role, bool(row.is_active), row.auth_version


def log_of(who: Actor) -> list[tuple[str, int | None, Any]]:
    rows = database.rows(SELECT_AUDIT.where(audit.c.subject_id == who.id).order_by(audit.c.id))
    return [(row.action, row.actor_id, row.said.get("role")) for row in map(AuditState._make, rows)]


def test_an_admin_gives_a_role_and_takes_and_gives_back_access(
    people: People, announced: list[Event]
) -> None:
    ben, ada = people.ben, people.ada
    session, refresh = ben.get_id(), tokens.issue(ben)[1]
    assert users.edit(ada, ben.id, role="manager").role == "manager"
    assert standing(ben) == ("manager", True, 2)
    assert actor_of_session(session) is None
    with pytest.raises(Unauthorized):
        tokens.refresh(refresh)
    users.edit(ada, ben.id, is_active=False)
    with pytest.raises(Unauthorized):
        check_login(ben.email, PASSWORD, HERE)
    users.edit(ada, ben.id, is_active=True)
    assert check_login(ben.email, PASSWORD, HERE).role == "manager"
    assert announced == [AccessEnded(ben.id, version) for version in (2, 3, 4)]
    assert log_of(ben) == [
        ("signed_in", ben.id, None),
        ("role_set", ada.id, "manager"),
        ("person_deactivated", ada.id, None),
        ("person_reactivated", ada.id, None),
    ]


def test_a_role_and_access_together_end_what_was_issued_once(
    people: People, announced: list[Event]
) -> None:
    users.edit(people.ada, people.ben.id, role="provider", is_active=False)
    assert standing(people.ben) == ("provider", False, 2)
    assert announced == [AccessEnded(people.ben.id, 2)]
    users.edit(people.ada, people.ben.id, role="provider", is_active=False)  # as it is
    assert standing(people.ben) == ("provider", False, 2)
    assert len(announced) == 1


@pytest.mark.parametrize("who", ["maya", "ana", "petra", "lena"])
def test_admins_alone_give_and_take_rights(people: People, who: str) -> None:
    actor: Actor = getattr(people, who)
    for rights in ({"role": "admin"}, {"is_active": False}):
        with pytest.raises(Forbidden):
            users.edit(actor, people.ben.id, **rights)
    assert standing(people.ben) == ("agent", True, 1)


@pytest.mark.parametrize("rights", [{"role": "agent"}, {"is_active": False}], ids=str)
def test_nobody_shuts_themselves_out(people: People, rights: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        users.edit(people.ada, people.ada.id, **rights)
    assert standing(people.ada) == ("admin", True, 1)
    users.edit(people.ada, people.ada.id, role="admin", is_active=True, name="Ada L.")
    assert standing(people.ada) == ("admin", True, 1)


@pytest.mark.parametrize("rights", [{"role": "agent"}, {"is_active": False}], ids=str)
def test_of_two_admins_who_shut_out_one_another_one_stays(
    people: People, rights: dict[str, Any]
) -> None:
    pair = (people.ada, users.create("Zoë", "zoe@example.com", PASSWORD, "admin"))
    done = at_once(lambda n: users.edit(pair[n], pair[1 - n].id, **rights), 2)
    assert sorted(type(each).__name__ for each in done) == ["Actor", "Unauthorized"]
    assert [standing(each)[:2] for each in pair].count(("admin", True)) == 1


def test_no_key_gives_or_takes_rights(people: People) -> None:
    _, key = keys.make(people.ada, "CRM", ["people:write"])
    program = actor_of_key(key)
    for rights in ({"role": "admin"}, {"is_active": False}):
        with pytest.raises(Forbidden):
            users.edit(program, people.ben.id, **rights)
    assert users.edit(program, people.ben.id, name="Benjamin").name == "Benjamin"
    assert standing(people.ben) == ("agent", True, 1)


def test_who_writes_from_a_site_becomes_nobody_who_may_more(people: People) -> None:
    site = sites.first()
    assert site is not None
    visitor, _ = visitors.write_first(site, "v" * 43, Draft("Hi"), language="", address=HERE)
    for rights in ({"role": "agent"}, {"is_active": False}):
        with pytest.raises(Conflict):
            users.edit(people.ada, visitor.id, **rights)
    # Given an address and a password they have an account, and the site's word still acts for them.
    users.edit(people.ada, visitor.id, email="visitor@example.com")
    users.set_password("visitor@example.com", PASSWORD)
    for act in (
        lambda: users.edit(people.ada, visitor.id, role="admin"),
        lambda: users.set_role("visitor@example.com", "admin"),
    ):
        with pytest.raises(Conflict):
            act()
    assert standing(visitor)[0] == "customer"
    users.edit(people.ada, visitor.id, is_active=False)
    assert standing(visitor)[:2] == ("customer", False)


def test_a_customer_is_given_no_role_but_by_an_invitation(people: People) -> None:
    zoe = users.register("Zoë", "zoe@example.com", PASSWORD, HERE)  # says whoever knows the address
    for role in ("agent", "manager", "admin", "provider"):
        with pytest.raises(Conflict):
            users.edit(people.ada, zoe.id, role=role, name="Zoë B.")
    assert standing(zoe) == ("customer", True, 1)
    assert check_login("zoe@example.com", PASSWORD, HERE) == zoe
    users.set_role(zoe.email, "agent")  # whoever has the shell does as they like
    assert standing(zoe)[0] == "agent"
    users.edit(people.ada, zoe.id, role="customer")
    with pytest.raises(Conflict):
        users.edit(people.ada, zoe.id, role="agent")


def test_who_is_erased_stays_so(people: People) -> None:
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    for rights in ({"role": "agent"}, {"is_active": True}):
        with pytest.raises(NotFound):
            users.edit(people.ada, people.lena.id, **rights)
    with pytest.raises(NotFound):
        users.edit(people.ada, 4711, role="agent")

"""Invitations: who may invite whom, whose account a link makes, and when it makes none."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.auth.password import check_login
from app.auth.session import actor_of_session
from app.auth.signatures import CHAT, INVITATION, invitation_page, signed
from app.auth.tokens import access_token, actor_of_token
from app.doors import logged
from app.errors import ChatError, EmailTaken, Forbidden, Invalid, NotFound, TooFast, Unauthorized
from app.events import AccessEnded, Event
from app.models import database
from app.models.audits import SELECT_AUDIT, AuditState
from app.models.audits import table as audit
from app.models.invitations import table
from app.models.users import Actor
from app.models.users import table as user_table
from app.models.visitors import table as visitor_table
from app.operations import erasures, tokens, users, visitors
from app.operations import invitations as operations
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import invitations as queries
from app.queries import sites
from tests.people import PASSWORD, People
from tests.races import at_once

DAY = 24 * 3600 * 1000
ZOE = "zoe@example.com"
After = Callable[[int], None]


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> After:
    now = clock.now()
    return lambda ms: monkeypatch.setattr(clock, "now", lambda: now + ms)


def log() -> list[tuple[str, int | None, int | None, Any]]:
    rows = database.rows(SELECT_AUDIT.where(audit.c.action.startswith("invitation_")))
    return [
        (row.action, row.actor_id, row.subject_id, row.said) for row in map(AuditState._make, rows)
    ]


def fields(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Invalid) as error:
        act()
    return list(error.value.fields or {})


def test_who_is_invited_makes_their_account_once(people: People) -> None:
    made = operations.make(people.ada, " Zoe@Example.com ", "manager")
    assert (made.email, made.role, made.expires_at - made.created_at) == (ZOE, "manager", 7 * DAY)
    zoe = operations.accept(made.key, " Zoë  B. ", PASSWORD)
    assert (zoe.name, zoe.email, zoe.role) == ("Zoë B.", ZOE, "manager")
    assert check_login(ZOE, PASSWORD, "10.0.0.1") == zoe
    assert queries.every_open() == []
    with pytest.raises(NotFound):
        operations.accept(made.key, "Zoë", PASSWORD)
    assert log() == [
        ("invitation_made", people.ada.id, made.id, {"role": "manager"}),
        ("invitation_accepted", zoe.id, zoe.id, {"role": "manager", "invitation": made.id}),
    ]


def test_of_many_who_accept_at_once_one_gets_the_account(people: People) -> None:
    made = operations.make(people.ada, ZOE, "agent")
    given = at_once(lambda n: operations.accept(made.key, f"Zoë {n}", PASSWORD), 4)
    assert [type(each) for each in given].count(Actor) == 1
    assert all(isinstance(each, Actor | NotFound | EmailTaken) for each in given)
    assert len(database.rows(user_table.select().where(user_table.c.email == ZOE))) == 1


def test_of_many_who_invite_one_address_at_once_one_does(people: People) -> None:
    given = at_once(lambda n: operations.make(people.ada, ZOE, "agent"), 3)
    assert sorted(isinstance(each, Invalid) for each in given) == [False, True, True]
    assert len(queries.every_open()) == 1


@pytest.mark.parametrize("who", ["maya", "ana", "lena", "petra"])
def test_admins_alone_invite(people: People, who: str) -> None:
    made, actor = operations.make(people.ada, ZOE, "agent"), getattr(people, who)
    for act in (
        lambda: operations.make(actor, "kim@example.com", "agent"),
        lambda: operations.renew(actor, made.id),
        lambda: operations.revoke(actor, made.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert [each.key for each in queries.every_open()] == [made.key]


def test_no_key_and_no_admin_of_before_invites(people: People) -> None:
    program = people.ada._replace(scopes=("people:write",))
    with pytest.raises(Forbidden):
        operations.make(program, ZOE, "admin")
    users.set_password(people.ada.email, "another password")
    with pytest.raises(Unauthorized):
        operations.make(people.ada, ZOE, "admin")
    assert queries.every_open() == []


def test_what_cannot_be_is_named_by_its_field(people: People) -> None:
    make = operations.make
    assert fields(lambda: make(people.ada, "zoe", "agent")) == ["email"]
    assert fields(lambda: make(people.ada, ZOE, "customer")) == ["role"]
    assert fields(lambda: make(people.ada, ZOE, "owner")) == ["role"]
    assert fields(lambda: make(people.ada, people.ana.email.upper(), "agent")) == ["email"]
    made = make(people.ada, ZOE, "agent")
    assert fields(lambda: make(people.ada, ZOE, "agent")) == ["email"]
    accept = operations.accept
    assert fields(lambda: accept(made.key, " ", PASSWORD)) == ["name"]
    assert fields(lambda: accept(made.key, "Zoë", "short")) == ["password"]
    assert operations.accept(made.key, "Zoë", PASSWORD).role == "agent"


def test_an_address_that_was_taken_meanwhile_is_said(people: People) -> None:
    made = operations.make(people.ada, ZOE, "admin")
    users.create("Zoë", ZOE, PASSWORD, "agent")
    with pytest.raises(EmailTaken):
        operations.accept(made.key, "Zoë", PASSWORD)
    assert fields(lambda: operations.renew(people.ada, made.id)) == ["email"]
    assert check_login(ZOE, PASSWORD, "10.0.0.1").role == "agent"


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_account_that_anybody_may_have_registered_becomes_theirs_who_has_the_link(
    people: People, client: FlaskClient, announced: list[Event], when: str
) -> None:
    if when == "after":
        made = operations.make(people.ada, ZOE, "admin")
    stranger = users.register("Mallory", ZOE, PASSWORD, "10.0.0.7")
    session, access = stranger.get_id(), access_token(stranger)
    _, refresh = tokens.issue(stranger)
    if when == "before":
        made = operations.make(people.ada, ZOE, "admin")
    announced.clear()
    zoe = operations.accept(made.key, "Zoë", "a password of her own")
    assert (zoe.id, zoe.name, zoe.role) == (stranger.id, "Zoë", "admin")
    assert check_login(ZOE, "a password of her own", "10.0.0.1") == zoe
    with pytest.raises(Unauthorized):
        check_login(ZOE, PASSWORD, "10.0.0.7")
    assert actor_of_session(session) is None
    for act in (lambda: actor_of_token(access), lambda: tokens.refresh(refresh)):
        with pytest.raises(Unauthorized):
            act()
    assert AccessEnded(zoe.id, zoe.auth_version) in announced
    assert actor_of_session(zoe.get_id()) == zoe
    rows = database.rows(SELECT_AUDIT.where(audit.c.subject_id == zoe.id).order_by(audit.c.id))
    done = [row.action for row in rows]
    assert done == ["role_set", "password_set", "invitation_accepted", "sign_in_failed"]
    with pytest.raises(NotFound):
        operations.accept(made.key, "Zoë", PASSWORD)


def test_an_account_that_others_act_for_or_that_was_taken_is_nobody_elses(people: People) -> None:
    site = sites.first()
    assert site is not None
    visitor, _ = visitors.write_first(site, "v" * 43, Draft("Hi"), language="", address="10.0.0.1")
    users.edit(people.ada, visitor.id, email="visitor@example.com")
    gone = users.register("Kim", "kim@example.com", PASSWORD, "10.0.0.1")
    made = operations.make(people.ada, gone.email, "admin")
    users.edit(people.ada, gone.id, is_active=False)
    with pytest.raises(EmailTaken):
        operations.accept(made.key, "Kim", PASSWORD)
    for email in ("visitor@example.com", gone.email, people.petra.email):
        assert fields(lambda email=email: operations.make(people.ada, email, "agent")) == ["email"]  # type: ignore[misc]
    assert database.row(user_table.select().where(user_table.c.id == gone.id)).role == "customer"


ENDS: dict[str, tuple[Callable[[People, Actor], object], Callable[[People, Actor], object]]] = {
    "role": (
        lambda people, other: users.edit(other, people.ada.id, role="manager"),
        lambda people, other: users.edit(other, people.ada.id, role="admin"),
    ),
    "access": (
        lambda people, other: users.edit(other, people.ada.id, is_active=False),
        lambda people, other: users.edit(other, people.ada.id, is_active=True),
    ),
    "password": (
        lambda people, other: users.set_password(people.ada.email, "another password"),
        lambda people, other: None,
    ),
    "shell": (
        lambda people, other: users.deactivate(people.ada.email),
        lambda people, other: users.reactivate(people.ada.email),
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_who_loses_rights_has_left_no_link_that_holds_again(people: People, how: str) -> None:
    other = users.create("Bob", "bob@example.com", PASSWORD, "admin")
    made = operations.make(people.ada, ZOE, "admin")
    kept = operations.make(other, "kim@example.com", "agent")
    done = operations.make(people.ada, "sam@example.com", "agent")
    operations.accept(done.key, "Sam", PASSWORD)
    take, give = ENDS[how]
    take(people, other)
    assert queries.every_open() == [kept]
    give(people, other)
    with pytest.raises(NotFound):
        operations.accept(made.key, "Mallory", PASSWORD)
    by = other.id if how in ("role", "access") else None
    revoked = [row[:3] for row in log() if row[0] == "invitation_revoked"]
    assert revoked == [("invitation_revoked", by, made.id)]
    assert queries.every_open() == [kept]


def test_who_comes_second_is_told_on_the_page_that_it_holds_no_more(
    client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = operations.make(people.ada, ZOE, "agent")
    accept = operations.accept

    def beaten(*given: Any) -> Actor:
        accept(made.key, "Zoë the first", PASSWORD)
        return accept(*given)

    monkeypatch.setattr(operations, "accept", beaten)
    posted = client.post(invitation_page(made.key), data={"name": "Zoë", "password": PASSWORD})
    assert (posted.status_code, "does not hold any more" in posted.text) == (404, True)
    assert 'name="password"' not in posted.text


def ended(how: str, people: People, made: Any, after: After) -> None:
    if how == "over":
        after(7 * DAY + 1000)
    elif how == "revoked":
        operations.revoke(people.ada, made.id)
    elif how == "replaced":
        assert operations.renew(people.ada, made.id).key != made.key
    elif how == "made by nobody who may":
        users.set_role(people.ada.email, "manager")
    else:
        users.deactivate(people.ada.email)


HOWS = ["over", "revoked", "replaced", "made by nobody who may", "made by who is gone"]


@pytest.mark.parametrize("how", HOWS)
def test_it_ends(client: FlaskClient, people: People, after: After, how: str) -> None:
    made = operations.make(people.ada, ZOE, "admin")
    path = invitation_page(made.key)
    assert client.get(path).status_code == 200
    ended(how, people, made, after)
    with pytest.raises(NotFound):
        operations.accept(made.key, "Zoë", PASSWORD)
    for _again in range(20):  # what we have signed is no guess
        page = client.get(path)
        assert (page.status_code, "does not hold any more" in page.text) == (404, True)
    posted = client.post(path, data={"name": "Zoë", "password": PASSWORD})
    assert posted.status_code == 404
    with pytest.raises(Unauthorized):
        check_login(ZOE, PASSWORD, "10.0.0.1")


def test_another_link_holds_for_another_week_and_is_in_the_name_of_who_asked(
    people: People, after: After
) -> None:
    zoe = users.create("Zoë", "other@example.com", PASSWORD, "admin")
    made = operations.make(people.ada, ZOE, "agent")
    after(8 * DAY)
    again = operations.renew(zoe, made.id)
    assert (again.id, again.email, again.made_by_id) == (made.id, ZOE, zoe.id)
    assert queries.named(again.key) == again
    operations.revoke(zoe, made.id)
    for act in (operations.renew, operations.revoke):
        with pytest.raises(NotFound):
            act(zoe, made.id)
    assert [row[:3] for row in log()] == [
        ("invitation_made", people.ada.id, made.id),
        ("invitation_made", zoe.id, made.id),
        ("invitation_revoked", zoe.id, made.id),
    ]


def test_its_page_logs_in_whoever_made_the_account(client: FlaskClient, people: People) -> None:
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    path = invitation_page(operations.make(people.ada, ZOE, "agent").key)
    page = client.get(path)
    assert people.ana.page_key not in page.text
    assert "is logged in here" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    refused = client.post(path, data={"name": "", "password": "short"})
    assert (refused.status_code, ZOE in refused.text) == (422, True)
    taken_in = client.post(path, data={"name": "Zoë", "password": PASSWORD})
    assert (taken_in.status_code, taken_in.headers["Location"]) == (303, "/admin")
    assert "Zoë" in client.get("/admin/messages").text


def test_its_form_has_a_token_and_needs_no_referrer(
    app: Flask, client: FlaskClient, people: People
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    path = invitation_page(operations.make(people.ada, ZOE, "agent").key)
    over = {"base_url": "https://localhost"}
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(path, **over).text)
    assert found is not None
    form = {"name": "Zoë", "password": PASSWORD}
    # As browsers post from a page without a referrer, and as another site would have them post.
    hidden = {"Origin": "null"}
    forged = app.test_client().post(path, data=form, headers=hidden, **over)
    assert (forged.status_code, "has grown old" in forged.text) == (422, True)
    assert "Zoë" in forged.text
    posted = client.post(path, data=form | {"csrf_token": found[1]}, headers=hidden, **over)
    assert posted.status_code == 303


def test_a_link_is_not_made_of_what_is_stored_or_of_another_kind(
    client: FlaskClient, people: People
) -> None:
    made = operations.make(people.ada, ZOE, "admin")
    row = database.row(table.select())
    kept = str(tuple(row))
    assert signed(made.key, INVITATION) not in kept
    for token in (made.key, signed(made.key, CHAT), signed(made.key, INVITATION)[:-1] + "!"):
        assert client.get(f"/invitation/{token}").status_code == 404
    assert logged(invitation_page(made.key)) == "/invitation/…"


def test_links_are_not_guessed(client: FlaskClient, people: People) -> None:
    path = invitation_page(operations.make(people.ada, ZOE, "admin").key)
    tried = [client.get(f"/invitation/{number}").status_code for number in range(12)]
    assert tried == [404] * 10 + [429] * 2
    assert client.get(path).status_code == 429


def test_nobody_is_flooded(people: People) -> None:
    made = operations.make(people.ada, ZOE, "agent")
    for _again in range(3):  # nothing is mailed
        operations.renew(people.ada, made.id)
    for number in range(56):
        operations.make(people.ada, f"kim{number}@example.com", "agent")
    with pytest.raises(TooFast):
        operations.make(people.ada, "kim@example.com", "agent")


def test_what_ended_long_ago_and_who_is_erased_is_forgotten(people: People, after: After) -> None:
    made = operations.make(people.ada, ZOE, "agent")
    operations.make(people.ada, "kim@example.com", "agent")
    kim = users.register("Kim", "kim@example.com", PASSWORD, "10.0.0.1")
    erasures.erase_by_shell(kim.id, "Kim")
    assert [each.email for each in queries.every_open()] == [ZOE]
    assert [row[:2] for row in log()][2:] == [("invitation_revoked", None)]
    left_alone = operations.make(people.ada, "sam@example.com", "agent")
    operations.revoke(people.ada, made.id)
    for days, left in ((29, 2), (31, 1), (36, 1), (38, 0)):
        after(days * DAY)
        operations.forget_old()
        rows = database.rows(table.select())
        assert sorted(row.id for row in rows) == [made.id, left_alone.id][2 - left :]


def test_what_a_visitor_only_says_ends_no_invitation(people: People, after: After) -> None:
    made = operations.make(people.ada, ZOE, "agent")
    ended = operations.make(people.ada, "kim@example.com", "agent")
    operations.revoke(people.ada, ended.id)
    site = sites.first()
    assert site is not None
    for number, email in enumerate((ZOE, "kim@example.com")):
        key = str(number) * 43
        who, _ = visitors.write_first(site, key, Draft("Hi"), language="", address="10.0.0.1")
        with transaction() as tx:
            of_whom = visitor_table.c.user_id == who.id
            tx.run(visitor_table.update().where(of_whom).values(said_email=email), {})
        erasures.erase_by_shell(who.id, who.name)
    assert [row.id for row in database.rows(table.select())] == [made.id]
    assert operations.accept(made.key, "Zoë", PASSWORD).role == "agent"


def test_the_page_of_all_shows_a_link_once(app: Flask, client: FlaskClient, people: People) -> None:
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    made = client.post("/admin/invitations", data={"email": ZOE, "role": "agent"}).text
    found = re.search(r"http://localhost(/invitation/[^<]+)<", made)
    assert found is not None
    assert app.test_client().get(found[1]).status_code == 200
    assert "Nothing is mailed there" in made
    page = client.get("/admin/invitations").text
    assert ZOE in page
    assert "/invitation/" not in page
    again = client.post("/admin/invitations", data={"email": ZOE, "role": "agent"})
    assert (again.status_code, "invited already" in again.text) == (422, True)
    which = queries.every_open()[0].id
    renewed = client.post(f"/admin/invitations/{which}/renewal").text
    other = re.search(r"http://localhost(/invitation/[^<]+)<", renewed)
    assert other is not None
    assert other[1] != found[1]
    assert client.post(f"/admin/invitations/{which}/revocation").status_code == 303
    assert ZOE not in client.get("/admin/invitations").text
    gone = client.post(f"/admin/invitations/{which}/renewal")
    assert (gone.status_code, "no longer open" in gone.text) == (404, True)
    gone = client.post(f"/admin/invitations/{which}/revocation")
    assert (gone.status_code, "no longer open" in gone.text) == (404, True)


def test_whoever_has_the_shell_makes_the_first_admin(
    app: Flask, client: FlaskClient, people: People
) -> None:
    run = app.test_cli_runner().invoke
    words = ["users", "invite", "--email", ZOE, "--role", "admin"]
    first = run(args=words).output.strip()
    second = run(args=words).output.strip()
    assert [row[0] for row in log()] == ["invitation_made", "invitation_revoked", "invitation_made"]
    assert client.get(first).status_code == 404
    made = client.post(second, data={"name": "Zoë", "password": PASSWORD})
    assert made.status_code == 303
    assert check_login(ZOE, PASSWORD, "10.0.0.1").role == "admin"
    refused = run(args=words)
    assert refused.exit_code == 1
    assert "already" in refused.output
    assert run(args=[*words[:-1], "customer"]).exit_code == 2


def test_errors_are_of_the_family(people: People) -> None:
    with pytest.raises(ChatError):
        operations.accept("0" * 32, "Zoë", PASSWORD)

"""A forgotten password: the mailed link sets it once; nobody learns who has an account."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app import clock
from app.auth.password import check_login
from app.auth.tokens import access_token
from app.errors import ChatError, Conflict, Invalid, NotFound, TooFast
from app.mail import smtp
from app.models import audits, database, jobs, mail, password_resets
from app.models.audits import Action
from app.models.users import Actor
from app.operations import erasures, limits, logins, mail_addresses, sites, users, visitors
from app.operations import password_resets as operations
from app.operations import tokens as refreshing
from app.operations.messages import Draft
from tests.conftest import recorded
from tests.mail.conftest import DESK, MINUTE, work
from tests.mail.office import Office
from tests.people import PASSWORD, People
from tests.races import at_once

NEW = "another battery"
HERE = {"language": "en", "address": "10.0.0.1"}


@pytest.fixture(params=["lena", "ana", "petra"])
def person(people: People, request: pytest.FixtureRequest) -> Actor:
    """A customer, somebody of staff, a provider."""
    who: Actor = getattr(people, request.param)
    return who


def opened(app: Flask, client: FlaskClient, path: str, form: Any = None) -> TestResponse:
    """A page, as a request of its own sees it, which remembers nobody."""
    with app.app_context():
        return client.post(path, data=form) if form else client.get(path)


def path_in(office: Office, number: int = -1) -> str:
    """Of the link in the last mail, or another one; both its parts have it."""
    texts = [part.get_content() for part in office.mail[number].iter_parts()]
    found = {match for each in texts for match in re.findall(rf"{DESK}(/password/[\w-]+)", each)}
    assert len(found) == 1, texts
    return found.pop()


def token_for(actor: Actor) -> str:
    made = operations.make(actor.id, clock.now())
    assert made is not None
    return made.token


def kept() -> list[Any]:
    return list(database.rows(select(password_resets.table)))


def logs_in(email: str, password: str) -> bool:
    try:
        check_login(email, password, "10.0.0.9")
    except ChatError:
        return False
    return True


def test_who_forgot_it_is_mailed_a_link_that_sets_it_and_logs_in(
    app: Flask, person: Actor, office: Office, client: FlaskClient
) -> None:
    answer = opened(app, client, "/password", {"email": f" {person.email.upper()} "})
    assert (answer.status_code, answer.location) == (303, "/password?asked=1")
    assert work() == 1
    (letter,) = office.mail
    assert letter["To"] == person.email
    assert letter["Subject"] == "A new password for Northwind Chairs"
    path = path_in(office)
    for _ in range(3):  # whoever looks into mail has only looked
        page = opened(app, client, path)
        assert (page.status_code, person.email in page.text) == (200, True)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    assert not logs_in(person.email, NEW)
    answer = opened(app, client, path, {"password": NEW})
    home = "/admin" if person.is_staff else "/dashboard"
    assert (answer.status_code, answer.location) == (303, home)
    assert opened(app, client, home).status_code == 200
    assert logs_in(person.email, NEW)
    assert not logs_in(person.email, PASSWORD)
    assert work() == 1
    told = office.mail[-1]
    assert told["Subject"] == "Your password for Northwind Chairs was changed"
    assert all(NEW not in part.get_content() for part in told.iter_parts())


def test_a_short_password_is_refused_and_the_link_still_holds(
    app: Flask, people: People, client: FlaskClient
) -> None:
    path = f"/password/{token_for(people.ana)}"
    page = opened(app, client, path, {"password": "short"})
    assert (page.status_code, "At least 8 characters" in page.text) == (422, True)
    with pytest.raises(Invalid):
        operations.use(path.rpartition("/")[2], "x" * 257, **HERE)
    assert opened(app, client, path, {"password": NEW}).status_code == 303


def test_a_link_is_used_once_and_says_then_that_it_has_ended(
    app: Flask, people: People, client: FlaskClient
) -> None:
    path = f"/password/{token_for(people.ana)}"
    assert opened(app, client, path, {"password": NEW}).status_code == 303
    for form in (None, {"password": "a third battery"}):
        page = opened(app, client, path, form)
        assert page.status_code == 404
        assert "This link no longer holds" in page.text
        assert 'href="/password"' in page.text
    assert logs_in(people.ana.email, NEW)


def test_of_two_at_once_one_wins(app: Flask, people: People) -> None:
    token = token_for(people.ana)
    mine = [f"battery number {number}" for number in range(4)]
    results = at_once(lambda number: operations.use(token, mine[number], **HERE), 4)
    winners = [number for number, each in enumerate(results) if isinstance(each, Actor)]
    assert len(winners) == 1, results
    assert all(isinstance(each, Actor | NotFound) for each in results), results
    assert [logs_in(people.ana.email, each) for each in mine].count(True) == 1
    assert logs_in(people.ana.email, mine[winners[0]])


def test_it_ends_after_an_hour(
    app: Flask, people: People, client: FlaskClient, later: Callable[[int], None]
) -> None:
    path = f"/password/{token_for(people.ana)}"
    later(60 * MINUTE - 1)
    assert opened(app, client, path).status_code == 200
    later(1)
    assert opened(app, client, path).status_code == 404
    assert opened(app, client, path, {"password": NEW}).status_code == 404
    assert len(kept()) == 1
    operations.forget_expired()
    assert kept() == []


ENDS: dict[str, Callable[[Actor], object]] = {
    "asked again": lambda who: operations.make(who.id, clock.now()),
    "another address": lambda who: users.set_email(who.email, "elsewhere@example.com"),
    "another password": lambda who: users.set_password(who.email, "the shell's own"),
    "another role": lambda who: users.set_role(who.email, "manager"),
    "deactivation": lambda who: users.deactivate(who.email),
    "deactivation and back": lambda who: (
        users.deactivate(who.email),
        users.reactivate(who.email),
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_what_changes_the_account_ends_the_link(
    app: Flask, people: People, client: FlaskClient, how: str
) -> None:
    token = token_for(people.ana)
    assert opened(app, client, f"/password/{token}").status_code == 200
    ENDS[how](people.ana)
    assert opened(app, client, f"/password/{token}").status_code == 404
    with pytest.raises(NotFound):
        operations.use(token, NEW, **HERE)


def test_nobody_learns_who_has_an_account(
    app: Flask, people: People, client: FlaskClient, office: Office
) -> None:
    users.deactivate(people.ben.email)
    asked, ran, stored = [], [], []
    for email in (people.lena.email, "nobody@example.com", people.ben.email):
        with recorded() as statements:
            page = opened(app, client, "/password", {"email": email})
        asked.append((page.status_code, page.location, page.text))
        ran.append([re.sub(r"\s+", " ", each) for each in statements])
        with recorded() as statements:
            body = {"email": email}
            with app.app_context():
                answer = client.post("/api/v1/password-resets", json=body)
        asked[-1] += (answer.status_code, answer.text)
        ran[-1] += [re.sub(r"\s+", " ", each) for each in statements]
        found = database.rows(select(jobs.table.c.kind, jobs.table.c.payload))
        stored.append(len(found))
        assert email not in str([row.payload for row in found])
    assert asked[0] == asked[1] == asked[2]
    assert ran[0] == ran[1] == ran[2]
    assert ran[0]
    # Who it is, and the job: by the page and by the API, and each time another one.
    assert [len(each) for each in ran] == [4, 4, 4]
    assert stored == [2, 4, 6]
    assert work() == 6
    assert [letter["To"] for letter in office.mail] == [people.lena.email] * 2


def test_nobody_is_flooded_whoever_they_are(app: Flask, people: People) -> None:
    for email in (people.lena.email, "nobody@example.com"):
        for _ in range(3):
            operations.ask(email, **HERE)
        with pytest.raises(TooFast):
            operations.ask(email.upper(), language="en", address="10.0.0.2")
    for number in range(14):
        operations.ask(f"{number}@example.com", **HERE)
    with pytest.raises(TooFast):
        operations.ask("one-more@example.com", **HERE)
    operations.ask("one-more@example.com", language="en", address="10.0.0.2")


def test_other_mail_keeps_nobody_of_the_same_network_from_asking(
    app: Flask, people: People
) -> None:
    for number in range(20):
        limits.codes(number, HERE["address"])
    with pytest.raises(TooFast):
        limits.codes(20, HERE["address"])
    operations.ask(people.lena.email, **HERE)


def test_who_asks_too_often_learns_which_link_holds(
    app: Flask, people: People, client: FlaskClient
) -> None:
    for email in (people.lena.email, "nobody@example.com"):
        form = {"email": email}
        pages = [opened(app, client, "/password", form) for _ in range(4)]
        assert [page.status_code for page in pages] == [303, 303, 303, 429]
        assert "the link in the newest one holds" in pages[-1].text
    assert "the link in the newest one holds" in opened(app, client, "/password/none").text


def test_asking_again_is_mailed_at_once_while_an_earlier_mail_waits(
    app: Flask,
    people: People,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    later: Callable[[int], None],
) -> None:
    def refuse(_letter: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(smtp, "send", refuse)
        operations.ask(people.lena.email, **HERE)
        assert work() == 1
    assert work() == 0  # it waits
    later(1)
    operations.ask(people.lena.email, **HERE)
    assert work() == 1
    token = path_in(office).rpartition("/")[2]
    later(MINUTE)
    assert work() == 1  # the first one, which is too late now: the newer link goes on
    assert len(office.mail) == 1
    operations.use(token, NEW, **HERE)


def test_a_mail_that_comes_late_brings_no_fresh_link(
    app: Flask, people: People, office: Office, later: Callable[[int], None]
) -> None:
    operations.ask(people.lena.email, **HERE)
    later(60 * MINUTE)
    assert work() == 1
    assert (office.mail, kept()) == ([], [])
    operations.ask(people.lena.email, **HERE)
    later(60 * MINUTE - 1)
    assert work() == 1
    assert len(office.mail) == 1
    operations.ask(people.lena.email, **HERE)
    later(1)
    users.set_password(people.lena.email, "the shell's own")
    assert work() == 1
    assert len(office.mail) == 1


def test_who_guesses_at_links_is_refused(app: Flask, people: People, client: FlaskClient) -> None:
    right = f"/password/{token_for(people.ana)}"
    for number in range(5):
        assert opened(app, client, right).status_code == 200
        assert opened(app, client, f"/password/{number}").status_code == 404
        with pytest.raises(NotFound):
            operations.use(f"x{number}", NEW, language="en", address="127.0.0.1")
    assert opened(app, client, "/password/x").status_code == 429
    assert opened(app, client, right).status_code == 429
    with app.app_context():
        body = {"key": right.rpartition("/")[2], "password": NEW}
        assert client.post("/api/v1/passwords", json=body).status_code == 429


def test_the_key_is_stored_nowhere_and_in_no_log(
    app: Flask,
    people: People,
    client: FlaskClient,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from app import doors
    from app.extensions import db

    told: list[str] = []
    monkeypatch.setattr(doors.log, "info", lambda _what, **more: told.append(more["path"]))
    operations.ask(people.lena.email, **HERE)
    work()
    path = path_in(office)
    key = path.rpartition("/")[2]
    assert len(key) == 22  # 128 bits
    opened(app, client, path)
    assert told == ["/password/…"]
    with db.engine.connect() as connection:
        rows = [str(connection.execute(select(each)).all()) for each in db.metadata.sorted_tables]
    assert not [row for row in rows if key in row]
    assert password_resets.digest(key) in "".join(rows)  # the premise


def test_who_wants_no_mail_comes_back_into_their_account_all_the_same(
    app: Flask, people: People, office: Office
) -> None:
    given = mail_addresses.give(people.marcus, people.lena.email, language="en", address="10.0.0.1")
    mail_addresses.unsubscribe(given.key)
    assert database.scalar(mail.IS_UNWANTED, email=people.lena.email)  # the premise
    operations.ask(people.lena.email, **HERE)
    work()
    operations.use(path_in(office).rpartition("/")[2], NEW, **HERE)
    work()
    subjects = [letter["Subject"] for letter in office.mail]
    assert subjects[-2:] == [
        "A new password for Northwind Chairs",
        "Your password for Northwind Chairs was changed",
    ]


@pytest.mark.parametrize("way", ["by a link", "by oneself"])
def test_that_it_was_changed_is_told_to_the_address_of_that_moment(
    app: Flask, people: People, office: Office, way: str
) -> None:
    if way == "by a link":
        operations.use(token_for(people.lena), NEW, **HERE)
    else:
        users.change_own_password(people.lena, NEW, language="en", confirm=lambda: None)
    users.set_email(people.lena.email, "thief@example.com")
    assert work() == 1
    assert [letter["To"] for letter in office.mail] == [people.lena.email]


def test_of_who_is_erased_no_address_stays_in_what_was_to_be_told(
    app: Flask, people: People, office: Office
) -> None:
    operations.use(token_for(people.lena), NEW, **HERE)
    stored = str(database.rows(select(jobs.table.c.payload)))
    assert people.lena.email in stored  # the premise
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    assert (work(), office.mail) == (1, [])
    users.change_own_password(people.marcus, NEW, language="en", confirm=lambda: None)
    erasures.erase(people.maya, people.marcus.id, people.marcus.name)
    erasures.carry_out(people.marcus.id)
    assert people.marcus.email not in str(database.rows(select(jobs.table.c.payload)))


def test_its_form_has_a_token_and_needs_no_referrer(
    app: Flask, people: People, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    path, over = f"/password/{token_for(people.ana)}", {"base_url": "https://localhost"}
    # As browsers post from a page without a referrer, and as another site would have them post.
    hidden = {"Origin": "null"}
    with app.app_context():
        page = client.get(path, **over)
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found is not None
    with app.app_context():
        forged = app.test_client().post(path, data={"password": NEW}, headers=hidden, **over)
    assert (forged.status_code, "has grown old" in forged.text) == (400, True)
    assert people.ana.email in forged.text  # the form, to send it once more
    with app.app_context():
        form = {"password": NEW, "csrf_token": found[1]}
        set_by_it = client.post(path, data=form, headers=hidden, **over)
    assert (set_by_it.status_code, set_by_it.location) == (303, "/admin")
    assert logs_in(people.ana.email, NEW)


def test_visitors_and_the_erased_have_no_password_to_forget(
    app: Flask, people: People, office: Office
) -> None:
    token_for(people.lena)
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    assert operations.make(people.lena.id, clock.now()) is None
    erasures.carry_out(people.lena.id)
    assert kept() == []
    assert operations.make(0, clock.now()) is None
    site = sites.create(people.maya, name="Shop")
    visitor, _said = visitors.write_first(
        site, "v" * 43, Draft("Do you ship?", "ship"), language="en", address="10.0.0.1"
    )
    users.edit(people.ada, visitor.id, email="visitor@example.com")
    operations.ask("visitor@example.com", **HERE)
    assert work() == 1
    assert (office.mail, kept()) == ([], [])


def test_without_mail_it_says_whom_to_ask(app: Flask, people: People, client: FlaskClient) -> None:
    app.config["MAIL_URL"] = None
    page = opened(app, client, "/password")
    assert "Whoever runs" in page.text
    assert opened(app, client, "/password", {"email": people.lena.email}).status_code == 409
    with pytest.raises(Conflict):
        operations.ask("nobody@example.com", **HERE)
    # Who has a link already may still use it, and is told nothing by mail.
    operations.use(token_for(people.lena), NEW, **HERE)
    assert database.rows(select(jobs.table.c.id)) == []


def test_it_is_in_the_audit_log_of_staff(app: Flask, people: People) -> None:
    operations.use(token_for(people.lena), NEW, **HERE)
    changed = operations.use(token_for(people.ana), NEW, **HERE)
    users.change_own_password(changed, "a third battery", language="en", confirm=lambda: None)
    a = audits.table.c
    rows = database.rows(select(a.actor_id, a.subject_id, a.details, a.action))
    one = (people.ana.id, people.ana.id, json.dumps({}), Action.PASSWORD_SET.value)
    assert [tuple(row) for row in rows] == [one, one]


def test_it_is_opened_while_somebody_else_is_logged_in(
    app: Flask, people: People, client: FlaskClient
) -> None:
    login = {"email": people.ben.email, "password": PASSWORD}
    opened(app, client, "/login", login)
    cookie = client.get_cookie("deskbell_session")
    assert cookie is not None
    path = f"/password/{token_for(people.ana)}"
    page = opened(app, client, path)
    assert people.ben.name in page.text
    assert opened(app, client, path, {"password": NEW}).status_code == 303
    assert people.ana.email in opened(app, client, "/account/password").text
    thief = app.test_client(use_cookies=False)
    with app.app_context():  # whoever was logged in here is logged out, wherever the cookie is
        headers = {"Cookie": f"deskbell_session={cookie.value}"}
        assert thief.get("/admin", headers=headers).status_code == 303


def test_an_app_asks_and_sets_it(app: Flask, people: People, office: Office) -> None:
    client = app.test_client()
    first = refreshing.issue(people.ana)
    with app.app_context():
        asked = client.post("/api/v1/password-resets", json={"email": people.ana.email})
    assert (asked.status_code, asked.text) == (204, "")
    work()
    body = {"key": path_in(office).rpartition("/")[2], "password": NEW}
    with app.app_context():
        given = client.post("/api/v1/passwords", json=body)
    assert given.status_code == 200
    with app.app_context():
        headers = {"Authorization": f"Bearer {given.json['accessToken']}"}
        assert client.get("/api/v1/me", headers=headers).json["email"] == people.ana.email
    with app.app_context():
        headers = {"Authorization": f"Bearer {access_token(first[0])}"}
        assert client.get("/api/v1/me", headers=headers).status_code == 401
    with app.app_context():
        assert client.post("/api/v1/passwords", json=body).status_code == 404
        renewed = {"refreshToken": first[1]}
        assert client.post("/api/v1/auth/refresh", json=renewed).status_code == 401


def test_one_changes_ones_own_and_only_this_login_goes_on(
    app: Flask, person: Actor, office: Office, client: FlaskClient
) -> None:
    login = {"email": person.email, "password": PASSWORD}
    other = app.test_client()
    home = "/admin" if person.is_staff else "/dashboard"
    for each in (client, other):
        opened(app, each, "/login", login)
        assert opened(app, each, home).status_code == 200
    before = client.get_cookie("deskbell_session")
    page = opened(app, client, "/account/password")
    assert (str(escape(person.name)) in page.text, person.email in page.text) == (True, True)
    form = {"current": "wrong battery", "password": NEW}
    page = opened(app, client, "/account/password", form)
    assert (page.status_code, "That is not your password." in page.text) == (422, True)
    assert opened(app, other, home).status_code == 200
    form["current"] = PASSWORD
    answer = opened(app, client, "/account/password", form)
    assert (answer.status_code, answer.location) == (303, "/account/password?saved=1")
    assert opened(app, client, home).status_code == 200
    assert opened(app, other, home).status_code == 303
    thief = app.test_client(use_cookies=False)
    assert before is not None
    with app.app_context():  # not even a copy of this login's own cookie
        headers = {"Cookie": f"deskbell_session={before.value}"}
        assert thief.get(home, headers=headers).status_code == 303
    assert logs_in(person.email, NEW)
    assert work() == 1
    assert office.mail[-1]["Subject"] == "Your password for Northwind Chairs was changed"


def test_wrong_old_passwords_are_limited_as_logins_are(
    app: Flask, people: People, client: FlaskClient
) -> None:
    opened(app, client, "/login", {"email": people.ana.email, "password": PASSWORD})
    form = {"current": "wrong battery", "password": NEW}
    answers = [opened(app, client, "/account/password", form).status_code for _ in range(12)]
    assert answers[-1] == 429
    assert answers.count(422) == answers.index(429)
    assert opened(app, client, "/account/password", form | {"current": PASSWORD}).status_code == 429


def test_an_app_changes_it(app: Flask, people: People, client: FlaskClient) -> None:
    actor = logins.begun(people.ana)
    headers = {"Authorization": f"Bearer {access_token(actor)}"}

    def change(current: str) -> TestResponse:
        with app.app_context():
            body = {"current": current, "password": NEW}
            return client.put("/api/v1/me/password", json=body, headers=headers)

    refused = change("wrong battery")
    assert refused.status_code == 422
    assert list(refused.json["error"]["fields"]) == ["current"]
    given = change(PASSWORD)
    assert given.status_code == 200
    assert change(NEW).status_code == 401
    headers["Authorization"] = f"Bearer {given.json['accessToken']}"
    assert change(NEW).status_code == 200


def test_of_two_changes_at_once_one_wins(app: Flask, people: People) -> None:
    def change(number: int) -> Actor:
        new = f"battery number {number}"
        return users.change_own_password(people.ana, new, language="en", confirm=lambda: None)

    results = at_once(change, 3)
    assert [isinstance(each, Actor) for each in results].count(True) == 1, results
    assert sorted(each.status for each in results if isinstance(each, ChatError)) == [401, 401]


def test_a_new_name_does_not_end_a_link(app: Flask, people: People) -> None:
    token = token_for(people.ana)
    users.set_name(people.ana.email, "Ana-Maria")
    assert operations.use(token, NEW, **HERE).name == "Ana-Maria"


def test_links_of_a_copy_of_the_database_open_nothing(app: Flask, people: People) -> None:
    token_for(people.ana)
    (row,) = kept()
    for told in (row.token_hash, row.token_hash[:22], str(row.user_id), ""):
        with pytest.raises(NotFound):
            operations.use(told, NEW, **HERE)
    assert row.expires_at > clock.now()
    assert database.scalar(text("SELECT count(*) FROM password_resets")) == 1

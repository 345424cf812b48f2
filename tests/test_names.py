"""People change their name and address: by which doors, who may, and what becomes of the rest."""

import re
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.auth.password import check_login
from app.auth.session import actor_of_session
from app.auth.tokens import access_token, actor_of_token
from app.errors import EmailTaken, Forbidden, Invalid, NotFound, TooFast, Unauthorized
from app.events import Event, PersonChanged
from app.models.users import Actor
from app.operations import assignments, messages, users
from app.operations.messages import Draft
from app.queries import messages as history
from app.queries import users as directory
from app.realtime import deliver
from tests.people import PASSWORD, People


def logged_in(app: Flask, who: Actor) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    return client


def rest(app: Flask, who: Actor, path: str, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {access_token(who)}"}
    return app.test_client().patch(f"/api/v1{path}", json=body, headers=headers)


def test_a_customer_is_called_otherwise_and_all_else_holds(
    people: People, announced: list[Event]
) -> None:
    lena, ana = people.lena, people.ana
    sent = messages.send(lena, None, Draft("Hello"))
    assignments.claim(ana, sent.chat_id)
    session, token = lena.get_id(), access_token(lena)
    announced.clear()
    after = users.edit_own(
        lena, name="  Lena  Bell ", email="LENA@example.com", confirm=by_password
    )
    assert (after.name, after.email) == ("Lena Bell", "lena@example.com")
    (told,) = announced
    assert isinstance(told, PersonChanged)
    assert (told.user_id, told.name, told.email) == (lena.id, "Lena Bell", "lena@example.com")
    # What was said stands under the name that they have now; what was issued holds.
    assert [m.sender_name for m in history.before(sent.chat_id).messages if m.sender_id] == [
        "Lena Bell"
    ]
    assert actor_of_session(session) == actor_of_token(token) == after
    assert check_login("lena@example.com", PASSWORD, "10.0.0.1") == after
    with pytest.raises(Unauthorized):
        check_login(lena.email, PASSWORD, "10.0.0.1")
    assert [each.id for each in directory.choices("bell lena@")] == [lena.id]
    assert directory.choices("ortiz") == []
    announced.clear()
    again = {"name": "Lena Bell", "email": "LENA@example．com"}
    assert users.edit_own(after, **again, confirm=never) == after
    assert announced == []


def by_password() -> None:
    """Proves nothing: it is they."""


def never() -> None:
    pytest.fail("asked for a password for what is no other address")


def test_who_may(people: People) -> None:
    for actor in people:
        for other in people:
            if actor.is_admin:
                assert users.edit(actor, other.id, name=f"By {actor.id}").name == f"By {actor.id}"
            else:
                with pytest.raises(Forbidden):
                    users.edit(actor, other.id, name="Nobody")
        if actor.is_customer:
            assert users.edit_own(actor, name="Mine", confirm=never).name == "Mine"
        else:
            with pytest.raises(Forbidden):
                users.edit_own(actor, name="Nobody", confirm=never)
    with pytest.raises(NotFound):
        users.edit(people.ada, 999_999, name="Nobody")
    users.deactivate(people.marcus.email)
    with pytest.raises(Unauthorized):
        users.edit_own(people.marcus, name="Gone", confirm=never)


def test_what_cannot_be_is_refused_and_changes_nothing(people: People) -> None:
    lena = people.lena
    for changes, error in (
        ({"name": " \u200b"}, Invalid),
        ({"name": "x" * 81}, Invalid),
        ({"email": "nonsense"}, Invalid),
        ({"name": "New", "email": people.marcus.email.upper()}, EmailTaken),
    ):
        with pytest.raises(error) as refused:
            users.edit_own(lena, **changes, confirm=by_password)
        assert set(refused.value.fields or {}) == {list(changes)[-1]}
    assert directory.by_email(lena.email) == lena


def test_who_tries_address_after_address_waits(people: People) -> None:
    for _ in range(30):  # a slip is no try
        with pytest.raises(Invalid):
            users.edit_own(people.lena, email="nonsense", confirm=by_password)
    for _ in range(20):
        with pytest.raises(EmailTaken):
            users.edit_own(people.lena, email=people.marcus.email, confirm=by_password)
    with pytest.raises(TooFast):
        users.edit_own(people.lena, name="Patient", confirm=never)


def test_the_later_name_is_told_as_the_later_one(
    people: People, announced: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    # Two within a millisecond, and a clock that is set back.
    for number, instant in enumerate((now, now, now - 60_000)):
        monkeypatch.setattr(clock, "now", partial(int, instant))
        users.edit(people.ada, people.lena.id, name=f"Lena {number}")
    told = [(event.name, event.at) for event in announced if isinstance(event, PersonChanged)]
    assert told == [("Lena 0", now), ("Lena 1", now + 1), ("Lena 2", now + 2)]


def test_by_ones_account(app: Flask, people: People) -> None:
    lena = people.lena
    client = logged_in(app, lena)
    assert lena.email in client.get("/account").text
    form = {"name": "Lena Bell", "email": lena.email, "password": ""}
    assert client.post("/account", data=form).status_code == 303
    new = form | {"email": "lena@example.com"}
    for password, said in (
        ("", "Another address takes your password."),
        ("wrong password", "That is not your password."),
    ):
        refused = client.post("/account", data=new | {"password": password})
        assert refused.status_code == 422
        assert said in refused.text
    slip = client.post("/account", data=form | {"email": "lena@", "password": "wrong password"})
    assert "That is not an e-mail address." in slip.text
    assert "password." not in slip.text
    assert client.post("/account", data=new | {"password": PASSWORD}).status_code == 303
    assert directory.by_email("lena@example.com") == lena._replace(
        name="Lena Bell", email="lena@example.com"
    )
    with app.app_context():  # a request's own, that remembers nobody
        taken = client.post(
            "/account", data=new | {"email": people.marcus.email, "password": PASSWORD}
        )
    assert taken.status_code == 409
    assert "There is an account with this e-mail address already." in taken.text


def test_by_an_admin(app: Flask, people: People) -> None:
    client = logged_in(app, people.ada)
    listed = client.get("/admin/people").text
    assert all(each.email in listed for each in people)
    assert "Ana Weber" in client.get("/admin/people?q=weber+an").text
    assert "Nobody found" in client.get("/admin/people?q=zzz").text
    path = f"/admin/people/{people.ana.id}"
    form = {"name": "Ana Weber-Löw", "email": "ana@example.com"}
    assert client.post(path, data=form).status_code == 303
    assert "Ana Weber-Löw" in client.get(f"{path}?saved=1").text
    assert client.post(path, data=form | {"name": " "}).status_code == 422
    assert client.post(path, data=form | {"email": people.ben.email}).status_code == 409
    assert client.get("/admin/people/999999").status_code == 404
    assert client.get("/admin/people?after=x").status_code == 400
    assert check_login("ana@example.com", PASSWORD, "10.0.0.1").name == "Ana Weber-Löw"


@pytest.mark.parametrize("by_whom", ["themselves", "an admin"])
def test_a_form_undoes_nothing_that_was_done_meanwhile(
    app: Flask, people: People, by_whom: str
) -> None:
    lena = people.lena
    who, path = (
        (lena, "/account") if by_whom == "themselves" else (people.ada, f"/admin/people/{lena.id}")
    )
    client = logged_in(app, who)
    form = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', client.get(path).text))
    users.set_email(lena.email, "meanwhile@example.com")
    with app.app_context():
        assert client.post(path, data=form | {"name": "Lena Bell"}).status_code == 303
    after = directory.by_email("meanwhile@example.com")
    assert after is not None
    assert after.name == "Lena Bell"


def test_an_admin_finds_who_is_deactivated_and_nobody_else_is_offered_them(
    app: Flask, people: People
) -> None:
    users.deactivate(people.marcus.email)
    users.deactivate(people.ben.email)
    admin, agent = logged_in(app, people.ada), logged_in(app, people.ana)
    for query in ("", "?q=marcus", "?q=ben", f"?q={people.ben.email}"):
        listed = admin.get(f"/admin/people{query}").text
        rows = re.findall(r'<a id="person-(\d+)".*?</a>', listed, re.S)
        texts = re.findall(r'<a id="person-\d+".*?</a>', listed, re.S)
        marked = {int(who) for who, text in zip(rows, texts, strict=True) if "Deactivated" in text}
        gone = {people.marcus.id, people.ben.id}
        assert marked == gone & set(map(int, rows)) != set()
    for who, is_said in ((people.marcus, True), (people.lena, False)):
        assert ("is deactivated" in admin.get(f"/admin/people/{who.id}").text) is is_said
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    assert "Marcus" not in agent.get("/admin/customers?q=marcus").text
    assert "Ben Carter" not in agent.get(f"/admin/messages/{chat_id}/colleagues?q=ben").text


def test_who_is_reactivated_logs_in_anew(app: Flask, people: People) -> None:
    session = people.marcus.get_id()
    run = app.test_cli_runner().invoke
    for command in ("deactivate", "reactivate"):
        assert run(args=["users", command, people.marcus.email]).exit_code == 0
    assert check_login(people.marcus.email, PASSWORD, "10.0.0.1").id == people.marcus.id
    assert actor_of_session(session) is None
    assert "Deactivated" not in logged_in(app, people.ada).get("/admin/people").text


def test_by_rest(app: Flask, people: People) -> None:
    lena, ada = people.lena, people.ada
    assert rest(app, lena, "/me", name="Lena Bell").json["name"] == "Lena Bell"
    refused = rest(app, lena, "/me", email="lena@example.com")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["password"])
    moved = rest(app, lena, "/me", email="lena@example.com", password=PASSWORD)
    assert moved.json["email"] == "lena@example.com"
    assert rest(app, ada, f"/users/{lena.id}", name="Lena").json["name"] == "Lena"
    taken = rest(app, ada, f"/users/{lena.id}", email=people.ana.email)
    assert (taken.status_code, taken.json["error"]["code"]) == (409, "email_taken")
    assert rest(app, people.ana, f"/users/{lena.id}", name="X").status_code == 403


def test_by_the_shell(app: Flask, people: People) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["users", "set-name", people.lena.email, "Lena Bell"]).exit_code == 0
    assert run(args=["users", "set-email", people.lena.email, "lena@example.com"]).exit_code == 0
    assert directory.by_email("lena@example.com") == people.lena._replace(
        name="Lena Bell", email="lena@example.com"
    )
    for words in (["set-name", "nobody@example.com", "X"], ["set-name", "lena@example.com", " "]):
        assert run(args=["users", *words]).exit_code != 0
    taken = run(args=["users", "set-email", "lena@example.com", people.ana.email])
    assert taken.exit_code != 0
    assert "already" in taken.output


def test_a_name_that_could_not_be_told_is_told_when_it_is_looked_for_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def emit(_event: str, payload: dict[str, Any], *_: Any, **_more: Any) -> None:
        if not told:
            told.append("failed")
            raise RuntimeError
        told.append(payload["name"])

    monkeypatch.setattr(deliver, "emit", emit)
    event = PersonChanged(people.lena.id, "Lena Bell", people.lena.email, at=1000)
    with pytest.raises(RuntimeError):
        deliver.person_changed(event)
    for _ in range(2):
        deliver.person_changed(event)
    assert told == ["failed", "Lena Bell", "Lena Bell"]  # to staff and to others, once

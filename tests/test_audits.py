"""The audit log: who has done what, in nobody's words; and that nobody changes it."""

import json
import secrets

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.auth.tokens import access_token
from app.errors import ChatError, Invalid
from app.models import audits
from app.models.audits import Action, AuditState
from app.models.users import Role
from app.operations import (
    access,
    actions,
    articles,
    assignments,
    availability,
    blocks,
    canned_answers,
    edits,
    erasures,
    exports,
    identities,
    merges,
    messages,
    notes,
    redactions,
    retention,
    rules,
    sites,
    tags,
    teams,
    topics,
    transfers,
    users,
    visitors,
    word_lists,
)
from app.operations.actions import What
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import audits as queries
from app.queries import sites as known_sites
from tests.acting import here, on, say, wanted
from tests.conftest import recorded
from tests.people import PASSWORD, People
from tests.test_erasures import house  # noqa: F401


def log() -> list[tuple[str, int | None, int | None, int | None]]:
    """The newest last."""
    rows = reversed(queries.page(limit=1000).rows)
    return [(row.action, row.actor_id, row.chat_id, row.subject_id) for row in rows]


def last() -> AuditState:
    return queries.page(limit=1).rows[0]


@pytest.fixture
def chat_id(people: People) -> int:
    return messages.send(people.lena, None, Draft("The word is plugh", "a")).chat_id


def test_a_whisper_and_what_is_read_beneath_a_message(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    word_lists.make(people.maya, "Rude", "mask", ["plugh"])
    assignments.claim(people.ana, chat_id)
    said = messages.send(people.lena, chat_id, Draft("It is plugh", "b"))
    own = messages.send(people.lena, chat_id, Draft("It is late", "c"))
    edits.edit(people.lena, own.id, "It was late")
    before = log()
    note = notes.write(people.maya, chat_id, "Be kind", "n1")
    notes.write(people.maya, chat_id, "Be kind", "n1")  # a repeat is nothing more
    notes.write(people.ana, chat_id, "I am")
    notes.write(people.ben, chat_id, "So am I")
    for who in (people.maya, people.ana):
        headers = {"Authorization": f"Bearer {access_token(who)}"}
        for message_id, what in ((said.id, "original"), (own.id, "earlier-texts")):
            client.get(f"/api/v1/messages/{message_id}/{what}", headers=headers)
        # What was never edited has nothing beneath it.
        client.get(f"/api/v1/messages/{said.id}/earlier-texts", headers=headers)
    client.post("/login", data={"email": people.maya.email, "password": PASSWORD})
    assert b"plugh" in client.get(f"/admin/originals/{said.id}").data
    assert b"late" in client.get(f"/admin/earlier-texts/{own.id}").data
    maya = people.maya.id
    read = [("original_read", maya, chat_id, said.id), ("earlier_read", maya, chat_id, own.id)]
    whispered = ("chat_whispered", maya, chat_id, note.id)
    logged_in = ("signed_in", maya, None, maya)
    assert log()[len(before) :] == [whispered, *read, logged_in, *read]
    # So does the page on which words of it are hidden, where there is anything earlier.
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    assert b"late" in client.get(f"/admin/redactions/{own.id}").data
    assert client.get(f"/admin/redactions/{said.id}").status_code == 200
    assert log()[len(before) + 7 :] == [("earlier_read", people.ada.id, chat_id, own.id)]


def test_its_page_shows_what_was_changed_of_a_topic_and_a_rule(
    client: FlaskClient, people: People
) -> None:
    site = known_sites.every()[0]  # which is called as the desk is
    assert site.name == ""
    topic = topics.make(people.maya, "Invoices", site_id=site.id)
    topics.change(people.maya, topic.id, name="Bills")
    assert last().said["changed"] == ["name"]
    rule = rules.make(people.maya, wanted("message", [{"kind": "close"}]))
    rules.make_secret(people.maya, rule.id)
    assert last().said["changed"] == ["secret"]
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/audit")
    assert page.status_code == 200
    for changed in ("name", "secret"):
        assert f'<code dir="ltr">{changed}</code>' in page.text
    assert f": <bdi>{current_app.config['SITE_NAME']}</bdi>" in page.text


def test_a_chat_that_a_rule_gives_is_in_the_log_by_that_rule(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    here(people.ben)
    team = teams.make(people.maya, "Returns")
    rule = on(people.maya, "message", [{"kind": "assign", "agentId": people.ben.id}])
    say(people.lena, "Hello?")
    say(people.lena, "Anybody?")  # he has it: that is no second one
    given = [each for each in queries.page().rows if each.action == "chat_transferred"]
    (to_ben,) = given
    assert (to_ben.actor_id, to_ben.chat_id, to_ben.subject_id) == (None, chat_id, None)
    assert to_ben.said == {"agent": people.ben.id, "had_it": None, "rule": rule.id}
    rules.switch(people.maya, rule.id, is_on=False, version=rule.version)
    other = on(people.maya, "message", [{"kind": "assign", "teamId": team.id}], name="Back")
    say(people.lena, "To the others, please")
    to_team = next(each for each in queries.page().rows if each.action == "chat_transferred")
    assert to_team.actor_id is None
    assert to_team.said == {"team": team.id, "had_it": people.ben.id, "rule": other.id}
    rules.remove(people.maya, rule.id)
    told = current_app.test_cli_runner().invoke(args=["audit", "--action", "chat_transferred"])
    for each in (rule, other):
        assert f" chat_transferred by rule {each.id}, chat {chat_id} " in told.output

    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/audit").text
    assert "Rule: <bdi>Back</bdi>" in page
    assert f"Rule: <bdi>No. {rule.id}</bdi>" in page  # which is gone
    assert "Team: <bdi>Returns</bdi>" in page
    assert f"From: <bdi>{people.ben.name}</bdi>" in page


def test_to_whom_a_chat_is_given(client: FlaskClient, people: People, chat_id: int) -> None:
    team = teams.make(people.maya, "Returns")
    assignments.assign(people.ben, chat_id, people.ben.id)  # to oneself is no transfer
    before = len(log())
    assignments.assign(people.ben, chat_id, people.ana.id)
    assignments.assign(people.ben, chat_id, people.ana.id)  # again is nothing more
    given = last()
    assert given.said == {"agent": people.ana.id, "had_it": people.ben.id}
    version = access.chat_for(people.ana, chat_id).version
    transfers.transfer(people.ana, chat_id, version, team_id=team.id)
    assert last().said == {"team": team.id, "had_it": people.ana.id}
    actions.act(people.ana, [chat_id], actions.Action(What.ASSIGN, agent_id=people.ben.id))
    rows = log()[before:]
    assert rows == [
        ("chat_transferred", who.id, chat_id, None) for who in (people.ben, people.ana, people.ana)
    ]
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/audit").get_data(as_text=True)
    assert page.count("Returns") >= 2  # as it was made, and as it was given a chat
    assert f': <code dir="ltr">{team.id}</code>' not in page


def test_a_transfer_that_is_undone_and_one_to_oneself(people: People, chat_id: int) -> None:
    def moved(**to: int) -> str:
        version = access.chat_for(people.ana, chat_id).version
        return transfers.transfer(people.ana, chat_id, version, **to).undo or ""

    team = teams.make(people.maya, "Returns")
    before = len(log())
    moved(agent_id=people.ana.id)
    assert len(log()) == before  # nobody had it
    actions.undo(people.ana, moved(agent_id=people.ben.id))
    assert last().said == {"agent": people.ana.id, "had_it": people.ben.id}
    moved(team_id=team.id)
    actions.undo(people.ana, moved(agent_id=people.ben.id))
    assert last().said == {"agent": None, "team": team.id, "had_it": people.ben.id}
    moved(agent_id=people.ben.id)
    moved(agent_id=people.ana.id)
    assert [row[0] for row in log()[before:]] == ["chat_transferred"] * 6 + ["chat_taken_over"]


def test_what_is_done_to_chats_and_customers_is_written_down_by_ids_alone(
    people: People, chat_id: int
) -> None:
    said = messages.send(people.lena, chat_id, Draft("plugh twice, plugh", "b"))
    before = log()
    blocks.block(people.ana, chat_id)
    blocks.block(people.ben, chat_id)  # it was blocked
    blocks.unblock(people.ben, chat_id)
    redactions.redact(people.ada, said.id, "plugh")
    exports.ask(people.maya, people.lena.id)
    exports.record_by_shell(people.lena.id)
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    erasures.erase_by_shell(people.marcus.id, people.marcus.name)
    assert log()[len(before) :] == [
        ("chat_blocked", people.ana.id, chat_id, None),
        ("chat_unblocked", people.ben.id, chat_id, None),
        ("message_redacted", people.ada.id, chat_id, said.id),
        ("customer_exported", people.maya.id, None, people.lena.id),
        ("customer_exported", None, None, people.lena.id),
        ("customer_erased", people.maya.id, None, people.lena.id),
        ("customer_erased", None, None, people.marcus.id),
    ]


def test_what_is_done_to_accounts_is_written_down_unless_it_is_their_own_doing(
    people: People,
) -> None:
    before = log()
    zoe = users.create("Zoë", "zoe@example.com", PASSWORD, Role.AGENT)
    assert last().said == {"role": "agent"}
    users.register("Kim", "kim@example.com", PASSWORD, "10.0.0.1")
    users.edit(people.ada, zoe.id, name="Zoe", email="zoe2@example.com")
    assert last().said == {"changed": ["name", "email"]}
    users.edit(people.ada, zoe.id, name="Zoe")  # as it was
    users.edit_own(people.lena, name="Lena O.", confirm=lambda: None)
    users.set_name("zoe2@example.com", "Zoë B.")
    users.set_role("zoe2@example.com", Role.MANAGER)
    assert last().said == {"role": "manager"}
    users.set_password("zoe2@example.com", PASSWORD)
    assert last().said == {}
    users.deactivate("zoe2@example.com")
    users.reactivate("zoe2@example.com")
    assert log()[len(before) :] == [
        ("person_made", None, None, zoe.id),
        ("person_changed", people.ada.id, None, zoe.id),
        ("person_changed", None, None, zoe.id),
        ("role_set", None, None, zoe.id),
        ("password_set", None, None, zoe.id),
        ("person_deactivated", None, None, zoe.id),
        ("person_reactivated", None, None, zoe.id),
    ]


def test_what_is_done_to_sites_and_teams_is_written_down(people: People) -> None:
    before = log()
    site = sites.create(people.maya, name="Shop", origins=["https://shop.example.com"])
    sites.edit(people.maya, site.id, name="Shop", greeting="plugh")
    assert last().said == {"changed": ["greeting"]}
    sites.edit(people.maya, site.id, name="Shop")  # as it was
    sites.rotate(people.maya, site.id)
    assert last().said == {"changed": ["key"]}
    identities.rotate_secret(people.maya, site.id)
    sites.edit_by_shell(known_sites.every()[-1].key, name="plugh")
    team = teams.make(people.maya, "Billing")
    teams.change(people.maya, team.id, routing="by_hand")
    teams.change(people.maya, team.id, routing="by_hand")
    for _again in range(2):
        teams.join(people.maya, team.id, people.ana.id)
    for _again in range(2):
        teams.leave(people.maya, team.id, people.ana.id)
    teams.remove(people.maya, team.id)
    maya = people.maya.id
    assert log()[len(before) :] == [
        ("site_made", maya, None, site.id),
        ("site_changed", maya, None, site.id),
        ("site_changed", maya, None, site.id),
        ("site_secret_made", maya, None, site.id),
        ("site_changed", None, None, site.id),
        ("team_made", maya, None, team.id),
        ("team_changed", maya, None, team.id),
        ("team_joined", maya, None, team.id),
        ("team_left", maya, None, team.id),
        ("team_removed", maya, None, team.id),
    ]


def test_a_visitor_who_is_known_now_and_what_grew_old(app: Flask, people: People) -> None:
    site = known_sites.every()[0]
    visitor, _said = visitors.write_first(
        site, secrets.token_urlsafe(32), Draft("Hi"), language="", address="a"
    )
    with transaction() as tx:
        merges.merge(tx, visitor, people.lena)
    assert (last().action, last().subject_id) == ("customers_merged", people.lena.id)
    assert last().said == {"visitor": visitor.id}
    app.config["RETENTION_DAYS"] = 30
    number = len(log())
    retention.forget_old()
    assert len(log()) == number, "nothing was old"
    with transaction() as tx:
        tx.run(text("UPDATE chats SET status = 'closed', active_at = 1"), {})
    retention.forget_old()
    assert (last().action, last().actor_id) == ("retention_ran", None)
    assert last().said == {"days": 30, "chats": 1, "messages": 0, "notes": 0, "visitors": 0}


def test_what_is_refused_is_not_written_down(people: People, chat_id: int) -> None:
    before = log()
    with pytest.raises(ChatError):
        blocks.block(people.lena, chat_id)
    with pytest.raises(Invalid):
        erasures.erase(people.maya, people.lena.id, "Somebody else")
    with pytest.raises(Invalid):
        redactions.redact(people.ada, 1, "not there")
    with pytest.raises(ChatError):
        teams.make(people.ana, "Mine")
    assert log() == before


def test_nobody_changes_or_removes_a_row(house: Flask) -> None:  # noqa: F811
    people = People()
    blocks.block(people.ana, messages.send(people.lena, None, Draft("Hi")).chat_id)
    row = last()
    a = audits.table
    same = row._asdict() | {"actor_id": people.ben.id}
    attempts = [
        update(a).values(actor_id=people.ben.id),
        update(a).where(a.c.id == row.id).values(details="{}"),
        delete(a),
        delete(a).where(a.c.id == row.id),
    ]
    if house.config["DATABASE_URL"].startswith("sqlite"):
        attempts += [insert(a).prefix_with("OR REPLACE").values(same)]
        attempts += [text("REPLACE INTO audit SELECT id, 1, 1, 'x', 1, 1, '' FROM audit")]
    else:
        attempts += [text("TRUNCATE audit")]
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="added to"), transaction() as tx:
            tx.run(attempt, {})
        assert last() == row


def test_pages_of_it_narrowed_by_person_and_action(people: People, chat_id: int) -> None:
    for _each in range(3):
        blocks.block(people.ana, chat_id)
        blocks.unblock(people.ben, chat_id)
    exports.ask(people.maya, people.lena.id)
    first = queries.page(limit=4)
    second = queries.page(before=first.following, limit=1000)
    assert first.following == first.rows[-1].id
    assert second.following is None
    ids = [row.id for row in (*first.rows, *second.rows)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(log())
    assert {row.action for row in queries.page(people.ana.id).rows} == {"chat_blocked"}
    assert [row.action for row in queries.page(people.lena.id).rows] == ["customer_exported"]
    assert queries.page(people.ana.id, Action.CHAT_UNBLOCKED).rows == []
    assert len(queries.page(None, Action.CHAT_UNBLOCKED).rows) == 3


def test_an_id_of_a_team_is_nobodys(people: People) -> None:
    team = teams.make(people.maya, "Billing")
    about = queries.page(team.id).rows
    assert [row for row in about if row.about == "team" and row.actor_id != team.id] == []


def test_admins_alone_read_it_by_page_program_and_shell(
    app: Flask, client: FlaskClient, people: People, chat_id: int
) -> None:
    blocks.block(people.ana, chat_id)
    row = last()
    for who, status in ((people.ana, 403), (people.maya, 403), (people.ada, 200)):
        answer = client.get(
            "/api/v1/audit?limit=1", headers={"Authorization": f"Bearer {access_token(who)}"}
        )
        assert answer.status_code == status
    (found,) = answer.json["audit"]
    assert found.pop("createdAt")
    assert found == {
        "id": row.id, "action": "chat_blocked", "actorId": people.ana.id, "chatId": chat_id,
        "subjectId": None, "details": json.loads(row.details),
    }  # fmt: skip
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    html = client.get(f"/admin/audit?person={people.ana.id}").text
    assert "Chat blocked" in html
    assert people.ana.name in html
    blocks.unblock(people.ana, chat_id)
    blocks.block(people.ana, chat_id, until=(ends_at := clock.now() + 3_600_000))
    html = client.get("/admin/audit").text
    assert f'Until: <time datetime="{clock.iso(ends_at)}"' in html
    assert client.get("/admin/audit?person=&action=&before=").status_code == 200
    for wrong in ("person=x", "action=x", "before=x"):
        assert client.get(f"/admin/audit?{wrong}").status_code == 400
    said = app.test_cli_runner().invoke(args=["audit", "--person", "9" * 30])
    assert (said.exit_code, "range" in said.output) == (2, True)
    said = app.test_cli_runner().invoke(args=["audit", "--limit", "1"])
    assert f"chat_blocked by person {people.ana.id}, chat {chat_id}" in said.output


def test_each_action_has_words_and_a_place(app: Flask) -> None:
    from app.pages.audits import WORDS

    assert list(WORDS) == list(Action)
    assert all(len(action) <= audits.ACTION_LENGTH for action in Action)


def test_logins_of_staff_and_wrong_passwords(client: FlaskClient, people: People) -> None:
    def form(email: str, password: str) -> int:
        with client.post("/login", data={"email": email, "password": password}) as answer:
            return answer.status_code

    def token(email: str, password: str, network: str = "10.0.0.1") -> int:
        body, there = {"email": email, "password": password}, {"REMOTE_ADDR": network}
        with client.post("/api/v1/auth/login", json=body, environ_base=there) as answer:
            return answer.status_code

    assert (form(people.ana.email, PASSWORD), token(people.ana.email, PASSWORD)) == (303, 200)
    logged_in = ("signed_in", people.ana.id, None, people.ana.id)
    assert log() == [logged_in] * 2
    assert [row.said["by"] for row in queries.page().rows] == ["token", "page"]
    client.post("/logout")
    for who, password in ((people.lena, PASSWORD), (people.lena, "wrong"), (people.ana, "wrong")):
        form(who.email, password)
        client.post("/logout")
    assert token("nobody@example.com", "wrong") == 401
    wrong = ("sign_in_failed", None, None, people.ana.id)
    assert log()[2:] == [wrong]
    for number in range(6):
        assert token(people.ana.email, "wrong", f"10.0.{number}.2") == 401
    assert log()[2:] == [wrong] * 6  # and it is told no more in this hour


def test_what_the_answer_waits_for_is_the_same_for_who_is_there(
    client: FlaskClient, people: People
) -> None:
    with recorded() as run:
        answers = [
            client.post("/api/v1/auth/login", json={"email": email, "password": "wrong"})
            for email in (people.ana.email, "nobody@example.com")
        ]
        assert len(run) == 2  # each looked up
        for each in answers:
            each.close()
        assert len(run) > 2


def test_articles_answers_tags_and_capacities(people: People, chat_id: int) -> None:
    before = len(log())
    maya, ana = people.maya, people.ana
    article = articles.create(maya, title="Sizes", text="All of them")
    articles.edit(maya, article.id, is_published=True, title="Sizes")
    articles.edit(maya, article.id, title="Sizes")
    said = last().said
    articles.remove(maya, article.id)
    own = canned_answers.create(ana, False, name="hi", text="Hi")
    canned_answers.edit(ana, own.id, text="Hello")
    canned_answers.remove(ana, own.id)
    shared = canned_answers.create(maya, True, name="bye", text="Bye")
    canned_answers.edit(maya, shared.id, text="Good bye")
    canned_answers.edit(maya, shared.id, is_shared=False)
    canned_answers.edit(maya, shared.id, is_shared=True)
    canned_answers.remove(maya, shared.id)
    canned_answers.bring_in(maya, True, "name,folder,text\na,,b\nc,,d\n")
    canned_answers.bring_in(maya, False, "name,folder,text\na,,b\n")
    late, slow = (tags.put_on(ana, chat_id, name)[-1] for name in ("late", "slow"))
    tags.rename(maya, late.id, "too late")
    tags.rename(maya, late.id, "slow")
    tags.remove(maya, slow.id)
    availability.set_capacity(maya, ana.id, 3)
    assert said == {"changed": ["is_published"], "is_published": True}
    assert [(row[0], row[1], row[3]) for row in log()[before:]] == [
        ("article_made", maya.id, article.id),
        ("article_changed", maya.id, article.id),
        ("article_removed", maya.id, article.id),
        ("answer_made", maya.id, shared.id),
        ("answer_changed", maya.id, shared.id),
        ("answer_removed", maya.id, shared.id),
        ("answer_made", maya.id, shared.id),
        ("answer_removed", maya.id, shared.id),
        ("answers_imported", maya.id, None),
        ("tag_renamed", maya.id, late.id),
        ("tag_renamed", maya.id, late.id),
        ("tag_removed", maya.id, slow.id),
        ("capacity_set", maya.id, ana.id),
    ]


def test_what_lines_are_about_is_called_by_its_name(client: FlaskClient, people: People) -> None:
    article = articles.create(people.maya, title="Sizes", text="All of them")
    canned_answers.create(people.maya, True, name="farewell", text="Bye")
    tag = tags.put_on(people.ana, messages.send(people.lena, None, Draft("Hi")).chat_id, "late")[0]
    tags.rename(people.maya, tag.id, "later")
    client.post("/login", data={"email": people.ada.email, "password": PASSWORD})
    page = client.get("/admin/audit").text
    for line in ("Article made", "Shared canned answer made", "Tag renamed", "Logged in"):
        assert f"<strong>{line}: " in page
    for name in ("Sizes", "farewell", "later", people.ada.name):
        assert f'<span dir="auto">{name}</span></strong>' in page
    articles.remove(people.maya, article.id)
    assert f"No. {article.id}</span></strong>" in client.get("/admin/audit").text


def test_a_plain_message_asks_nothing_of_it(
    people: People, chat_id: int, statements: list[str]
) -> None:
    statements.clear()
    messages.send(people.lena, chat_id, Draft("Hello", "c"))
    assert statements
    assert not [sql for sql in statements if "audit" in sql]

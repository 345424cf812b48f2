"""All that is kept of a customer in one file: what is theirs, all of it, and nothing else."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.errors import Forbidden, NotFound
from app.extensions import Model
from app.files import exports as making
from app.models.chats import Priority
from app.models.exports import KEPT_MS
from app.models.users import Actor
from app.operations import (
    assignments,
    erasures,
    exports,
    forwards,
    messages,
    notes,
    priorities,
    snoozes,
    tags,
    teams,
    topics,
)
from app.operations.messages import Draft
from app.queries import exports as queries
from tests.acting import on
from tests.files import picture
from tests.people import People
from tests.test_erasures import OTHERS, WORD, house, said_all_over, work  # noqa: F401

HASH = "a secret hash"


def held(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def made(app: Flask, manager: Actor, customer: Actor) -> Path:
    exports.ask(manager, customer.id)
    work(app)
    found = exports.of_customer(manager, customer.id)
    assert found is not None
    assert found.is_ready
    assert found.size == making.place_of(found).stat().st_size
    return making.place_of(found)


def test_all_of_theirs_is_in_it_and_nothing_of_others(house: Flask) -> None:  # noqa: F811
    people = People()
    lena = said_all_over(people, house)
    found = held(made(house, people.maya, lena))
    rows = {name: json.loads(each) for name, each in found.items() if name.endswith(".json")}
    assert {each["name"] for each in rows["person.json"]} >= {f"Lena {WORD}"}
    assert len(rows["person.json"]) == 2, "who they were as a visitor"
    said = [each["text"] for each in rows["messages.json"]]
    assert f"{WORD} edited" in said
    assert f"Dear {WORD}" in said
    assert rows["earlier_texts.json"][0]["text"] == f"{WORD} says"
    assert rows["visitors.json"][0]["saidName"] == f"{WORD} said"
    assert WORD in rows["staff/notes.json"][0]["text"]
    assert [name for name in found if name.startswith("files/")] == [
        f"files/{rows['files.json'][0]['id']}-{WORD}.png",
        f"files/{rows['files.json'][1]['id']}-{WORD} unsent.png",
    ]
    assert found[f"files/{rows['files.json'][0]['id']}-{WORD}.png"][:4] == picture()[:4]
    whole = b"".join(found.values())
    assert OTHERS.encode() not in whole
    for secret in (b"passwordHash", b"tokenHash", b'"key"', b"codeHash", b"argon2"):
        assert secret not in whole
    assert b"staff/" in found["README.txt"]
    for name, columns in (
        ("chats.json", {"snoozedUntil", "unreadMark", "priority"}),
        ("messages.json", {"forwardedFromId"}),
    ):
        assert not columns & set(rows[name][0])
    assert all("text" not in each for each in rows["staff/tags.json"])


def test_what_staff_alone_sees_of_a_chat_stands_apart(app: Flask, people: People) -> None:
    asked = messages.send(people.marcus, None, Draft("Is it blue?"))
    sent = messages.send(people.lena, None, Draft("Hello"))
    assignments.claim(people.ana, sent.chat_id)
    copy = forwards.forward(people.ana, asked.id, sent.chat_id, "a")
    priorities.prioritise(people.ana, sent.chat_id, Priority.URGENT)
    until = clock.now() + 3_600_000
    snoozes.snooze(people.ana, sent.chat_id, until)
    found = held(made(app, people.maya, people.lena))
    (chat,) = json.loads(found["staff/chats.json"])
    assert (chat["id"], chat["snoozedUntil"]) == (sent.chat_id, clock.iso(until))
    assert chat["priority"] == "urgent"
    assert b"urgent" not in found["chats.json"]
    assert json.loads(found["staff/messages.json"]) == [
        {"id": copy.id, "forwardedFromId": asked.id, "heldAt": None, "maskedAt": None}
    ]


def test_what_rules_did_in_their_chats_is_in_it(app: Flask, people: People) -> None:
    rule = on(people.maya, "message", [{"kind": "priority", "priority": "high"}])
    sent = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.marcus, None, Draft("Hello"))
    work(app)
    found = held(made(app, people.maya, people.lena))
    (run,) = json.loads(found["staff/rule_runs.json"])
    assert (run["ruleId"], run["chatId"], run["cause"]) == (rule.id, sent.chat_id, sent.seq)
    assert run["outcome"] == [{"kind": "priority", "became": "done"}]
    assert b"done" in found["staff/index.html"]


def test_people_read_it_as_pages(app: Flask, people: People) -> None:
    said = messages.send(people.lena, None, Draft("<b>Hello</b> & <script>alert(1)</script>"))
    notes.write(people.ana, said.chat_id, "a <i>note</i>")
    exports.ask(people.maya, people.lena.id, "de")
    work(app)
    made = exports.of_customer(people.maya, people.lena.id)
    assert made is not None
    found = held(making.place_of(made))
    theirs, staffs = (found[f"{root}index.html"].decode() for root in ("", "staff/"))
    assert "&lt;b&gt;Hello&lt;/b&gt; &amp; &lt;script&gt;" in theirs
    assert "a &lt;i&gt;note" in staffs
    assert "note" not in theirs.partition("<body>")[2].replace("staff/", "")
    assert '<html lang="de"' in theirs
    for page in (theirs, staffs):
        assert "<script" not in page
        assert "src=" not in page
    assert set(making.TITLES) == {part.name for part in queries.PARTS}


# What says nothing of a customer, or what nobody is given; the READ ME says so.
NOT_THEIRS = {
    *("availability", "canned_answers", "chat_pins", "saved_views", "team_members"),  # staff's
    # What others could come in by.
    *("ended_logins", "password_resets", "refresh_tokens", "visitor_tokens"),
    *("presence", "user_words"),  # who is there now, and words by which people are found
    *(
        "insight_chats",
        "insight_messages",
        "insight_questions",
    ),  # how much they have said, and when
    *("api_keys", "audit"),  # what staff does, and what acts for them
}


def test_no_table_that_says_something_of_a_customer_is_forgotten() -> None:
    of_somebody = {"chat_id", "customer_id", "user_id", "message_id", "owner_id", "subject_id"}
    tables = Model.metadata.tables.values()
    about = {table.name for table in tables if of_somebody & set(table.c.keys())}
    told = {part.table.name for part in queries.PARTS}
    assert about - told == NOT_THEIRS


def test_what_a_chat_is_about_whose_it_is_and_its_tags_have_names(
    app: Flask, people: People
) -> None:
    team = teams.make(people.maya, "Bills")
    topic = topics.make(people.maya, "Parcels", team_id=team.id)
    sent = messages.send(people.lena, None, Draft("Hello", topic_id=topic.id))
    tags.put_on(people.ana, sent.chat_id, "VIP")
    found = held(made(app, people.maya, people.lena))
    assert json.loads(found["topics.json"]) == [{"id": topic.id, "name": "Parcels"}]
    assert json.loads(found["staff/teams.json"]) == [{"id": team.id, "name": "Bills"}]
    (given,) = json.loads(found["staff/chat_tags.json"])
    assert (given["chatId"], given["byId"]) == (sent.chat_id, people.ana.id)
    assert [each["id"] for each in json.loads(found["staff/tags.json"])] == [given["tagId"]]


def test_it_is_read_by_pages(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["RATE_LIMITS"] = False
    monkeypatch.setattr(queries, "PAGE", 3)
    sent = [messages.send(people.lena, None, Draft(f"Said {each}")).text for each in range(8)]
    found = json.loads(held(made(app, people.maya, people.lena))["messages.json"])
    assert [each["text"] for each in found] == sent


def test_managers_alone_and_of_customers_alone(people: People) -> None:
    for who in (people.lena, people.ana, people.petra):
        with pytest.raises(Forbidden):
            exports.ask(who, people.lena.id)
        with pytest.raises(Forbidden):
            exports.of_customer(who, people.lena.id)
    for nobody in (people.ana.id, 9_999):
        with pytest.raises(NotFound):
            exports.ask(people.maya, nobody)


def test_it_is_gone_after_a_day_and_with_who_is_erased(app: Flask, people: People) -> None:
    messages.send(people.lena, None, Draft("Hello"))
    path = made(app, people.maya, people.lena)
    again = made(app, people.maya, people.lena)
    assert path != again
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    work(app)
    assert making.there() == []
    kept = made(app, people.maya, people.marcus)
    os.utime(kept, (0, kept.stat().st_mtime - KEPT_MS / 1000 - 1))
    making.forget()
    assert making.there() == []


def test_it_is_fetched_on_the_page(app: Flask, people: People) -> None:
    messages.send(people.lena, None, Draft("Hello"))
    client, at = app.test_client(), f"/admin/customers/{people.lena.id}/export"
    with client.session_transaction() as session:
        session["_user_id"] = people.maya.get_id()
    assert client.get(at).status_code == 404
    assert client.post(at).status_code == 303
    part = client.get(at, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "every 2s" in part
    work(app)
    part = client.get(at, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "every 2s" not in part
    with client.get(at) as answer:
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "attachment" in answer.headers["Content-Disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
            assert "messages.json" in archive.namelist()


def test_from_the_shell(app: Flask, people: People, tmp_path: Path) -> None:
    messages.send(people.lena, None, Draft("Hello"))
    run, file = app.test_cli_runner().invoke, tmp_path / "lena.zip"
    told = run(args=["customers", "export", "customer@example.com", str(file)])
    assert told.exit_code == 0, told.output
    assert b"Hello" in held(file)["messages.json"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(args=["customers", "export", "customer@example.com", str(file)]).exit_code == 1
    assert run(args=["customers", "export", "ana@example.com", str(file)]).exit_code == 1
    for wrong in ("9" * 30, "9" * 5_000):
        for args in (["export", wrong, str(tmp_path / "none.zip")], ["erase", wrong]):
            told = run(args=["customers", *args])
            assert told.exit_code == 2, told.exception

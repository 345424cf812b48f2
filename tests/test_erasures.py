"""A customer who is erased: nothing of theirs is left in any table, file or index, on both
databases, and nothing of anybody else's is missing."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, inspect, select, text

from app import clock, create_app
from app.criteria import read
from app.errors import ChatNotFound, Forbidden, Invalid, NotFound, Unauthorized
from app.events import AccessEnded, ChatErased, Event, MessageChanged
from app.extensions import db
from app.jobs.runner import Runner
from app.models import database, jobs, users
from app.models.chats import Chat
from app.models.chats import table as chat_rows
from app.models.database import empty_log, row, scalar
from app.models.identities import Identity
from app.models.jobs import Job
from app.models.links import ChatLink
from app.models.logins import EndedLogin
from app.models.mail import Mail, MailAddress, UnwantedMail
from app.models.messages import Message
from app.models.sites import SiteState
from app.models.tokens import RefreshToken
from app.models.users import Actor, User
from app.models.visitors import Visitor
from app.operations import (
    access,
    chats,
    edits,
    erasures,
    forwards,
    merges,
    messages,
    notes,
    reactions,
    search,
    tags,
    visitors,
)
from app.operations import sites as making
from app.operations import users as people_of
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import inbox, sites
from app.queries import search as finding
from app.queries.inbox import Filter
from tests.conftest import forget, settings_for
from tests.files import looked_at, picture
from tests.people import People
from tests.visits import on_a_page

WORD = "xyzzyplover"  # of theirs, in each kind of field
OTHERS = "Words of another customer"


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    name = "app" if request.param == "sqlite" else "on_postgres"
    app: Flask = request.getfixturevalue(name)
    app.config["RATE_LIMITS"] = False
    app.config["UPLOADS"] = str(tmp_path / "uploads")
    with transaction() as tx:
        search.forget_all(tx)
    if sites.first() is None:
        making.create_by_shell(name="Shop")
    return app


def the_site() -> SiteState:
    found = sites.first()
    assert found is not None
    return found


def add(model: type, **values: object) -> None:
    with transaction() as tx:
        tx.run(insert(model), values)


def work(app: Flask) -> None:
    """All that waits to be done, in its order."""
    runner = Runner(app, lambda do, job: do(job))
    before = -1
    while (left := scalar(select(func.count()).select_from(jobs.table))) != before:
        before = left
        runner.look()


def indexed() -> None:
    while search.catch_up(100):
        pass


def said_all_over(people: People, app: Flask) -> Actor:
    """A visitor with the word wherever one can have it, who has become a customer with it."""
    site, token = the_site(), secrets.token_urlsafe(32)
    said = visitors.Said(f"{WORD} said", f"{WORD}@said.example")
    visitor, _first = visitors.write_first(
        site, token, Draft(f"{WORD} first"), language="en", address="10.0.0.1", said=said
    )
    on_a_page(site, token, attributes={"plan": WORD})
    with transaction() as tx:
        merges.merge(tx, visitor, people.lena)
    people_of.set_name("customer@example.com", f"Lena {WORD}")
    lena = row(users.ACTOR_BY_ID, user_id=people.lena.id, auth_version=people.lena.auth_version)
    actor = Actor.of(lena)
    file = looked_at(actor, picture(), f"{WORD}.png", f"{WORD} shown")
    draft = Draft(f"{WORD} says", "c1", files=[file.id], details={"note": WORD})
    message = messages.send(actor, None, draft)
    edits.edit(actor, message.id, f"{WORD} edited")
    reactions.react(people.ana, message.id, "👍")
    answer = messages.send(people.ana, message.chat_id, Draft(f"Dear {WORD}"))
    messages.send(actor, message.chat_id, Draft(f"{WORD} replies", reply_to_id=answer.id))
    notes.write(people.ana, message.chat_id, f"{WORD} noted, @{people.ben.name}")
    tags.put_on(people.ana, message.chat_id, f"Of {WORD}"[:40])
    tags.put_on(people.ana, message.chat_id, "Shared")
    order, _ = chats.open_between(people.petra, people.petra.id, actor.id, 4)
    messages.send(people.petra, order.id, Draft(f"{WORD}, your chair"))
    looked_at(actor, picture(61), f"{WORD} unsent.png")
    other = messages.send(people.marcus, None, Draft(OTHERS))
    tags.put_on(people.ana, other.chat_id, "Shared")
    copy = forwards.forward(people.ana, message.id, other.chat_id, "f1")
    edits.edit(people.ana, copy.id, f"{WORD} edited copy")
    third = messages.send(
        people.marcus,
        chats.open_between(people.petra, people.petra.id, people.marcus.id, 5)[0].id,
        Draft(OTHERS),
    )
    forwards.forward(people.ana, copy.id, third.chat_id, "f2")
    now = clock.now()
    add(
        Identity,
        site_id=site.id,
        sub=WORD,
        user_id=actor.id,
        email=f"{WORD}@id.example",
        created_at=now,
    )
    add(
        MailAddress,
        user_id=actor.id,
        key="k" * 20,
        email=f"{WORD}@mail.example",
        language="en",
        created_at=now,
        verified_at=now,
        unsubscribed_at=None,
    )
    add(UnwantedMail, email=f"{WORD}@mail.example", said_at=now)
    add(
        ChatLink,
        id=900,
        key="l" * 20,
        user_id=actor.id,
        chat_id=message.chat_id,
        created_at=now,
        expires_at=now,
        code_tries=0,
    )
    add(
        Mail,
        id=900,
        chat_id=message.chat_id,
        user_id=actor.id,
        link_id=900,
        after_seq=1,
        up_to=2,
        created_at=now,
        sent_at=now,
    )
    add(RefreshToken, user_id=actor.id, family="f", token_hash=WORD, created_at=now, expires_at=now)
    add(EndedLogin, login=WORD, user_id=actor.id, ended_at=now)
    with transaction() as tx:
        reply = {"chat_id": message.chat_id, "user_id": actor.id, "text": WORD, "client_id": "r"}
        tx.later(Job("take_reply", reply, run_at=now + 9_000_000))
    indexed()
    return actor


def columns_with(word: str) -> set[str]:
    """Every column of every table there is, whatever its type, that holds the word somewhere."""
    found = set()
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for each in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for name, value in each.items():
                    held = value if isinstance(value, bytes) else str(value).encode()
                    if word.encode() in held.lower():
                        found.add(f"{table}.{name}")
    return found


def files_with(app: Flask, content: bytes) -> list[Path]:
    there = (path for path in Path(app.config["UPLOADS"]).rglob("*") if path.is_file())
    return [path for path in there if content in path.read_bytes()]


def test_nothing_of_theirs_is_left_in_any_table_or_file(house: Flask) -> None:
    people = People()
    lena = said_all_over(people, house)
    before = columns_with(WORD)
    # What the test would not find if nobody had written it.
    assert before >= {
        "users.name", "user_words.word", "messages.text", "earlier_texts.text", "chats.last_text",
        "files.name", "files.alt", "messages.attachments", "notes.text", "tags.name",
        "tags.folded", "visitors.said_name", "visitors.said_email", "visits.attributes",
        "identities.sub", "identities.email", "mail_addresses.email", "unwanted_mail.email",
        "refresh_tokens.token_hash", "ended_logins.login", "jobs.payload",
    }  # fmt: skip
    assert any(name.startswith("message_words") for name in before)
    kept = scalar(select(func.count()).where(Message.sender_id == people.marcus.id))
    kept_file = looked_at(people.marcus, picture(62))
    assert len(files_with(house, b"")) > 2
    erasures.erase(people.maya, lena.id, f"Lena {WORD}")
    work(house)
    assert columns_with(WORD) == set()
    assert {path.name.removesuffix("-small") for path in files_with(house, b"")} == {
        kept_file.content
    }
    # Nobody else lacks anything, but what staff had put there of their words.
    assert scalar(select(func.count()).where(Message.sender_id == people.marcus.id)) == kept
    shown = database.rows(
        select(Message.text, Message.redacted_at).where(Message.client_id.in_(["f1", "f2"]))
    )
    assert [each.text for each in shown] == ["•••", "•••"]
    assert all(each.redacted_at for each in shown)
    assert scalar(text("SELECT count(*) FROM tags")) == 1
    assert scalar(text("SELECT count(*) FROM chat_tags")) == 1


@pytest.fixture
def on_sqlite(database: Path) -> Iterator[Flask]:
    """On a file, whichever database the other tests are on."""
    app = create_app(settings_for(database, DATABASE_URL=f"sqlite:///{database}"))
    app.config.update(RATE_LIMITS=False)
    forget()
    with app.app_context():
        yield app
        db.engine.dispose()
    forget()


def test_the_word_is_in_no_byte_of_the_database_file(on_sqlite: Flask, database: Path) -> None:
    people = People()
    lena = said_all_over(people, on_sqlite)
    held = b"".join(path.read_bytes() for path in database.parent.glob("deskbell.db*"))
    assert WORD.encode() in held
    erasures.erase(people.maya, lena.id, f"Lena {WORD}")
    work(on_sqlite)
    assert empty_log()
    for path in database.parent.glob("deskbell.db*"):
        assert WORD.encode() not in path.read_bytes().lower(), path.name


def gone(people: People, who: Actor, app: Flask) -> None:
    erasures.erase(people.maya, who.id, who.name)
    work(app)


def test_managers_alone_erase_and_say_whom_by_name(app: Flask, people: People) -> None:
    said = messages.send(people.lena, None, Draft("Hello"))
    for who in (people.lena, people.ana, people.petra):
        with pytest.raises(Forbidden):
            erasures.erase(who, people.lena.id, people.lena.name)
    for wrong in ("", "Lena", people.marcus.name):
        with pytest.raises(Invalid):
            erasures.erase(people.maya, people.lena.id, wrong)
    for nobody in (people.ana.id, people.petra.id, 9_999):
        with pytest.raises(NotFound):
            erasures.erase(people.maya, nobody, people.ana.name)
    work(app)
    assert scalar(select(Message.text).where(Message.id == said.id)) == "Hello"
    gone(people, people.lena, app)
    with pytest.raises(NotFound):
        erasures.erase(people.maya, people.lena.id, "")


def test_their_access_ends_at_once_and_staff_is_told_of_each_chat(
    app: Flask, people: People, announced: list[Event]
) -> None:
    said = messages.send(people.lena, None, Draft("Hello"))
    other = messages.send(people.marcus, None, Draft(OTHERS))
    copy = forwards.forward(people.ana, said.id, other.chat_id, "f")
    announced.clear()
    erasures.erase(people.maya, people.lena.id, people.lena.name)
    assert [each.user_id for each in announced if isinstance(each, AccessEnded)] == [people.lena.id]
    with pytest.raises(Unauthorized):
        messages.send(people.lena, None, Draft("Still here"))
    work(app)
    assert [each for each in announced if isinstance(each, ChatErased)] == [
        ChatErased(said.chat_id)
    ]
    changed = [each.message for each in announced if isinstance(each, MessageChanged)]
    assert [(each.id, each.text) for each in changed] == [(copy.id, "•••")]


def test_visitors_who_became_them_are_erased_whether_they_had_a_chat_or_not(
    app: Flask, people: People
) -> None:
    ids = []
    for _each in range(2):  # the first one's chat is handed over, the second one's poured into it
        said = visitors.Said(WORD, f"{WORD}@said.example")
        visitor, _first = visitors.write_first(
            the_site(), secrets.token_urlsafe(32), Draft("Hi"), language="", address="a", said=said
        )
        with transaction() as tx:
            merges.merge(tx, visitor, people.lena)
        ids.append(visitor.id)
    assert scalar(select(func.count()).select_from(Visitor)) == 2
    gone(people, people.lena, app)
    assert columns_with(WORD) == set()
    assert scalar(select(func.count()).select_from(Chat).where(Chat.active_at > 0)) == 0
    assert {row(select(User.name).where(User.id == each)).name for each in ids} == {""}


def test_no_id_of_theirs_is_anybody_elses_and_the_index_goes_on(app: Flask, people: People) -> None:
    said = messages.send(people.lena, None, Draft("Hello"))
    indexed()
    gone(people, people.lena, app)
    assert chats_of_customers(people.ana) == []
    next_one = messages.send(people.marcus, None, Draft("Where is my parcel?"))
    assert next_one.chat_id > said.chat_id, "a page may still know the one before by that"
    indexed()
    found = finding.found(people.ana, read("parcel")).hits
    assert [hit.said.id for hit in found] == [next_one.id]
    gone(people, people.marcus, app)
    assert scalar(select(func.count()).select_from(Chat)) == 1, "the last one is hollow"
    assert people_of.register("Lena", "customer@example.com", "long enough a word", "10.0.0.1").id


def chats_of_customers(staff: Actor) -> list[int]:
    return [each.chat.id for each in inbox.page(staff, Filter.ARCHIVED, "").rows]


def test_who_ends_in_between_goes_on_where_they_were(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["RATE_LIMITS"] = False
    monkeypatch.setattr(erasures, "TOGETHER", 2)
    for number in range(5):
        messages.send(people.lena, None, Draft(f"{WORD} {number}"))
    whole = erasures.remove_messages
    calls = iter([None, None])

    def fails(*given: Any) -> None:
        next(calls)
        whole(*given)

    monkeypatch.setattr(erasures, "remove_messages", fails)
    with transaction() as tx:
        erasures.begin(tx, people.lena.id, people.lena.name)
    with pytest.raises(RuntimeError):
        erasures.carry_out(people.lena.id)
    monkeypatch.setattr(erasures, "remove_messages", whole)
    assert "messages.text" in columns_with(WORD)
    erasures.carry_out(people.lena.id)
    assert columns_with(WORD) == set()
    assert erasures.carry_out(people.lena.id).messages == 0


def as_seen_by(app: Flask, who: Actor, path: str) -> str:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    with app.app_context():  # a request's own, that remembers nobody
        return client.get(path).get_data(as_text=True)


def test_from_the_page_by_typing_the_name(app: Flask, client: FlaskClient, people: People) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = people.maya.get_id()
    at = f"/admin/customers/{people.lena.id}"
    assert 'id="erase-customer"' in client.get(at).get_data(as_text=True)
    refused = client.post(f"{at}/erasure", data={"name": "Somebody"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.get_data(as_text=True)
    assert client.post(f"{at}/erasure", data={"name": people.lena.name}).status_code == 303
    assert client.get(at).status_code == 404
    other = as_seen_by(app, people.ana, f"/admin/customers/{people.marcus.id}")
    assert people.marcus.name in other
    assert 'id="erase-customer"' not in other


def test_from_the_shell_at_once(app: Flask, people: People) -> None:
    messages.send(people.lena, None, Draft(WORD))
    run = app.test_cli_runner().invoke
    wrong = run(args=["customers", "erase", "customer@example.com", "--name", "Somebody"])
    assert wrong.exit_code == 1
    told = run(args=["customers", "erase", "customer@example.com"], input=f"{people.lena.name}\n")
    assert told.exit_code == 0, told.output
    assert "1 chats and 1 messages" in told.output
    assert columns_with(WORD) == set()


def test_nobody_acts_on_what_is_left_of_an_erased_chat(people: People) -> None:
    """The newest chat leaves its row behind until there is a newer one: what somebody did to it
    would keep it, and every later erasure from being carried out."""
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    for act in (
        lambda: messages.send(people.ana, chat_id, Draft("Still there?")),
        lambda: tags.put_on(people.ana, chat_id, "VIP"),
        lambda: notes.write(people.ana, chat_id, "Who was that?"),
        lambda: access.chat_for(people.ada, chat_id),
    ):
        with pytest.raises(ChatNotFound):
            act()
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    erasures.erase_by_shell(people.marcus.id, people.marcus.name)
    kept = database.rows(select(chat_rows.c.id))
    assert [row.id for row in kept] == [other]

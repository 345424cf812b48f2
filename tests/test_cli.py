"""The shell: accounts, demo data, upkeep."""

import random
import secrets
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.auth.password import check_login
from app.cli import seed, stories
from app.errors import Unauthorized
from app.extensions import db
from app.models import articles, canned_answers, chats, database, messages, users
from app.models.chats import Status
from app.operations import identities, visitors
from app.operations.messages import Draft, send
from app.operations.transaction import transaction
from app.queries import counts, rules, teams, topics, word_lists
from app.queries import sites as site_list
from tests.conftest import settings_for
from tests.people import PASSWORD, People
from tests.visits import on_a_page

KNOWN = {
    "customer@example.com": "customer",
    "customer2@example.com": "customer",
    "agent@example.com": "agent",
    "agent2@example.com": "agent",
    "manager@example.com": "manager",
    "admin@example.com": "admin",
    "provider@example.com": "provider",
}


def flask(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=words, input=typed)


def role_of(email: str, password: str) -> str:
    return check_login(email, password, "10.0.0.1").role


@pytest.mark.parametrize("role", ["customer", "provider", "agent", "manager", "admin"])
def test_an_account_of_any_role_is_made(app: Flask, role: str) -> None:
    made = flask(app, "users", "create", "--email", "Zoe@example.com", "--name", "Zoë",
                 "--role", role, "--password", "a good password")  # fmt: skip
    assert (made.exit_code, made.output) == (0, f"zoe@example.com ({role}, id 1)\n")
    assert role_of("zoe@example.com", "a good password") == role


def test_a_customer_whose_agent_has_gone_is_found_by_the_shell(app: Flask, people: People) -> None:
    chat_id = send(people.lena, None, Draft("Hello")).chat_id
    send(people.ana, chat_id, Draft("One moment"))
    send(people.lena, None, Draft("And?"))
    told = flask(app, "chats", "unattended")
    assert (told.exit_code, told.output) == (0, "0 unattended\n")
    with transaction() as tx:
        long_ago = update(users.table).values(last_seen_at=1)
        tx.run(long_ago.where(users.table.c.id == people.ana.id), {})
    told = flask(app, "chats", "unattended")
    assert (told.exit_code, told.output) == (
        1,
        f"chat {chat_id}: its agent has gone\n1 unattended\n",
    )


@pytest.mark.parametrize(
    "command",
    [
        "users create --email a@example.com --name A --role agent",
        "users deactivate a@example.com",
        "sites list",
        "seed demo",
        "counts check",
        "counts mend",
        "insight check",
        "insight mend",
        "search rebuild",
        "chats unattended",
        "jobs list",
    ],
)
def test_before_the_first_migration_each_command_says_what_is_missing(
    tmp_path: Path, command: str
) -> None:
    app = create_app(settings_for(tmp_path / "new.db"))
    told = flask(app, *command.split())
    assert (told.exit_code, told.output) == (
        1,
        "Error: The database has no tables yet: run `flask --app wsgi setup` first.\n",
    )
    with app.app_context():
        db.engine.dispose()


def test_an_empty_password_is_none_that_was_given(app: Flask) -> None:
    told = flask(app, "users", "create", "--email", "zoe@example.com", "--name", "Zoë",
                 "--role", "agent", "--password", "")  # fmt: skip
    assert told.exit_code == 1
    assert told.output == "Error: A password has 8 to 256 characters.\n"


def test_without_a_password_one_is_made_and_told(app: Flask) -> None:
    made = flask(
        app, "users", "create", "--email", "zoe@example.com", "--name", "Zoë", "--role", "agent"
    )
    password = made.output.splitlines()[1].removeprefix("password: ")
    assert len(password) >= 16
    assert role_of("zoe@example.com", password) == "agent"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "--email", "zoe", "--name", "Zoë", "--role", "agent"], "not an e-mail"),
        (["create", "--email", "z@example.com", "--name", " ", "--role", "agent"], "name has"),
        (["create", "--email", "z@example.com", "--name", "Zoë", "--role", "owner"], "'owner'"),
        (["create", "--email", "z@example.com", "--name", "Z", "--role", "agent",
          "--password", "short"], "password has"),
        (["create", "--email", "agent@example.com", "--name", "Zoë", "--role", "agent"], "already"),
        (["set-password", "nobody@example.com", "--password", PASSWORD], "nobody"),
        (["set-password", "agent@example.com", "--password", "short"], "password has"),
        (["set-role", "agent@example.com", "owner"], "'owner'"),
        (["set-role", "nobody@example.com", "agent"], "nobody"),
        (["deactivate", "nobody@example.com"], "nobody"),
    ],
)  # fmt: skip
def test_what_is_refused_is_one_line_and_changes_nothing(
    app: Flask, people: People, words: list[str], said: str
) -> None:
    before = database.rows(users.table.select())
    refused = flask(app, "users", *words)
    assert refused.exit_code > 0
    assert said in refused.output
    assert "Traceback" not in refused.output
    assert database.rows(users.table.select()) == before


def test_password_role_and_account_are_changed(app: Flask, people: People) -> None:
    email = people.ana.email
    asked = flask(app, "users", "set-password", email, typed="a new password\na new password\n")
    assert asked.exit_code == 0
    assert "a new password" not in asked.output
    assert role_of(email, "a new password") == "agent"
    assert flask(app, "users", "set-role", email, "manager").exit_code == 0
    assert role_of(email, "a new password") == "manager"
    assert flask(app, "users", "deactivate", email).exit_code == 0
    with pytest.raises(Unauthorized):
        role_of(email, "a new password")
    assert role_of(people.ben.email, PASSWORD) == "agent"


@pytest.mark.parametrize(
    "words",
    [
        "create --email \udcff@example.com --name Zoë --role agent --password goodpassword",
        "create --email z@example.com --name Zo\udcff --role agent --password goodpassword",
        "create --email z@example.com --name Zoë --role agent --password goodpassword\udcff",
        "set-password agent@example.com --password goodpassword\udcff",
        "set-name agent@example.com Zo\udcff",
        "set-email agent@example.com zo\udcff@example.com",
        "set-role \udcff agent",
        "deactivate \udcff",
        "\udcff",
    ],
)
def test_bytes_that_are_no_text_are_refused_in_a_line(
    app: Flask, people: People, words: str
) -> None:
    before = database.rows(users.table.select())
    refused = flask(app, "users", *words.split())
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: What was given is no text in UTF-8.\n",
    )
    assert database.rows(users.table.select()) == before


def test_neither_are_they_a_password_that_is_typed(app: Flask, people: People) -> None:
    typed = b"goodpassword\xff\ngoodpassword\xff\n"
    email = people.ana.email
    refused = app.test_cli_runner().invoke(args=["users", "set-password", email], input=typed)
    assert refused.exit_code == 1
    assert refused.output.endswith("Error: What was given is no text in UTF-8.\n")
    assert role_of(email, PASSWORD) == "agent"


@pytest.fixture(scope="module")
def seeded(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Demo data, planted once for the tests that only look."""
    folder = tmp_path_factory.mktemp("seeded")
    path = folder / "deskbell.db"
    path.write_bytes(migrated.read_bytes())
    app = create_app(settings_for(path))
    with app.app_context():
        planted = flask(app, "seed", "demo")
        assert planted.exit_code == 0, planted.output
        yield app
        db.engine.dispose()


def test_the_known_accounts_are_there_and_log_in(seeded: Flask) -> None:
    assert {email: role_of(email, "deskbell-demo") for email in KNOWN} == KNOWN


def test_every_state_is_there_and_one_chat_is_long(seeded: Flask) -> None:
    c, m = chats.table.c, messages.table.c
    states = database.rows(select(c.status, func.count()).group_by(c.status))
    assert {state for state, _ in states} == {status.value for status in Status}
    longest = (
        select(func.count())
        .where(m.line.is_(None))
        .group_by(m.chat_id)
        .order_by(func.count().desc())
    )
    assert database.scalar(longest) == 2000
    days = select(func.max(c.created_at) - func.min(c.created_at)).where(c.status != "closed")
    assert database.scalar(days) >= 25 * seed.DAY


def test_something_of_each_that_managers_make_is_there(seeded: Flask) -> None:
    assert [each.name for each in topics.every()] == list(stories.TOPICS)
    ((team, members),) = teams.manned()
    assert (team.name, [each.name for each in members]) == ("Returns", ["Ana Weber", "Ben Carter"])
    assert [each.team_id for each in topics.every()] == [None, team.id]
    names = database.rows(select(canned_answers.table.c.name))
    assert {row.name for row in names} == {name for name, _text in stories.CANNED_ANSWERS}
    (rule,) = rules.every()
    assert rule.is_on
    (made,) = word_lists.every()
    assert made.name == stories.WORD_LIST
    rows = database.rows(select(articles.table.c.language, articles.table.c.published_at))
    assert sorted(row.language for row in rows) == ["ar", "de", "en", "en"]
    assert all(row.published_at for row in rows)


def test_the_books_of_the_demo_are_right(seeded: Flask) -> None:
    checked = flask(seeded, "counts", "check")
    assert (checked.exit_code, checked.output) == (0, "0 wrong\n")


def test_a_second_demo_is_refused_and_changes_nothing(seeded: Flask) -> None:
    before = database.scalar(select(func.count()).select_from(messages.table))
    refused = flask(seeded, "seed", "demo")
    assert refused.exit_code == 1
    assert "seed reset" in refused.output
    assert database.scalar(select(func.count()).select_from(messages.table)) == before


def test_a_past_has_as_many_chats_and_messages_as_were_asked_for(app: Flask) -> None:
    for times, size in ((1, ("--chats", "120", "--messages", "777")), (2, ("--chats", "120"))):
        loaded = flask(app, "seed", "load", *size)
        assert loaded.exit_code == 0, loaded.output
        assert "120 chats" in loaded.output
        assert database.scalar(select(func.count()).select_from(chats.table)) == 120 * times
    assert database.scalar(select(func.count()).select_from(messages.table)) == 777 + 1200
    assert counts.wrong() == {}


def test_a_past_of_too_few_messages_is_none(app: Flask) -> None:
    refused = flask(app, "seed", "load", "--chats", "100", "--messages", "399")
    assert refused.exit_code == 1
    assert "at least 4" in refused.output
    assert database.scalar(select(func.count()).select_from(users.table)) == 0


def told() -> list[Any]:
    """Everything that the stories say, but for when."""
    u, m, c = users.table.c, messages.table.c, chats.table.c
    return [
        [tuple(row) for row in database.rows(rows)]
        for rows in (
            select(u.id, u.name, u.email, u.role).order_by(u.id),
            select(c.id, c.customer_id, c.agent_id, c.status, c.version).order_by(c.id),
            select(m.chat_id, m.seq, m.sender_id, m.line, m.text).order_by(m.id),
        )
    ]


def test_two_runs_tell_the_same_stories(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "LONG_CHAT", 20)
    assert flask(app, "seed", "demo").exit_code == 0
    first = told()
    People(has_addresses=False)
    random.seed(1)
    again = flask(app, "seed", "reset", "--yes")
    assert again.exit_code == 0, again.output
    assert told() == first


def test_a_reset_leaves_what_stands_in_pages_and_servers_of_others(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "LONG_CHAT", 20)
    site = site_list.first()
    assert site is not None
    secret = identities.rotate_secret_by_shell(site.key)
    draft = Draft("Hello", "a")
    for sub in ("7", "8"):
        until = int(time.time()) + 3600
        proof = jwt.encode({"sub": sub, "aud": site.key, "exp": until}, secret.secret, "HS256")
        on_a_page(site, credential := secrets.token_urlsafe(32))
        visitors.write_first(site, credential, draft, language="", address="10.0.0.1")
        assert identities.identify(site, credential, proof) is not None
    merged = secrets.token_urlsafe(32)
    visitors.write_first(site, merged, draft, language="", address="10.0.0.1")
    assert identities.identify(site, merged, proof) is not None
    again = flask(app, "seed", "reset", "--yes")
    assert again.exit_code == 0, again.output
    assert site_list.first() == site
    assert site_list.secrets(site.id) == [secret]


def test_a_reset_asks_first(app: Flask, people: People) -> None:
    send(people.lena, None, Draft("Hello", "a"))
    refused = flask(app, "seed", "reset", typed="n\n")
    assert refused.exit_code == 1
    assert database.scalar(select(func.count()).select_from(messages.table)) == 1


@pytest.mark.parametrize("words", [("seed", "demo"), ("seed", "reset", "--yes"), ("seed", "load")])
def test_demo_data_is_refused_in_production(app: Flask, people: People, words: tuple[str]) -> None:
    app.config["IS_PRODUCTION"] = True
    refused = flask(app, *words)
    assert refused.exit_code == 1
    assert "production" in refused.output
    assert len(database.rows(users.table.select())) == 7


def test_seeded_accounts_take_the_password_of_the_settings(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed, "LONG_CHAT", 2)
    app.config["SEED_PASSWORD"] = "another password"
    flask(app, "seed", "demo")
    assert role_of("agent@example.com", "another password") == "agent"
    with pytest.raises(Unauthorized):
        role_of("agent@example.com", "deskbell-demo")


def test_wrong_counts_are_told_and_mended(app: Flask, people: People) -> None:
    chat_id = send(people.lena, None, Draft("Hello", "a")).chat_id
    wrong = {"staff_unread": 5, "customer_unread": 1, "needs_reply": False, "last_seq": 99}
    with transaction() as tx:
        tx.run(update(chats.table).values(version=1, **wrong), {})
    checked = flask(app, "counts", "check")
    assert checked.exit_code == 1
    assert f"chat {chat_id}: staff_unread is 5, should be 1" in checked.output
    assert set(counts.wrong()[chat_id]) == {*wrong, "version"}
    assert flask(app, "counts", "mend").output == "1 mended\n"
    assert flask(app, "counts", "check").exit_code == 0


@pytest.mark.parametrize("is_demo", [True, False])
def test_setup_migrates_and_fills_a_new_database_in_demo_mode_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_demo: bool
) -> None:
    monkeypatch.setattr(seed, "LONG_CHAT", 2)
    app = create_app(settings_for(tmp_path / "new.db", DEMO="on" if is_demo else "off"))
    with app.app_context():
        for _ in range(2):  # again is fine
            done = flask(app, "setup")
            assert done.exit_code == 0, done.output
        assert bool(database.rows(users.table.select())) is is_demo
        db.engine.dispose()

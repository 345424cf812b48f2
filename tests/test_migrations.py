"""Migrations: up, down and up again with data, and what they make is what the models say."""

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

from app import create_app
from app.cli import seed
from app.extensions import db
from app.models.search import is_index
from app.operations import messages
from app.operations.messages import Draft
from app.queries import counts
from tests.conftest import settings_for
from tests.people import People

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
OPTIONS = {
    "compare_type": True,
    "include_name": lambda name, kind, _parents: kind != "table" or not is_index(name),
}
REVISIONS = [s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]  # newest first


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database."""
    settings = settings_for(tmp_path / "empty.db")
    if request.param == "postgresql":
        settings["DATABASE_URL"] = request.getfixturevalue("postgres").database()
    app = create_app(settings)
    with app.app_context():
        yield app
        db.engine.dispose()


def tables() -> set[str]:
    found = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not is_index(name)}


def test_up_down_and_up_again_with_data(app: Flask) -> None:
    flask_migrate.upgrade()
    assert tables() == set(db.metadata.tables)
    seed.plant()
    for revision in [*REVISIONS[1:], "base"]:
        flask_migrate.downgrade(revision=revision)
    assert tables() == set()
    for revision in reversed(REVISIONS):
        flask_migrate.upgrade(revision=revision)
    assert tables() == set(db.metadata.tables)
    people = People()
    sent = messages.send(people.lena, None, Draft("After all", "a"))
    assert messages.send(people.ana, sent.chat_id, Draft("Hello", "b")).id > sent.id
    assert counts.wrong() == {}


def test_models_and_migrations_agree(app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, db.metadata) == []


def test_constraints_are_named_as_the_models_name_them(app: Flask) -> None:
    flask_migrate.upgrade()
    there = inspect(db.engine)
    for table in db.metadata.sorted_tables:
        named = {constraint.name for constraint in table.constraints}
        made = [*there.get_foreign_keys(table.name), *there.get_unique_constraints(table.name)]
        made.append(there.get_pk_constraint(table.name))
        if db.engine.dialect.name == "sqlite" and table.dialect_options["sqlite"]["autoincrement"]:
            named = {name for name in named if name != f"pk_{table.name}"} | {None}  # it has none
        assert {constraint["name"] for constraint in made} == named, table.name


def test_partial_indexes_are_of_the_rows_that_the_models_say(app: Flask) -> None:
    flask_migrate.upgrade()
    name = db.engine.dialect.name
    for table in db.metadata.sorted_tables:
        said = {
            index.name: condition(index.dialect_options[name]["where"]) for index in table.indexes
        }
        found = inspect(db.engine).get_indexes(table.name)
        there = {
            each["name"]: condition(each.get("dialect_options", {}).get(f"{name}_where"))
            for each in found
            if not each.get("duplicates_constraint")
        }
        assert there == said, table.name


def condition(where: object) -> str:
    """However a database puts it into brackets, and says of which type each text is."""
    return "" if where is None else re.sub(r"[()]|::[a-z ]*[a-z]", "", str(where))


def test_a_migration_that_fails_leaves_nothing_behind(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(op, "create_table", once_in_a_while(op.create_table, 3, fail))
    with pytest.raises(OSError, match="power cut"):
        flask_migrate.upgrade()
    assert tables() == set()
    monkeypatch.undo()
    flask_migrate.upgrade()
    assert tables() == set(db.metadata.tables)


def once_in_a_while(real, times, otherwise):  # type: ignore[no-untyped-def]
    """`real` so many times, then `otherwise`."""
    left = iter(range(times))
    return lambda *a, **k: (real if next(left, None) is not None else otherwise)(*a, **k)


def test_there_is_one_head_and_numbers_that_follow_each_other() -> None:
    assert list(reversed(REVISIONS)) == [f"{n:04}" for n in range(1, len(REVISIONS) + 1)]

"""Runs migrations on the application's own engine, in one transaction."""

from alembic import context
from flask import current_app

from app.models.search import is_index

db = current_app.extensions["migrate"].db


def keep_quiet_when_nothing_changed(_context, _revision, directives):
    """`flask db migrate` writes no empty migration."""
    writing = getattr(context.config.cmd_opts, "autogenerate", False)
    if writing and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def is_of_a_model(name, kind, _parents) -> bool:
    """The index of messages is no table of SQLAlchemy's."""
    return kind != "table" or not is_index(name)


def run() -> None:
    with db.engine.connect() as connection:
        # To change a column SQLite makes the table anew, and drops the one that others refer to.
        check_references(connection, "OFF")
        migrate(connection)
        check_references(connection, "ON")


def check_references(connection, switch) -> None:
    if connection.dialect.name == "sqlite":
        connection.connection.dbapi_connection.execute(f"PRAGMA foreign_keys = {switch}")


def migrate(connection) -> None:
    """All in one transaction: SQLite, too, can do and undo DDL in one."""
    is_sqlite = connection.dialect.name == "sqlite"
    with connection.begin():
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            include_name=is_of_a_model,
            process_revision_directives=keep_quiet_when_nothing_changed,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("A migration leaves rows that refer to nothing.")


run()

"""Runs migrations on the application's own engine, in one transaction."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def keep_quiet_when_nothing_changed(_context, _revision, directives):
    """`flask db migrate` writes no empty migration."""
    writing = getattr(context.config.cmd_opts, "autogenerate", False)
    if writing and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def run() -> None:
    # All in one transaction: SQLite, too, can do and undo DDL in one.
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            process_revision_directives=keep_quiet_when_nothing_changed,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

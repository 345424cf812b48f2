"""What the groups of commands share: a refusal is one line on the shell, and exit status 1."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import ProgrammingError

from app.errors import ChatError

NO_TABLE = ("no such table", "UndefinedTable")  # SQLite's and PostgreSQL's words for it


class Group(AppGroup):
    """Commands that call operations and queries."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ChatError, ProgrammingError) as error:
            cause = str(error.__cause__ or error)
            if any(words in cause for words in NO_TABLE):
                raise click.ClickException(
                    "The database has no tables yet: run `flask --app wsgi setup` first."
                ) from error
            if isinstance(error, ProgrammingError):
                raise
            said = error.as_dict()
            words = dict.fromkeys([said["message"], *said.get("fields", {}).values()])
            raise click.ClickException("; ".join(words)) from error

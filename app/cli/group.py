"""What the groups of commands share: a refusal is one line on the shell, and exit status 1."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import ProgrammingError

from app.errors import ChatError

ID = click.IntRange(1, 10**16 - 1)  # as in a path: small enough for any database
NO_TABLE = ("no such table", "UndefinedTable")  # SQLite's and PostgreSQL's words for it

# It is not repeated: it may be a password.
NO_TEXT = "What was given is no text in UTF-8."


class Group(AppGroup):
    """Commands that call operations and queries."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Of its commands, too, before any of them has begun."""
        try:
            "".join(args).encode()
        except UnicodeEncodeError as error:
            raise click.ClickException(NO_TEXT) from error
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UnicodeError as error:  # of what was typed: a password
            raise click.ClickException(NO_TEXT) from error
        except (ChatError, ProgrammingError) as error:
            if any(words in f"{error} {error.__cause__}" for words in NO_TABLE):
                raise click.ClickException(
                    "The database has no tables yet: run `flask --app wsgi setup` first."
                ) from error
            if isinstance(error, ProgrammingError):
                raise
            said = error.as_dict()
            words = dict.fromkeys([said["message"], *said.get("fields", {}).values()])
            raise click.ClickException("; ".join(words)) from error

"""`flask doctor`: does it work here, as far as the server can tell."""

import sys

import click
from flask.cli import with_appcontext

from app.checkups import server
from app.checkups.server import Verdict


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check what Deskbell stands on, and say the fix of what is wrong.

    Exits with 1 where something has failed. What a browser alone can tell, and how many files the
    service may open, stands on the page "Does it work here?".
    """
    has_failed = False
    for row in server.rows(by_service=False):
        verdict, said, fix = row.finding
        has_failed = has_failed or verdict == Verdict.FAILED
        click.echo(f"{verdict:<8} {row.what}{f' ({said})' if said else ''}")
        if fix:
            click.echo(f"{'':<8} -> {fix}")
    sys.exit(has_failed)

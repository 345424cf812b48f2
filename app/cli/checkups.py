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

    Exits with 1 where something has failed. What a browser alone can tell stands on the page
    "Does it work here?".
    """
    rows = server.rows()
    for row in rows:
        verdict, said, fix = row.finding
        click.echo(f"{verdict:<8} {row.what}{f' ({said})' if said else ''}")
        if fix:
            click.echo(f"{'':<8} -> {fix}")
    sys.exit(any(row.finding.verdict == Verdict.FAILED for row in rows))

"""`flask audit`: what was done that somebody answers for."""

import click
from flask.cli import with_appcontext

from app.cli.group import ID
from app.clock import iso
from app.models.audits import Action, AuditState
from app.queries import audits

ACTIONS = click.Choice([action.value for action in Action])


@click.command("audit")
@click.option("--person", type=ID, help="By or about this one, by id.")
@click.option("--action", type=ACTIONS, help="Of this kind alone.")
@click.option("--before", type=ID, help="Older than this row.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_appcontext
def audit(person: int | None, action: str | None, before: int | None, limit: int) -> None:
    """List the audit log, newest first."""
    found = audits.page(person, (action and Action(action)) or None, before, limit)
    for row in found.rows:
        click.echo(line(row))


def line(row: AuditState) -> str:
    told = f"{row.id} {iso(row.created_at)} {row.action} by {by(row)}"
    if row.subject_id is not None:
        told += f", {row.about or 'subject'} {row.subject_id}"
    if row.chat_id is not None:
        told += f", chat {row.chat_id}"
    return f"{told} {row.details}" if row.said else told


def by(row: AuditState) -> str:
    if row.actor_id is not None:
        return f"person {row.actor_id}"
    return f"rule {row.said['rule']}" if "rule" in row.said else "the desk"

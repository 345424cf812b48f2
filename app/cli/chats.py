"""`flask chats …`: nobody who waits is out of everybody's sight."""

import click
from flask import current_app

from app import clock
from app.cli.group import Group
from app.models import database
from app.operations.assignments import UNATTENDED

group = Group("chats", help="Prove that no customer is forgotten.")
SLACK_SECONDS = 30  # in which the server looks several times


@group.command("unattended")
def unattended() -> None:
    """List open chats that need a reply and whose agent has gone; exit 1 when there is one."""
    seconds = current_app.config["AWAY_SECONDS"] + SLACK_SECONDS
    found = database.rows(UNATTENDED, gone_at=clock.now() - seconds * 1000)
    for row in found:
        click.echo(f"chat {row.id}: its agent has gone")
    click.echo(f"{len(found)} unattended")
    if found:
        raise SystemExit(1)

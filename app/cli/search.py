"""`flask search …`: the index of what is said."""

import click

from app.cli.group import Group
from app.operations import attributes, search
from app.operations.transaction import transaction

TOGETHER = 500

group = Group("search", help="Make the index of what is said.")


@group.command("rebuild")
def rebuild() -> None:
    """Make it anew. A desk that runs goes on meanwhile, and finds what is in it already."""
    with transaction() as tx:
        search.forget_all(tx)
    done = 0
    while more := search.catch_up(TOGETHER):
        done += more
        click.echo(f"\r{done:,} messages", nl=False)
    click.echo(f"\r{done:,} messages")
    click.echo(f"{search.index_notes():,} notes")
    click.echo(f"{attributes.index_all(rest=0):,} customers of whom sites say something")

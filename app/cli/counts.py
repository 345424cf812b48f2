"""`flask counts …`: what is stored for speed, proved right."""

import click
from sqlalchemy import text, update

from app.cli.group import Group
from app.models import chats
from app.operations.transaction import transaction
from app.queries import counts

group = Group("counts", help="Prove the stored unread counts and last messages.")


@group.command("check")
def check() -> None:
    """Compare what chats store with what their messages say; exit 1 when one is off."""
    wrong = counts.wrong()
    for chat_id, found in wrong.items():
        for name, (stored, true) in found.items():
            click.echo(f"chat {chat_id}: {name} is {stored}, should be {true}")
    click.echo(f"{len(wrong)} wrong")
    if wrong:
        raise SystemExit(1)


@group.command("mend")
def mend() -> None:
    """Store the true values where others stand."""
    with transaction() as tx:
        # Nothing is sent between the comparison and what is written, or that would undo it. SQLite
        # has one writer in any case.
        if tx.connection.dialect.name == "postgresql":
            tx.run(text("LOCK TABLE chats IN EXCLUSIVE MODE"), {})
        wrong = counts.wrong(tx.connection)
        for chat_id, found in wrong.items():
            values = {name: true for name, (_stored, true) in found.items()}
            tx.run(update(chats.table).where(chats.table.c.id == chat_id).values(**values), {})
    click.echo(f"{len(wrong)} mended")

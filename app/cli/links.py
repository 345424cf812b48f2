"""`flask links …`: links in mail that lead back into a chat."""

import click

from app.cli.group import ID, Group
from app.operations import chat_links

group = Group("links", help="End links in mail that lead back into a chat.")


@group.command("revoke")
@click.argument("chat_id", type=ID)
def revoke(chat_id: int) -> None:
    """End all links into a chat, and what was let in by them."""
    click.echo(f"{chat_links.revoke(chat_id)} revoked")

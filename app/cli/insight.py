"""`flask insight …`: what reports count is kept beside the messages, and proved right."""

import click

from app.cli.group import Group
from app.operations import insight

group = Group("insight", help="Prove what is kept for reports.")


@group.command("check")
def check() -> None:
    """Count all that is kept from the messages; exit 1 when something is off."""
    wrong = insight.check()
    tell(wrong)
    click.echo(f"{len(wrong)} wrong")
    if wrong:
        raise SystemExit(1)


@group.command("mend")
def mend() -> None:
    """The same, and keep anew the chats of which something is off."""
    wrong = insight.check()
    tell(wrong)
    insight.mend(wrong)
    click.echo(f"{len(wrong)} mended")


def tell(wrong: dict[int, list[str]]) -> None:
    for chat_id, found in wrong.items():
        for each in found:
            click.echo(f"chat {chat_id}: {each}")

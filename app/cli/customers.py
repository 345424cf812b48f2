"""`flask customers …`: what is kept of a customer."""

from pathlib import Path

import click

from app.cli.group import ID, Group
from app.errors import NotFound
from app.files import exports
from app.models.users import Role
from app.operations import erasures
from app.operations import exports as operations
from app.queries import users

group = Group("customers", help="What is kept of a customer.")


def an_id_or_address(context: click.Context, option: click.Parameter, named: str) -> str:
    if named.isdecimal():
        ID(named, option, context)
    return named


@group.command("export")
@click.argument("customer", callback=an_id_or_address)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(customer: str, file: Path) -> None:
    """Write all that is kept of CUSTOMER (an id or an e-mail address) to FILE, a ZIP."""
    customer_id = erasures.customer_called(customer)
    person = users.person(customer_id)
    if person is None or person.role != Role.CUSTOMER or person.is_erased:
        raise NotFound
    if file.exists():
        raise click.ClickException(f"{file} is there already.")
    exports.write(customer_id, file)
    operations.record_by_shell(customer_id)
    click.echo(f"{click.format_filename(file)}: {file.stat().st_size:,} bytes")


@group.command("erase")
@click.argument("customer", callback=an_id_or_address)
@click.option("--name", help="Their name as it is written; without it one is asked.")
def erase(customer: str, name: str | None) -> None:
    """Erase CUSTOMER (an id or an e-mail address) for good, with all of their chats."""
    customer_id = erasures.customer_called(customer)
    if name is None:
        person = users.person(customer_id)
        if person is not None:
            click.echo(f"{person.name} (id {customer_id}) will be gone for good.")
        name = click.prompt("Their name, to go on")
    gone = erasures.erase_by_shell(customer_id, name)
    click.echo(f"{gone.chats} chats and {gone.messages} messages erased.")
    click.echo("What their files held goes as soon as the server, or `flask worker`, runs.")
    click.echo("Backups that were made before hold all of it (docs/privacy.md).")

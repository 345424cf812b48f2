"""`flask users …`: making and changing accounts."""

import secrets

import click

from app.cli.group import Group
from app.direction import straight
from app.mail.invitations import link_of
from app.models.users import Role
from app.operations import invitations, users

group = Group("users", help="Make and change accounts.")
ROLES = click.Choice([role.value for role in Role])
INVITED = click.Choice([role.value for role in Role if role != Role.CUSTOMER])


@group.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=ROLES)
@click.option("--password", help="Without it one is made and printed.")
def create(email: str, name: str, role: str, password: str | None) -> None:
    """Make an account."""
    made = secrets.token_urlsafe(12) if password is None else password
    actor = users.create(name, email, made, role)
    click.echo(f"{actor.email} ({actor.role}, id {actor.id})")
    if password is None:
        click.echo(f"password: {made}")


@group.command("invite")
@click.option("--email", required=True)
@click.option("--role", required=True, type=INVITED)
def invite(email: str, role: str) -> None:
    """Print a link by which somebody makes their account, within a week and once."""
    click.echo(link_of(invitations.make_by_shell(email, role)))


@group.command("set-password")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def set_password(email: str, password: str) -> None:
    """Give an account a new password; what was issued before ends."""
    users.set_password(email, password)
    click.echo(f"{email}: password set")


@group.command("set-role")
@click.argument("email")
@click.argument("role", type=ROLES)
def set_role(email: str, role: str) -> None:
    """Give an account another role; what was issued before ends."""
    users.set_role(email, role)
    click.echo(f"{email}: {role}")


@group.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """Lock an account out; its sessions, tokens and sockets end."""
    users.deactivate(email)
    click.echo(f"{email}: deactivated")


@group.command("reactivate")
@click.argument("email")
def reactivate(email: str) -> None:
    """Let a deactivated account log in again."""
    users.reactivate(email)
    click.echo(f"{email}: reactivated")


@group.command("set-name")
@click.argument("email")
@click.argument("name")
def set_name(email: str, name: str) -> None:
    """Give somebody another name; what they said keeps standing."""
    after = users.set_name(email, name)
    click.echo(f"{after.email}: {straight(after.name)}")


@group.command("set-email")
@click.argument("email")
@click.argument("new")
def set_email(email: str, new: str) -> None:
    """Give somebody another address, by which they log in from now on."""
    after = users.set_email(email, new)
    click.echo(f"{email}: {after.email}")

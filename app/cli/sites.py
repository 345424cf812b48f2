"""`flask sites …`: the sites that embed the chat."""

from typing import Any

import click

from app.cli.group import Group
from app.direction import straight
from app.models.sites import Edge, SiteState
from app.operations import identities, sites
from app.queries import sites as queries

group = Group("sites", help="Set up the sites that embed the chat.")
SETTINGS = (
    click.option("--name", help="As visitors read it."),
    click.option("--origin", "origins", multiple=True, help="Who may embed it; again for another."),
    click.option("--colour", help="For example #0f766e."),
    click.option("--edge", type=click.Choice([edge.value for edge in Edge])),
    click.option("--distance", type=int, help="Pixels from the edges."),
    click.option("--greeting", help="What stands beside the button."),
)


def settings(command: Any) -> Any:
    for option in reversed(SETTINGS):
        command = option(command)
    return command


@group.command("list")
def list_sites() -> None:
    """Key, name and allowed origins of each site."""
    for site in queries.every():
        click.echo(told(site))


@group.command("create")
@settings
def create(**given: Any) -> None:
    """Make a site; its key goes into the line that embeds it."""
    click.echo(told(sites.create_by_shell(**said(given))))


@group.command("set")
@click.argument("key")
@click.option("--no-origins", is_flag=True, help="Nobody may embed it.")
@settings
def change(key: str, no_origins: bool, **given: Any) -> None:
    """Change what is said of a site; named origins take the place of those before."""
    wanted = said(given) | ({"origins": []} if no_origins else {})
    click.echo(told(sites.edit_by_shell(key, **wanted)))


@group.command("rotate")
@click.argument("key")
def rotate(key: str) -> None:
    """Give a site another key; pages that carry the old one show no chat."""
    click.echo(told(sites.rotate_by_shell(key)))


@group.command("secret")
@click.argument("key")
def secret(key: str) -> None:
    """Make a secret with which the site's server says who somebody is; kid and secret."""
    made = identities.rotate_secret_by_shell(key)
    click.echo(f"{made.kid}  {made.secret}")


def said(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in given.items() if value not in (None, ())}


def told(site: SiteState) -> str:
    origins = " ".join(site.allowed) or "no origin"
    return f"{site.key}  {straight(site.name) or 'no name yet'}  {origins}"

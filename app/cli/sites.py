"""`flask sites …`: the sites that embed the chat."""

from collections.abc import Collection, Iterable
from typing import Any

import click
from flask import current_app

from app.cli.group import Group
from app.direction import straight
from app.hours import DAYS
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
    click.option("--time-zone", help="For example Europe/Berlin."),
    click.option("--hours", multiple=True, help='For example "mon-fri 9-12:30, 13:30-18"; again.'),
    click.option("--holiday", "holidays", multiple=True, help='"2026-12-24 Christmas Eve"; again.'),
    click.option("--country", help="Whose public holidays are kept, for example DE."),
    click.option("--region", help="Of that country, for example BY."),
    click.option("--away-text", help="What is said while nobody is there."),
    click.option("--language", "languages", multiple=True, help="Of the chat; again for another."),
    click.option("--asks-first/--asks-nothing", default=None, help="Name and address first."),
    click.option("--rating", help="Asked once a chat is closed: off, thumbs or stars."),
    click.option("--bot", help="Names articles while a first question waits: off or on."),
    click.option("--asks-topic/--asks-no-topic", default=None, help="A topic is chosen first."),
    click.option("--team", "team_id", type=int, help="Whose its chats are, by its number."),
    click.option("--answer-minutes", type=int, help="Of opening hours, for the first answer."),
    click.option("--for-desk/--not-for-desk", default=None, help="The desk's own hours, too."),
    click.option("--wants-email/--email-optional", default=None, help="The address must be said."),
)
SHORT = [day[:3] for day in DAYS]
NONE_OF = ("origins", "hours", "holidays", "languages")


def settings(command: Any) -> Any:
    for option in reversed(SETTINGS):
        command = option(command)
    return command


@group.command("list")
def list_sites() -> None:
    """Key, name and allowed origins of each site, and whose hours are the desk's own."""
    for site in queries.every():
        click.echo(told(site))


@group.command("create")
@settings
def create(**given: Any) -> None:
    """Make a site, and print the line to paste into its pages."""
    before = queries.for_desk()
    made = sites.create_by_shell(**said(given))
    tell(made, before)
    desk = (current_app.config["PUBLIC_URL"] or "https://desk.example.com").rstrip("/")
    click.echo(f'<script async src="{desk}/widget.js" data-site="{made.key}"></script>')


@group.command("set")
@click.argument("key")
@click.option("--no-origins", is_flag=True, help="Nobody may embed it.")
@click.option("--no-hours", is_flag=True, help="Nothing is said of hours.")
@click.option("--no-holidays", is_flag=True, help="None of its own.")
@click.option("--all-languages", "no_languages", is_flag=True, help="Those of the desk.")
@settings
def change(key: str, **given: Any) -> None:
    """Change what is said of a site; named origins take the place of those before.

    So do hours, holidays and languages.
    """
    none = {name for name in NONE_OF if given.pop(f"no_{name}")}
    before = queries.for_desk()
    tell(sites.edit_by_shell(key, **said(given, none)), before)


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


def said(given: dict[str, Any], none: Collection[str] = ()) -> dict[str, Any]:
    """The options that were given, and those of which there are to be none."""
    wanted = {
        name: value for name, value in given.items() if name in none or value not in (None, ())
    }
    if "hours" in wanted:
        wanted["hours"] = week_of(wanted["hours"])
    if "holidays" in wanted:
        wanted["holidays"] = "\n".join(wanted["holidays"])
    return wanted


def week_of(lines: Iterable[str]) -> list[str]:
    """By day, Monday first, what lines like `mon-fri 9-17` say of it."""
    week = [""] * len(DAYS)
    for line in lines:
        days, _, text = line.partition(" ")
        ends = days.lower().split("-")
        if len(ends) > 2 or not set(ends) <= set(SHORT):
            raise click.BadParameter(f"{straight(days)} names no days: mon, or mon-fri")
        begin, end = SHORT.index(ends[0]), SHORT.index(ends[-1])
        for day in range(begin, end + 1 if end >= begin else end + 1 + len(DAYS)):
            week[day % len(DAYS)] += f" {text}"
    return week


def told(site: SiteState) -> str:
    origins = " ".join(site.allowed) or "no origin"
    speaks = "  (the desk's own hours, too)" if site.for_desk else ""
    return f"{site.key}  {straight(site.name) or 'no name yet'}  {origins}{speaks}"


def tell(site: SiteState, before: SiteState | None) -> None:
    """The site as it is now, and the one before whose hours are the desk's no more by that."""
    click.echo(told(site))
    if site.for_desk and before is not None and before.id != site.id:
        click.echo(f"no longer the desk's own hours: {told(before._replace(for_desk=False))}")

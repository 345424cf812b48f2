"""`flask setup`: everything ready to serve, in one step."""

import json
from pathlib import Path

import click
import flask_migrate
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select, update

from app.cli import seed
from app.models import database, sites, users
from app.operations.transaction import transaction


@click.command("setup")
@with_appcontext
def command() -> None:
    """Compile translations, migrate the database; in demo mode fill a new one with demo data."""
    prepare()


def prepare() -> None:
    compile_catalogues()
    flask_migrate.upgrade()
    if current_app.config["DEMO"] and not database.scalar(
        select(func.count()).select_from(users.table)
    ):
        seed.plant()


def let_demo_shop_in(port: int) -> None:
    """The demo's shop is on another name of this machine, which may embed the chat."""
    s = sites.table.c
    first = select(func.min(s.id)).scalar_subquery()
    allow = update(sites.table).where(s.id == first, s.origins == "[]")
    with transaction() as tx:
        tx.run(allow.values(origins=json.dumps([f"http://localhost:{port}"])), {})


def compile_catalogues() -> None:
    """Makes each catalogue that is missing or older than its text readable for the program."""
    for source in Path(current_app.config["BABEL_TRANSLATION_DIRECTORIES"]).glob("*/*/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text, compiled.open("wb") as binary:
            write_mo(binary, read_po(text))

"""Deskbell: a self-hosted support chat. `create_app` builds it, with everything in plain sight."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

import config
from app.routes import Route

ROOT = Path(__file__).resolve().parent.parent


class Desk(Flask):
    url_rule_class = Route


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application. `settings` take precedence over the environment (see `config.SETTINGS`)."""
    app = Desk(
        "deskbell",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(config.read() if settings is None else config.read(settings))

    from app import (
        announce,
        api,
        cli,
        doors,
        embed,
        health,
        languages,
        logs,
        pages,
        protocols,
        realtime,
        sockets,
    )
    from app.auth import session
    from app.auth.proof import is_proved
    from app.extensions import csrf, db, migrate
    from app.models import database
    from app.operations import deliveries, limits, screens, typing, writers
    from app.protocols import deliver as older
    from app.realtime import deliver
    from app.webhooks import incoming

    logs.init_app(app)
    doors.init_app(app)  # first of all that see a request, so that a refusal has its id too
    languages.init_app(app)
    db.init_app(app)
    database.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    writers.init_app(app)
    deliveries.init_app(app)
    limits.init_app(app)
    screens.init_app(app)
    session.init_app(app)
    csrf.is_proved = is_proved
    csrf.init_app(app)

    pages.init_app(app)
    api.init_app(app)
    embed.init_app(app)
    incoming.init_app(app)
    app.register_blueprint(health.bp)
    sockets.init_app(app)
    realtime.init_app(app)
    protocols.init_app(app)
    cli.init_app(app)

    announce.init_app(app, deliverers=[typing.hear, deliver.deliver, older.deliver])
    return app

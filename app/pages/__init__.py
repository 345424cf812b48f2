"""Pages for people: HTML whole, or in the parts that HTMX asks for.

`docs/pages.md` is the contract between views, templates and scripts.
"""

from flask import Flask

from app.pages import (  # noqa: F401  (each registers its views)
    account,
    archives,
    assets,
    assignments,
    blocks,
    canned_answers,
    chats,
    closures,
    customers,
    dashboard,
    demo,
    edits,
    files,
    filters,
    forwards,
    frames,
    icon,
    jobs,
    links,
    login,
    mail,
    messages,
    overview,
    people,
    redactions,
    sites,
    visitors,
    widget,
)
from app.pages.blueprint import bp, page_values


def init_app(app: Flask) -> None:
    filters.init_app(app)
    assets.init_app(app)
    app.register_blueprint(bp)
    app.context_processor(page_values)

"""Pages for people: HTML whole, or in the parts that HTMX asks for.

`docs/pages.md` is the contract between views, templates and scripts.
"""

from flask import Flask

from app.pages import (  # noqa: F401  (each registers its views)
    account,
    actions,
    archives,
    articles,
    assets,
    assignments,
    audits,
    availability,
    blocks,
    board,
    bots,
    canned_answers,
    chats,
    checkups,
    closures,
    customers,
    dashboard,
    demo,
    edits,
    erasures,
    exports,
    files,
    filters,
    forwards,
    frames,
    holds,
    icon,
    incoming,
    insight,
    invitations,
    jobs,
    keys,
    links,
    login,
    mail,
    merges,
    messages,
    notes,
    overview,
    passwords,
    people,
    pins,
    priorities,
    ratings,
    redactions,
    reports,
    rules,
    saved_views,
    search,
    sites,
    snoozes,
    supervision,
    tags,
    teams,
    topics,
    transcripts,
    unread_marks,
    visitors,
    webhooks,
    widget,
    word_lists,
)
from app.pages.blueprint import bp, page_values


def init_app(app: Flask) -> None:
    filters.init_app(app)
    assets.init_app(app)
    app.register_blueprint(bp)
    app.context_processor(page_values)

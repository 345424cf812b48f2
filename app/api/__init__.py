"""REST under `/api/v1`, by bearer token, documented at `/api/docs`. One file a noun."""

from flask import Flask

# The order in which they are imported is the order of the documentation.
# isort: off
from app.api import auth  # noqa: F401
from app.api import me  # noqa: F401
from app.api import passwords  # noqa: F401
from app.api import chats  # noqa: F401
from app.api import messages  # noqa: F401
from app.api import edits  # noqa: F401
from app.api import redactions  # noqa: F401
from app.api import forwards  # noqa: F401
from app.api import notes  # noqa: F401
from app.api import mentions  # noqa: F401
from app.api import reactions  # noqa: F401
from app.api import files  # noqa: F401
from app.api import receipts  # noqa: F401
from app.api import typing  # noqa: F401
from app.api import assignments  # noqa: F401
from app.api import closures  # noqa: F401
from app.api import archives  # noqa: F401
from app.api import transcripts  # noqa: F401
from app.api import ratings  # noqa: F401
from app.api import bots  # noqa: F401
from app.api import blocks  # noqa: F401
from app.api import presence  # noqa: F401
from app.api import users  # noqa: F401
from app.api import invitations  # noqa: F401
from app.api import customers  # noqa: F401
from app.api import exports  # noqa: F401
from app.api import erasures  # noqa: F401
from app.api import merges  # noqa: F401
from app.api import search  # noqa: F401
from app.api import snoozes  # noqa: F401
from app.api import saved_views  # noqa: F401
from app.api import actions  # noqa: F401
from app.api import unread_marks  # noqa: F401
from app.api import pins  # noqa: F401
from app.api import priorities  # noqa: F401
from app.api import tags  # noqa: F401
from app.api import teams  # noqa: F401
from app.api import topics  # noqa: F401
from app.api import availability  # noqa: F401
from app.api import canned_answers  # noqa: F401
from app.api import reports  # noqa: F401
from app.api import supervision  # noqa: F401
from app.api import holds  # noqa: F401
from app.api import word_lists  # noqa: F401
from app.api import audits  # noqa: F401
from app.api import insight  # noqa: F401
from app.api import board  # noqa: F401
from app.api import articles  # noqa: F401
from app.api import sites  # noqa: F401
from app.api import rules  # noqa: F401
from app.api import webhooks  # noqa: F401
from app.api import incoming  # noqa: F401
from app.api import keys  # noqa: F401

# isort: on
from app.api import docs, origins
from app.api.endpoint import door


def init_app(app: Flask) -> None:
    """Hangs every endpoint of the API on the app, and its documentation."""
    door.init_app(app)
    app.register_blueprint(docs.bp)
    origins.init_app(app)

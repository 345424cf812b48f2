"""What stands between the messages of a chat for staff alone: templates that customers are shown
name nothing of it."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import render_template
from markupsafe import Markup

from app.queries import notes
from app.queries.messages import END, MessagePage


class Beside(NamedTuple):
    """The version of the chat's notes, and their HTML before the message of each `seq`, and at
    the end of the page that of none."""

    version: int
    html: Mapping[int | None, Markup]


def beside(chat_id: int, page: MessagePage, before: int = END) -> Beside:
    found = notes.beside(chat_id, page, before)
    html = {
        seq: Markup("").join(
            Markup(render_template("_note.html", note=note, names=found.names))  # noqa: S704
            for note in some
        )
        for seq, some in found.before.items()
    }
    return Beside(found.version, html)

"""The HTML that goes out with an event, for pages: the same partials that pages are made of."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import force_locale

from app.models.chats import ChatState
from app.models.messages import MessageState
from app.models.notes import NoteState
from app.queries.related import Related
from app.queries.tags import BesideRow
from app.queries.targets import Due


def message_html(
    message: MessageState,
    locale: str,
    customer_id: int,
    related: Related,
    *,
    for_staff: bool = False,
) -> str:
    values = {"message": message, "customer_id": customer_id, "related": related}
    values["is_for_staff"] = for_staff
    return rendered("_message.html", locale, **values)


def note_html(note: NoteState, locale: str, names: Mapping[int, str]) -> str:
    return rendered("_note.html", locale, note=note, names=names)


def row_html(
    chat: ChatState,
    locale: str,
    beside: BesideRow,
    question: Due | None,
    sender_name: str | None,
) -> str:
    values = {"chat": chat, "sender_name": sender_name, "question": question, **beside._asdict()}
    return rendered("_chat_row.html", locale, **values)


def rendered(template: str, locale: str, **values: Any) -> str:
    with force_locale(locale):
        return current_app.jinja_env.get_template(template).render(**values)

"""The HTML that goes out with an event, for pages: the same partials that pages are made of."""

from typing import Any

from flask import current_app
from flask_babel import force_locale

from app.models.chats import ChatState
from app.models.messages import MessageState
from app.queries.related import Related


def message_html(message: MessageState, locale: str, customer_id: int, related: Related) -> str:
    values = {"message": message, "customer_id": customer_id, "related": related}
    return rendered("_message.html", locale, **values)


def row_html(
    chat: ChatState, locale: str, *, is_online: bool, sender_name: str | None = None
) -> str:
    values = {"chat": chat, "is_online": is_online, "sender_name": sender_name}
    return rendered("_chat_row.html", locale, **values)


def rendered(template: str, locale: str, **values: Any) -> str:
    with force_locale(locale):
        return current_app.jinja_env.get_template(template).render(**values)

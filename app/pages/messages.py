"""A chat's messages: older pages, and sending without JavaScript."""

from collections.abc import Mapping
from hashlib import sha256

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import login_required, the_actor
from app.errors import Conflict, Invalid, TooFast, TooLong, Unavailable
from app.models.messages import clean
from app.operations import access
from app.operations import messages as sending
from app.operations.messages import Draft
from app.pages.beside import beside
from app.pages.blueprint import bp, see_other
from app.pages.chats import inbox_page
from app.pages.forms import id_of
from app.queries import messages

# What is refused for these is given back to its writer, in the composer.
MANY = 500  # messages, on the way to one that is far back
REFUSALS = (Conflict, Invalid, TooFast, TooLong, Unavailable)


@bp.get("/chats/<id:chat_id>/messages")
@login_required
def older_messages(chat_id: int) -> str:
    """A page, or with `to`, the id of a message further up, many at once on the way there."""
    chat = access.chat_for(the_actor(), chat_id)
    limit = MANY if request.args.get("to") else messages.PAGE
    before = seq_of(request.args.get("before", ""))
    with_held = access.sees_held(the_actor(), chat)
    page = messages.shown(chat.id, before, limit, with_held=with_held)
    values = {"beside": beside(chat.id, page, before)} if the_actor().is_staff else {}
    return render_template("_messages.html", chat=chat, history=page, **values)


@bp.post("/chats/<id:chat_id>/messages")
@login_required
def send_message(chat_id: int) -> Response | tuple[str, int]:
    actor, draft = the_actor(), draft_of(request.form)
    try:
        sending.send(actor, chat_id, draft)
    except REFUSALS as error:
        if not actor.is_staff:
            raise
        chat = access.chat_for(actor, chat_id)
        return inbox_page(chat, written=draft.text, refusal=error), error.status
    if actor.is_staff:
        return see_other(url_for("pages.chat", chat_id=chat_id))
    return see_other(url_for("pages.widget" if actor.is_customer else "pages.dashboard"))


def draft_of(form: Mapping[str, str]) -> Draft:
    """What a form says, under a name of its own: the same words of the same form are one message,
    however often they come, and other words of it are another."""
    text, name, form_id = (form.get(key, "") for key in ("message", "client_id", "form_id"))
    if form_id and not name:
        words = clean(text).strip().encode(errors="replace")
        name = f"{form_id}-{sha256(words).hexdigest()[:16]}"
    topic = form.get("topic_id", "")
    return Draft(text, name or None, topic_id=id_of(topic) if topic else None)


def seq_of(text: str) -> int:
    return id_of(text) if text else messages.END

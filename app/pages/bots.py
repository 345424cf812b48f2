"""What the bot has named, in the widget: whether it helped, or a person is wanted."""

from contextlib import suppress

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import customer_required, the_actor
from app.errors import Conflict
from app.operations import access, bots
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.forms import id_of
from app.queries import bots as queries


@bp.get("/widget/answer")
@customer_required
def automatic_answer() -> str:
    chat = access.own_chat(the_actor())
    return render_template("_widget_bot.html", bot_is_on=True, offered=queries.offered_in(chat))


@bp.post("/widget/answer")
@customer_required
def settle_answer() -> Response | str:
    """`chat_id`, and `helped` where it did. What is asked no longer is no error."""
    chat_id = id_of(request.form.get("chat_id", ""))
    with suppress(Conflict):
        bots.settle(the_actor(), chat_id, has_helped="helped" in request.form)
    if wants_part():
        return render_template("_widget_bot.html", bot_is_on=True, offered=None)
    return see_other(url_for("pages.widget"))

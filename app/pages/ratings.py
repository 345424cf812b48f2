"""What a chat was like: asked in the widget, once it is closed."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import customer_required, the_actor
from app.errors import Conflict
from app.operations import access, ratings
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.forms import id_of
from app.queries import ratings as queries
from app.queries.holds import told_of_own


@bp.get("/widget/rating")
@customer_required
def rating() -> str:
    chat = told_of_own(the_actor(), access.own_chat(the_actor()))
    asked = queries.asked_of(the_actor(), chat)
    return render_template("_widget_rating.html", chat=chat, rating=asked)


@bp.post("/widget/rating")
@customer_required
def rate() -> Response | str:
    """`value` and `words`, or `dismiss`. What is asked no longer is no error to who was asked."""
    chat_id, value = id_of(request.form.get("chat_id", "")), request.form.get("value", "")
    is_said = bool(value) and "dismiss" not in request.form
    try:
        if is_said:
            ratings.rate(the_actor(), chat_id, id_of(value), request.form.get("words", ""))
        else:
            ratings.dismiss(the_actor(), chat_id)
    except Conflict:
        is_said = False
    if wants_part():
        return render_template("_widget_rating.html", rating=None, is_said=is_said)
    return see_other(url_for("pages.widget"))

"""The lists that staff keeps under a name: made and removed in a dialog of the inbox."""

from flask import render_template

from app.auth.session import staff_required, the_actor
from app.pages.blueprint import bp
from app.queries import saved_views as queries


@bp.get("/admin/messages/views")
@staff_required
def saved_views() -> str:
    return render_template("_saved_views.html", views=queries.at_hand(the_actor()))

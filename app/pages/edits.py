"""What a message said before it was edited."""

from flask import render_template

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.pages.blueprint import bp
from app.queries import edits


@bp.get("/admin/earlier-texts/<id:message_id>")
@staff_required
def earlier_texts(message_id: int) -> str:
    message = access.message_for(the_actor(), message_id)
    return render_template("_earlier_texts.html", texts=edits.earlier_texts(message.id))

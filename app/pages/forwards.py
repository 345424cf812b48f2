"""Where a message can be forwarded to, and where a forwarded one comes from."""

from flask import render_template, request

from app.auth.session import staff_required, the_actor
from app.operations import access
from app.pages.blueprint import bp, searched
from app.queries import forwards


@bp.get("/admin/forwards/<id:message_id>/choices")
@staff_required
def forward_choices(message_id: int) -> str:
    message = access.message_for(the_actor(), message_id)
    search = searched()
    found = forwards.choices(the_actor(), message, search)
    part = "_forward.html" if request.args.get("q") is None else "_forward_choices.html"
    return render_template(part, message=message, rows=found, search=search)


@bp.get("/admin/forwards/<id:message_id>")
@staff_required
def forward_origin(message_id: int) -> str:
    message = access.message_for(the_actor(), message_id)
    return render_template("_forward_origin.html", origin=forwards.origin(message.id))

"""Erasing a customer, from their page."""

from flask import request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import Invalid
from app.operations import erasures
from app.pages.blueprint import bp, see_other
from app.pages.customers import page_of


@bp.post("/admin/customers/<id:user_id>/erasure")
@staff_required
def erase_customer(user_id: int) -> Response | tuple[str, int]:
    try:
        erasures.erase(the_actor(), user_id, request.form.get("name", ""))
    except Invalid as error:
        return page_of(user_id, refusal=error), error.status
    return see_other(url_for("pages.inbox"))

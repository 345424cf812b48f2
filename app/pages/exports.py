"""All that is kept of a customer as one file: asked for on their page, and fetched there."""

from flask import Response, render_template, send_file, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from app.auth.session import staff_required, the_actor
from app.errors import NotFound
from app.files.exports import place_of
from app.models.exports import ExportState
from app.operations import exports
from app.pages.blueprint import bp, see_other, wants_part


@bp.get("/admin/customers/<id:user_id>/export")
@staff_required
def export(user_id: int) -> Response | str:
    """The file; for HTMX what became of it."""
    made = exports.of_customer(the_actor(), user_id)
    if wants_part():
        return part_of(user_id, made)
    if made is None or not made.is_ready or not place_of(made).is_file():
        raise NotFound
    answer = send_file(
        place_of(made).absolute(),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"customer-{user_id}.zip",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post("/admin/customers/<id:user_id>/export")
@staff_required
def ask_export(user_id: int) -> str | BaseResponse:
    made = exports.ask(the_actor(), user_id, str(get_locale()))
    if wants_part():
        return part_of(user_id, made)
    return see_other(url_for("pages.customer_page", user_id=user_id) + "#export")


def part_of(user_id: int, made: ExportState | None) -> str:
    return render_template("_export.html", user_id=user_id, export=made)

"""The page of canned answers: all that one has at hand, one of them, and files of them."""

from typing import Any

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import ChatError, Invalid, NotFound
from app.models.canned_answers import CannedAnswerState
from app.operations import canned_answers as operations
from app.pages.blueprint import bp, searched, see_other
from app.pages.forms import CannedAnswerForm, show_errors
from app.queries import canned_answers as queries
from app.queries import inbox

MOST = 200  # on the page; a search narrows it
CSV = "text/csv; charset=utf-8"


@bp.get("/admin/canned-answers")
@staff_required
def canned_answers() -> str:
    return listed()


def listed(refusal: ChatError | None = None) -> str:
    search = searched()
    staff = the_actor()
    found = queries.found(staff, search, MOST) if search else queries.all_at_hand(staff, MOST)
    return page("canned_answers.html", answers=found, search=search, refusal=refusal)


@bp.route("/admin/canned-answers/new", methods=["GET", "POST"])
@staff_required
def new_canned_answer() -> Response | str | tuple[str, int]:
    return page_of(CannedAnswerForm(None), None)


@bp.route("/admin/canned-answers/<id:answer_id>", methods=["GET", "POST"])
@staff_required
def canned_answer(answer_id: int) -> Response | str | tuple[str, int]:
    found = queries.at_hand(the_actor(), answer_id)
    if found is None:
        raise NotFound
    return page_of(CannedAnswerForm(found), found)


@bp.post("/admin/canned-answers/<id:answer_id>/removal")
@staff_required
def remove_canned_answer(answer_id: int) -> Response:
    operations.remove(the_actor(), answer_id)
    return see_other(url_for("pages.canned_answers"))


@bp.get("/admin/canned-answers/file")
@staff_required
def canned_answers_file() -> FlaskResponse:
    """Everybody's, or one's own, as CSV."""
    is_shared = request.args.get("of") != "mine"
    every = queries.all_at_hand(the_actor())
    text = queries.as_csv(each for each in every if each.is_shared == is_shared)
    name = "canned-answers.csv" if is_shared else "my-canned-answers.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return FlaskResponse("\ufeff" + text, content_type=CSV, headers=headers)


@bp.post("/admin/canned-answers/file")
@staff_required
def bring_in_canned_answers() -> Response | tuple[str, int]:
    try:
        text = sent_file()
        count = operations.bring_in(the_actor(), "is_shared" in request.form, text)
    except Invalid as error:
        return listed(error), error.status
    return see_other(url_for("pages.canned_answers", brought_in=count))


def sent_file() -> str:
    """What the file says. Raises `Invalid`."""
    given = request.files.get("file")
    try:
        return given.read().decode("utf-8-sig") if given else ""
    except UnicodeDecodeError as error:
        raise Invalid(fields={"file": operations.NO_CSV}) from error


def page_of(
    form: CannedAnswerForm, found: CannedAnswerState | None
) -> Response | str | tuple[str, int]:
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            if found is None:
                operations.create(the_actor(), form.is_shared.data, **form.wanted)
            else:
                operations.edit(the_actor(), found.id, form.shared_now(found), **form.changes)
            return see_other(url_for("pages.canned_answers"))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    may_write = found is None or not found.is_shared or the_actor().is_manager
    values: dict[str, Any] = {"form": form, "answer": found, "may_write": may_write}
    values["folders"] = queries.folders(the_actor())
    return page("canned_answer.html", **values), status


def page(template: str, **values: Any) -> str:
    return render_template(template, counts=inbox.counts(the_actor()), **values)

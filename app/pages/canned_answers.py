"""The page of canned answers: all that one has at hand, one of them, and files of them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import ChatError, FileNotFound, Invalid, NotFound
from app.models.canned_answers import CannedAnswerState, doubled, strange
from app.models.files import FileState
from app.operations import canned_answers as operations
from app.operations import files as file_operations
from app.pages.blueprint import bp, searched, see_other
from app.pages.forms import CannedAnswerForm, id_of, show_errors
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
    saved_id = request.args.get("saved")
    saved = queries.at_hand(staff, id_of(saved_id)) if saved_id else None
    told: dict[str, Any] = (
        {"strange": strange(saved.text), "doubled": doubled(saved.text)} if saved else {}
    )
    told["files"] = queries.files_of(found)
    return page("canned_answers.html", answers=found, search=search, refusal=refusal, **told)


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
    files = queries.files_of([found]).get(found.id, [])
    return page_of(CannedAnswerForm(found, files), found, files)


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
    form: CannedAnswerForm, found: CannedAnswerState | None, files: Sequence[FileState] = ()
) -> Response | str | tuple[str, int]:
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            if found is None:
                saved = operations.create(
                    the_actor(), form.is_shared.data, form.files, **form.wanted
                )
            else:
                shared = form.shared_now(found)
                saved = operations.edit(
                    the_actor(), found.id, shared, form.files_now, **form.changes
                )
            is_all_known = not strange(saved.text) and not doubled(saved.text)
            told = None if is_all_known else saved.id
            return see_other(url_for("pages.canned_answers", saved=told))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    may_write = found is None or not found.is_shared or the_actor().is_manager
    values: dict[str, Any] = {"form": form, "answer": found, "may_write": may_write}
    values["files"] = [*files, *brought(form, files)] if form.is_submitted() else files
    values["unchecked"] = {each.id for each in files} - set(form.files) if status != 200 else set()
    values["folders"] = queries.folders(the_actor())
    return page("canned_answer.html", **values), status


def brought(form: CannedAnswerForm, files: Sequence[FileState]) -> list[FileState]:
    """Those that have come with a form that was refused, and are not lost by that."""
    found = []
    for file_id in set(form.files) - {each.id for each in files}:
        with suppress(FileNotFound):
            found.append(file_operations.own(the_actor(), file_id))
    return sorted(found)


def page(template: str, **values: Any) -> str:
    return render_template(template, counts=inbox.counts(the_actor()), **values)

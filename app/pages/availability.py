"""Whether one can be given a chat, in one's own menu; when one works, and colleagues do; how many
chats they take."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import manager_required, staff_required, the_actor
from app.errors import ChatError, NotFound
from app.models.availability import Standing
from app.operations import availability as operations
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.forms import WorkingHoursForm, id_of, show_errors
from app.pages.sites import week_choices
from app.queries import availability, inbox, sites


@bp.get("/admin/availability")
@staff_required
def own_availability() -> str:
    return part_of(availability.standings(operations.idle_at())[the_actor().id])


@bp.post("/admin/availability")
@staff_required
def set_away() -> str | Response:
    """`away` says that one is away, without it one is back."""
    standing = operations.set_away(the_actor(), bool(request.form.get("away")))
    return part_of(standing) if wants_part() else see_other(url_for("pages.inbox"))


@bp.post("/admin/colleagues/<id:agent_id>")
@staff_required
def set_capacity(agent_id: int) -> Response:
    """`capacity`; empty it is the desk's."""
    wanted = request.form.get("capacity", "").strip()
    operations.set_capacity(the_actor(), agent_id, id_of(wanted) if wanted else None)
    return see_other(url_for("pages.all_teams", _anchor="colleagues"))


@bp.route("/admin/hours", methods=["GET", "POST"])
@staff_required
def own_hours() -> Response | str | tuple[str, int]:
    """`monday` to `sunday` and `time_zone` say when one works."""
    return page_of_hours(the_actor().id)


@bp.route("/admin/colleagues/<id:agent_id>/hours", methods=["GET", "POST"])
@manager_required
def hours_of(agent_id: int) -> Response | str | tuple[str, int]:
    """The same of a colleague."""
    return page_of_hours(agent_id)


def page_of_hours(user_id: int) -> Response | str | tuple[str, int]:
    colleague = availability.colleague(user_id)
    if colleague is None:
        raise NotFound
    form = WorkingHoursForm(colleague, sites.every()[0].time_zone)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            operations.set_hours(the_actor(), user_id, *form.wanted)
            return see_other(url_for(request.endpoint or "", **request.view_args or {}, saved=1))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    values = {"form": form, "colleague": colleague, "away": colleague.away} | week_choices()
    counts = inbox.counts(the_actor())
    return render_template("working_hours.html", counts=counts, **values), status


def part_of(standing: Standing) -> str:
    return render_template("_availability.html", standing=standing)

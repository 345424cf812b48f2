"""Teams: the page of all, and the dialog by which a chat goes to one or to a colleague."""

from typing import Any

from flask import current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import staff_required, the_actor
from app.errors import ChatError, Malformed
from app.operations import access
from app.operations import teams as operations
from app.operations.availability import idle_at
from app.pages.blueprint import bp, see_other
from app.pages.forms import id_of
from app.queries import availability, inbox, teams, users


@bp.get("/admin/teams")
@staff_required
def all_teams() -> str:
    return page_of_teams()


@bp.post("/admin/teams")
@staff_required
def make_team() -> Response | tuple[str, int]:
    """`name` makes one."""
    try:
        operations.make(the_actor(), request.form.get("name", ""))
    except ChatError as error:
        if not error.fields:
            raise
        return page_of_teams(error), error.status
    return see_other(url_for("pages.all_teams"))


@bp.post("/admin/teams/<id:team_id>")
@staff_required
def change_team(team_id: int) -> Response | tuple[str, int]:
    """`name` and `routing` change it, `join` and `leave` a member, by id, `remove` removes it."""
    form = request.form
    try:
        if "name" in form:
            changes = {key: form[key] for key in ("name", "routing") if key in form}
            operations.change(the_actor(), team_id, **changes)
        elif "join" in form:
            operations.join(the_actor(), team_id, id_of(form["join"]))
        elif "leave" in form:
            operations.leave(the_actor(), team_id, id_of(form["leave"]))
        elif "remove" in form:
            operations.remove(the_actor(), team_id)
        else:
            raise Malformed
    except ChatError as error:
        if not error.fields:
            raise
        return page_of_teams(error), error.status
    return see_other(url_for("pages.all_teams", _anchor=f"team-{team_id}"))


@bp.get("/admin/messages/<id:chat_id>/transfer")
@staff_required
def transfer_choices(chat_id: int) -> str:
    chat = access.chat_for(the_actor(), chat_id)
    return render_template(
        "_transfer.html",
        chat=chat,
        teams=teams.every(),
        colleagues=[each for each in users.staff() if each.id != chat.agent_id],
        states=availability.standings(idle_at()),
    )


def page_of_teams(refusal: ChatError | None = None) -> str:
    values: dict[str, Any] = {"counts": inbox.counts(the_actor()), "teams": teams.manned()}
    values["refusal"] = refusal
    found = availability.colleagues()
    states = {each.id: each.standing(idle_at()) for each in found}
    return render_template(
        "teams.html",
        colleagues=found,
        states=states,
        capacity=current_app.config["CAPACITY"],
        **values,
    )

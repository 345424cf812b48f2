"""What is done to chats from a page, one or many at once, with the way back."""

from typing import Any

from flask import render_template, request

from app.auth.session import staff_required, the_actor
from app.errors import Malformed
from app.models.chats import Priority
from app.operations import actions
from app.operations.actions import Action, Outcome, What
from app.pages.blueprint import bp, searched
from app.pages.chats import header_of
from app.pages.forms import id_of
from app.pages.sites import site_names
from app.queries import tags, teams, topics, users


@bp.get("/admin/actions")
@staff_required
def selection() -> str:
    """What can be done to the chats that somebody chooses in the list; with `q`, whom among
    colleagues it finds."""
    values = {"colleagues": users.staff(searched()), "teams": teams.every(), "tags": tags.every()}
    about = {"topics": topics.every(), "site_names": site_names()}
    return render_template("_selection.html", most=actions.MOST, **about, **values)


@bp.post("/admin/actions")
@staff_required
def act() -> str:
    """`chat_ids` with blanks between, `action`, and what that takes: `to` (`agent-3`, `team-2`,
    `topic-4` or `topic-` for none, `priority-high`), `until` (ms), `name`."""
    form = request.form
    if form.get("action") not in list(What):
        raise Malformed
    what = What(form["action"])
    kind, _, which = form.get("to", "").partition("-")
    to: dict[str, Any] = {}
    if kind == "priority":
        to = {kind: priority_of(which)}
    elif kind in ("agent", "team", "topic") and which:
        to = {f"{kind}_id": id_of(which)}
    until = id_of(form["until"]) if form.get("until") else None
    action = Action(what, until=until, name=form.get("name", ""), **to)
    chosen = [id_of(each) for each in form.get("chat_ids", "").split()]
    return done_of(actions.act(the_actor(), chosen, action), what)


@bp.post("/admin/actions/undo")
@staff_required
def undo() -> str:
    return done_of(actions.undo(the_actor(), request.form.get("undo", "")), None)


def priority_of(text: str) -> Priority:
    try:
        return Priority(text)
    except ValueError:
        raise Malformed from None


def acted(chat_id: int, action: Action) -> str:
    """The header of the chat to which it was done, and among the toasts that it was."""
    outcome = actions.act_on(the_actor(), chat_id, action)
    return header_of(outcome.done[0]) + done_of(outcome, action.what)


def done_of(outcome: Outcome, what: What | None) -> str:
    """Among the toasts; nothing where nothing was changed and nothing refused."""
    if what is not None and not outcome.undo and not outcome.refused:
        return ""
    return render_template("_done.html", outcome=outcome, what=what)

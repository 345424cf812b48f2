"""Everybody with an account, for admins: who they are, and giving them another name, address or
role, or no access."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.auth.session import admin_required, the_actor
from app.errors import ChatError, Conflict, Invalid, Malformed, NotFound
from app.models.users import Role
from app.operations import users as operations
from app.pages.blueprint import bp, searched, see_other
from app.pages.forms import PersonForm, show_errors
from app.queries import inbox, users

PAGE = 50
ROLES: dict[str, Any] = {
    Role.AGENT: _l("Answers customers"),
    Role.MANAGER: _l("Sets up the desk as well, and reads reports"),
    Role.ADMIN: _l("May all that managers may, and says who may what"),
    Role.PROVIDER: _l("Talks with customers about their orders, and sees no other chat"),
    Role.CUSTOMER: _l("Sees nothing of the desk but their own chat"),
}


@bp.get("/admin/people")
@admin_required
def people() -> str:
    search = searched()
    after = cursor_of(request.args.get("after", ""))
    found, following = users.page(None, search, after, PAGE, only_active=False)
    values = {"people": found, "following": following, "search": search}
    return render_template("people.html", counts=inbox.counts(the_actor()), **values)


@bp.route("/admin/people/<id:user_id>", methods=["GET", "POST"])
@admin_required
def person(user_id: int) -> Response | str | tuple[str, int]:
    found = found_person(user_id)
    form = PersonForm(found)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            operations.edit(the_actor(), user_id, **form.changes)
            return see_other(url_for("pages.person", user_id=user_id, saved=1))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    return page_of_person(found, form), status


@bp.post("/admin/people/<id:user_id>/rights")
@admin_required
def change_rights(user_id: int) -> Response | tuple[str, int]:
    """`role` gives another one, `active` (`1`, `0`) takes their access or gives it back."""
    wanted = rights_of_form()
    try:
        operations.edit(the_actor(), user_id, **wanted)
    except (Conflict, Invalid) as error:
        return page_of_person(found_person(user_id), refusal=error), error.status
    done = "role" if "role" in wanted else "in" if wanted["is_active"] else "out"
    return see_other(url_for("pages.person", user_id=user_id, done=done))


def rights_of_form() -> dict[str, Any]:
    """Raises `Malformed` for what says nothing."""
    given = request.form
    if "role" in given:
        return {"role": given["role"]}
    if given.get("active") not in ("0", "1"):
        raise Malformed
    return {"is_active": given["active"] == "1"}


def found_person(user_id: int) -> users.Person:
    found = users.person(user_id)
    if found is None:
        raise NotFound
    return found


def page_of_person(
    found: users.Person, form: PersonForm | None = None, refusal: ChatError | None = None
) -> str:
    """With a `refusal` what was refused of their rights."""
    values: dict[str, Any] = {"person_shown": found, "roles": ROLES, "refusal": refusal}
    values["form"] = form or PersonForm(found, is_anew=True)
    return render_template("person.html", counts=inbox.counts(the_actor()), **values)


def cursor_of(text: str) -> users.Cursor | None:
    if text and not users.CURSOR.fullmatch(text):
        raise Malformed
    return users.Cursor.parse(text) if text else None

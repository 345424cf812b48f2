"""Everybody with an account, for admins: who they are, and giving them another name or address."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.session import admin_required, the_actor
from app.errors import ChatError, Malformed, NotFound
from app.operations import users as operations
from app.pages.blueprint import bp, searched, see_other
from app.pages.forms import PersonForm, show_errors
from app.queries import inbox, users

PAGE = 50


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
    found = users.person(user_id)
    if found is None:
        raise NotFound
    form = PersonForm(found)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            operations.edit(the_actor(), user_id, **form.changes)
            return see_other(url_for("pages.person", user_id=user_id, saved=1))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    values = {"form": form, "person_shown": found, "counts": inbox.counts(the_actor())}
    return render_template("person.html", **values), status


def cursor_of(text: str) -> users.Cursor | None:
    if text and not users.CURSOR.fullmatch(text):
        raise Malformed
    return users.Cursor.parse(text) if text else None

"""A customer's own account: what they are called, and the address by which they log in."""

from functools import partial

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth.password import confirm
from app.auth.session import account_required, the_actor
from app.errors import ChatError
from app.operations import users
from app.pages.blueprint import bp, see_other
from app.pages.forms import AccountForm, show_errors


@bp.route("/account", methods=["GET", "POST"])
@account_required
def account() -> Response | str | tuple[str, int]:
    actor = the_actor()
    form = AccountForm(actor)
    if form.validate_on_submit():
        proof = partial(confirm, actor, form.password.data or "", request.remote_addr or "")
        try:
            users.edit_own(actor, **form.changes, confirm=proof)
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            return render_template("account.html", form=form), error.status
        return see_other(url_for("pages.account", saved=1))
    return render_template("account.html", form=form), 422 if form.errors else 200

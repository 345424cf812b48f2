"""Passwords: one that was forgotten, a new one by a mailed link, and another one of one's own.

The link is proof enough. Opening it changes nothing: programs that look into mail open links.
"""

from functools import partial

from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.password import confirm
from app.auth.session import current_actor, go_on, log_in, password_required, the_actor
from app.errors import ChatError, NotFound, TooFast
from app.extensions import csrf
from app.models import mail
from app.operations import limits, password_resets, users
from app.pages.blueprint import SEE_OTHER, bp, see_other
from app.pages.forms import ForgottenForm, NewPasswordForm, OwnPasswordForm, show_errors
from app.pages.login import home_of
from app.queries.password_resets import holder

Answer = Response | str | tuple[str, int]


@bp.route("/password", methods=["GET", "POST"])
def forgotten_password() -> Answer:
    form = ForgottenForm()
    if form.validate_on_submit():
        where = {"language": str(get_locale()), "address": request.remote_addr or ""}
        try:
            password_resets.ask(form.email.data, **where)
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            is_too_often = isinstance(error, TooFast)
            return forgotten_page(form, is_too_often=is_too_often), error.status
        return see_other(url_for("pages.forgotten_password", asked=1))
    return forgotten_page(form), 422 if form.errors else 200


# The form asks for its token itself, and not where it comes from as well: no page behind a link
# says that (`no-referrer`), and over HTTPS every form would be refused for it.
@bp.route("/password/<token>", methods=["GET", "POST"])
@csrf.exempt
def new_password(token: str) -> Answer:
    form = NewPasswordForm()
    if form.validate_on_submit():
        where = {"language": str(get_locale()), "address": request.remote_addr or ""}
        try:
            actor = password_resets.use(token, form.password.data, **where)
        except NotFound as error:
            return ended_page(), error.status
        except ChatError as error:
            show_errors(form, error.fields, error.message)
        else:
            log_in(actor)
            return redirect(home_of(actor), SEE_OTHER)
    elif "csrf_token" in form.errors:
        show_errors(form, None, _("This form has grown old. Please try again."))
    return new_password_page(token, form)


@bp.route("/account/password", methods=["GET", "POST"])
@password_required
def own_password() -> Answer:
    actor, form = the_actor(), OwnPasswordForm()
    if form.validate_on_submit():
        old, new = form.current.data, form.password.data
        proof = partial(confirm, actor, old, request.remote_addr or "", "current")
        try:
            go_on(users.change_own_password(actor, new, language=str(get_locale()), confirm=proof))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            return own_page(form), error.status
        return see_other(url_for("pages.own_password", saved=1))
    return own_page(form), 422 if form.errors else 200


def forgotten_page(form: ForgottenForm, *, is_too_often: bool = False) -> str:
    values = {"form": form, "goes_by_mail": mail.is_on(), "is_too_often": is_too_often}
    return render_template("password_forgotten.html", **values)


def new_password_page(token: str, form: NewPasswordForm) -> tuple[str, int]:
    """The form, whose link still holds. Raises `TooFast` for who guesses."""
    try:
        with limits.link_attempt(request.remote_addr or ""):
            person = holder(token)
    except NotFound as error:
        return ended_page(), error.status
    here = current_actor()
    other = here if here and here.id != person.id else None
    # Whoever is logged in here, this page is not theirs.
    values = {"form": form, "person": person, "other": other, "viewer": None}
    status = 400 if "csrf_token" in form.errors else 422 if form.errors else 200
    return render_template("password_new.html", **values), status


def ended_page() -> str:
    """That a link holds no more, or never did, which is one answer; and the way to another one."""
    return render_template("password_ended.html", viewer=None)


def own_page(form: OwnPasswordForm) -> str:
    return render_template("password_own.html", form=form, home=home_of(the_actor()))

"""Logging in and out, registering, and the way from `/` to where one belongs."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.password import check_login
from app.auth.session import current_actor, log_in, log_out
from app.errors import ChatError
from app.models.users import Actor
from app.operations import users
from app.pages.blueprint import SEE_OTHER, bp
from app.pages.forms import LoginForm, RegisterForm, show_errors
from app.queries import users as accounts

Answer = Response | str | tuple[str, int]


@bp.get("/")
def index() -> Response:
    actor = current_actor()
    return redirect(home_of(actor) if actor else url_for("pages.login"), SEE_OTHER)


@bp.route("/login", methods=["GET", "POST"])
def login() -> Answer:
    form = LoginForm()
    if form.validate_on_submit():
        try:
            actor = check_login(form.email.data, form.password.data, request.remote_addr or "")
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            return login_page(form), error.status
        log_in(actor)
        return redirect(wanted() or home_of(actor), SEE_OTHER)
    if actor_here := current_actor():
        if request.args.get("was", str(actor_here.id)) != str(actor_here.id):
            return render_template("other_login.html", way=wanted() or home_of(actor_here))
        return redirect(wanted() or home_of(actor_here), SEE_OTHER)
    return login_page(form), 422 if form.errors else 200


@bp.route("/register", methods=["GET", "POST"])
def register() -> Answer:
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            actor = users.register(
                form.name.data, form.email.data, form.password.data, request.remote_addr or ""
            )
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            return render_template("register.html", form=form), error.status
        log_in(actor)
        return redirect(home_of(actor), SEE_OTHER)
    return render_template("register.html", form=form), 422 if form.errors else 200


@bp.post("/logout")
def logout() -> Response:
    log_out()
    return redirect(url_for("pages.login"), SEE_OTHER)


def login_page(form: LoginForm) -> str:
    return render_template("login.html", form=form, demo_accounts=demo_accounts())


def demo_accounts() -> list[dict[str, Any]]:
    """Who can be tried, in demo mode alone: the settings refuse it in production."""
    if not current_app.config["DEMO"]:
        return []
    password = current_app.config["SEED_PASSWORD"]
    roles = {
        "customer": _("Customer"),
        "customer2": _("Second customer"),
        "agent": _("Agent"),
        "agent2": _("Second agent"),
        "manager": _("Manager"),
        "admin": _("Admin"),
        "provider": _("Provider"),
    }
    known = accounts.by_emails([f"{name}@example.com" for name in roles])
    found = [(role, known.get(f"{name}@example.com")) for name, role in roles.items()]
    return [
        {"name": actor.name, "role": role, "email": actor.email, "password": password}
        for role, actor in found
        if actor is not None
    ]


def home_of(actor: Actor) -> str:
    return url_for("pages.admin" if actor.is_staff else "pages.dashboard")


def wanted() -> str | None:
    """Where one came from, if that is a page of ours: never off to another site."""
    path = request.args.get("next", "")
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() else None

"""The login session: a signed cookie that holds while the user's `auth_version` does."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, g, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.auth import tokens
from app.auth.origins import parts_of, same_origin
from app.auth.proof import is_by_token
from app.errors import Forbidden, OtherLogin, TokenMissing, Unauthorized
from app.extensions import login_manager
from app.models import database
from app.models.logins import ACTOR_BY_LOGIN
from app.models.users import Actor
from app.operations import access, limits, logins, presence

# What a screen on a wall asks again and again, whoever stands before it.
BY_ITSELF = {"pages.board_numbers", "api.board_live_board"}
PAGE_HEADER, PAGE_FIELD = "X-Page", "page"
P = ParamSpec("P")
T = TypeVar("T")


def init_app(app: Flask) -> None:
    # Templates ask for `viewer`. A `current_user` for each would be looked up also where it fails.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(actor_of_session)
    login_manager.session_protection = None  # it ties a session to an address; phones change theirs
    login_manager.unauthorized_handler(ask_to_log_in)


def actor_of_session(key: str) -> Actor | None:
    """The actor that a session's key names, while it still holds."""
    if not re.fullmatch(r"[0-9]{1,16}:[0-9]{1,9}:[0-9a-f]{0,32}", key):
        return None
    user_id, auth_version, login = key.split(":")
    values = {"user_id": int(user_id), "auth_version": int(auth_version), "login": login}
    found = database.row(ACTOR_BY_LOGIN, **values)
    return found and Actor.of(found, login or None)


def actor_of_cookie(app: Flask, environ: Mapping[str, Any]) -> Actor | None:
    """The actor of the login session that a WSGI request carries: a socket asks once."""
    with app.request_context(dict(environ)):
        return current_actor()


def current_actor() -> Actor | None:
    """Who this request is from: by its bearer token if it brings one, else by the session.

    A frame of the demo page is somebody by a token, whoever the browser's session belongs to.
    """
    if "actor" not in g:
        if is_by_token():
            g.actor = tokens.bearer()
        else:
            signed_in = current_user.is_authenticated
            g.actor = current_user._get_current_object() if signed_in else None
    actor: Actor | None = g.actor
    return actor


def check_page(actor: Actor | None, key: object) -> None:
    """Raises `OtherLogin` when `key` is that of a page which shows another than this actor.

    A cookie changes for every page of a browser at once. A page that is still somebody else's
    must neither act as whoever has logged in meanwhile, nor show what is theirs.
    """
    if actor is not None and key is not None and key != actor.page_key:
        raise OtherLogin


def the_actor() -> Actor:
    """The logged-in actor of this request. Raises `Unauthorized`."""
    actor = current_actor()
    if actor is None:
        raise Unauthorized
    return actor


def caller() -> Actor:
    """Who this call is from: by bearer token, else by the login session on a page of ours.

    Raises `Unauthorized`. For doors that no browser form posts to: the origin is what guards them.
    """
    if "Authorization" in request.headers:
        return tokens.bearer()
    actor = current_actor() if same_origin(request.environ) else None
    if actor is None:
        raise TokenMissing
    return actor


def admitted(actor: Actor) -> Actor:
    """One more request of this actor, who is there as it seems: not by what a board asks by
    itself. Raises `TooFast`."""
    limits.asks(actor.id)
    if request.endpoint not in BY_ITSELF:
        presence.calls(actor)
    return actor


def log_in(actor: Actor) -> None:
    """Starts a new session: nothing of an earlier one, its id and its login included, lives on."""
    end_login()
    session.clear()
    g.pop("csrf_token", None)
    g.pop("actor", None)
    login_user(logins.begun_on_page(actor))
    session.permanent = True


def go_on(actor: Actor) -> None:
    """The same login with the rights that the actor has by now: its cookie of before, and those of
    all other logins, no longer hold. A page that acts by a token has no login."""
    if not is_by_token():
        login_user(actor)
    g.pop("actor", None)


def log_out() -> None:
    """Ends this login: its cookie, wherever it was copied to, and the sockets of every tab."""
    end_login()
    logout_user()
    session.clear()
    g.pop("actor", None)


def end_login() -> None:
    if current_user.is_authenticated:
        logins.end(current_user._get_current_object())


def ask_to_log_in() -> Response:
    """The login page, which leads back; for HTMX a redirect of the whole page."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": way_to_log_in()})
    return redirect(way_to_log_in(), 303)


def way_to_log_in() -> str:
    """The login page's address: whose page asked, where that was said, and the way back to it."""
    if request.headers.get("HX-Request"):
        at = parts_of(request.headers.get("HX-Current-URL", ""))
        page: str | None = at.path + (f"?{at.query}" if at.query else "")
    else:
        page = request.full_path.rstrip("?") if request.method == "GET" else None
    shown = re.match("[0-9]+", page_key() or "")
    return url_for("pages.login", next=page or None, was=shown and shown[0])


def page_key() -> str | None:
    """Whose the page is that sent this request: HTMX says so in a header, a form in a field."""
    named = request.headers.get(PAGE_HEADER)
    if named is None and request.blueprint == "pages" and request.method == "POST":
        named = request.form.get(PAGE_FIELD)
    return named


def login_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    return only(lambda actor: True)(view)


def staff_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    return only(lambda actor: actor.is_staff)(view)


def manager_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    return only(lambda actor: actor.is_manager)(view)


def admin_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    return only(lambda actor: actor.is_admin)(view)


def customer_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    return only(lambda actor: actor.is_customer)(view)


def account_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    """Of a customer who is there by an account: not by a token of a site."""
    return only(access.has_account)(view)


def password_required(view: Callable[P, T]) -> Callable[P, T | Response]:
    """Of whoever came by an account, which has a password: not by a token of a site."""
    return only(access.has_password)(view)


def only(
    allowed: Callable[[Actor], bool],
) -> Callable[[Callable[P, T]], Callable[P, T | Response]]:
    def wrap(view: Callable[P, T]) -> Callable[P, T | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | Response:
            actor = current_actor()
            if actor is None:
                return ask_to_log_in()
            if not allowed(admitted(actor)):
                raise Forbidden
            return view(*args, **kwargs)

        return guarded

    return wrap

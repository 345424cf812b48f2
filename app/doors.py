"""What every HTTP door shares: request ids, headers, logs, and errors in the door's own form."""

import re
import secrets
import time
from math import ceil
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask import Request as FlaskRequest
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from app import clock, metrics
from app.auth import session
from app.errors import (
    ChatError,
    Conflict,
    Forbidden,
    Internal,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    OtherLogin,
    TooFast,
    TooLong,
    Unauthorized,
)
from app.packing import pack_whole

log = structlog.get_logger(__name__)
DAY_MS = 24 * 3600 * 1000
SELF, NOBODY = "'self'", "'none'"
JSON_DOORS = ("/api/", "/auth/", "/chat/", "/embed/", "/in/")
# The same for everybody.
FILES = ("static", "pages.scripts", "pages.later_scripts", "pages.styles", "loader.widget")
LINK = re.compile("(/(?:c|files|in|invitation|mail|password|transcripts)/)[^/]+")
FAMILY = (
    Malformed, Unauthorized, Forbidden, NotFound, MethodNotAllowed, Conflict, TooLong, Invalid,
    TooFast,
)  # fmt: skip
BY_STATUS: dict[int, type[ChatError]] = {error.status: error for error in FAMILY}


class IdConverter(BaseConverter):
    """An id in a path, small enough for any database. Anything else is no such address: 404."""

    # No check in `to_python`: what is refused there is 405 where another method has the address.
    regex = "[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        return int(value)


class Request(FlaskRequest):
    def _load_form_data(self) -> None:
        """A part without a name is malformed; the library gives it the name `None`."""
        super()._load_form_data()
        if None in self.form or None in self.files:
            raise Malformed


class Sessions(SecureCookieSessionInterface):
    """A login's cookie is renewed once a day, by no file and by nothing that a program brings.

    By every answer, one that was under way would bring back the cookie as it was before a choice.
    What is the same for everybody may be kept by any cache.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # type: ignore[override]
        if request.endpoint in (*FILES, "incoming.take"):
            return
        today = clock.now() // DAY_MS
        if session.permanent and session.get("day") != today:
            session["day"] = today
        super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    app.request_class = Request
    app.session_interface = Sessions()
    app.url_map.converters["id"] = IdConverter
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(begin)
    app.before_request(check_whose_page)
    app.after_request(finish)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    app.register_error_handler(ChatError, chat_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failure)


def begin() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    try:
        urlsplit(request.referrer or "")
    except ValueError:
        request.environ.pop("HTTP_REFERER")  # no address; the check of forms would fail over it
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        request.query_string = b""  # or the page that says so would fail over it as well
        raise Malformed from None


def check_whose_page() -> None:
    """Before anything else is said of it: what a page asks that says whose it is, is theirs."""
    key = session.page_key()
    if key is not None:
        session.check_page(session.current_actor(), key)


def finish(response: Response) -> Response:
    secure(response)
    pack_whole(response)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    took = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    metrics.REQUEST_SECONDS.labels(endpoint, response.status_code).observe(took)
    if endpoint not in FILES:
        log.info(
            "request",
            method=request.method,
            path=logged(request.path),
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
    structlog.contextvars.unbind_contextvars("request_id")
    return response


def logged(path: str) -> str:
    """A path as the log may have it: whoever has a mailed link, or the secret
    address of a webhook, is let in by it."""
    return LINK.sub(r"\1…", path)


def csp_nonce() -> str:
    """The one value of this response that lets its import map run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def secure(response: Response) -> None:
    """Headers of every answer: nothing from elsewhere, nothing inline, in no foreign frame."""
    from flask import current_app

    headers = response.headers
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {' '.join(g.get('framed_by', [SELF])) or NOBODY}; "
        f"script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; font-src 'self'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; frame-src 'self'; "
        "manifest-src 'self'"
    )
    headers.setdefault("Content-Security-Policy", policy)  # the demo's shop has one of its own
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if LINK.match(request.path):
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Robots-Tag"] = "noindex"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    devices = "camera=(), microphone=(self), geolocation=(self)"
    headers.setdefault("Permissions-Policy", devices)
    if current_app.config["IS_PRODUCTION"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint not in FILES:
        headers.setdefault("Cache-Control", "no-store")


def chat_error(error: ChatError) -> tuple[Any, int, dict[str, str]]:
    """One error, in the form of the door that was knocked at."""
    metrics.ERRORS.labels(door(), error.code).inc()
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, ceil(error.retry_after)))
    if door() != "pages":
        return jsonify(error=error.as_dict()), error.status, headers
    if request.headers.get("HX-Request"):
        headers["HX-Reswap"] = "none"
        if isinstance(error, OtherLogin):
            headers["HX-Redirect"] = session.way_to_log_in()
        return render_template("_toast.html", error=error), error.status, headers
    page = "other_login.html" if isinstance(error, OtherLogin) else "error.html"
    return render_template(page, error=error), error.status, headers


def http_error(error: HTTPException) -> Any:
    """What Flask and Werkzeug refuse, as one of our own family."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error  # a redirect, or an answer that is complete
    known = BY_STATUS.get(status)
    ours = known() if known else ChatError(code=error.name.lower().replace(" ", "_"))
    if known is NotFound and door() == "pages":
        ours.message = _("There is no such page.")
    if known is Malformed and "CSRF" in type(error).__name__:
        ours = Malformed(_("This form has grown old. Please try again."), code="csrf")
    ours.status = status
    body, _status, headers = chat_error(ours)
    if status == 405:
        headers["Allow"] = ", ".join(error.valid_methods or ())  # type: ignore[attr-defined]
    return body, status, headers


def failure(error: Exception) -> Any:
    """A bug: logged with its traceback, which nobody outside sees."""
    log.exception("request failed", path=logged(request.path))
    return chat_error(Internal())


def door() -> str:
    is_page = request.blueprint == "pages"
    return "api" if request.path.startswith(JSON_DOORS) and not is_page else "pages"

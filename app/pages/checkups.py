"""Does it work here? The page of what can be wrong around a desk, and what its script asks."""

import time
from collections.abc import Iterator
from typing import Any

from flask import Response as FlaskResponse
from flask import current_app, render_template, request
from flask_babel import lazy_gettext as _l

from app import clock
from app.auth.session import admin_required, the_actor
from app.checkups import mail, server
from app.checkups.server import Verdict
from app.concurrency import process_name
from app.pages.blueprint import bp
from app.queries import inbox

PIECES, PAUSE = 3, 0.7  # seconds: a proxy that gathers them lets all come at once
GATHERED = "eventlet.minimum_write_chunk_size"  # there in that mode alone (`app.serving`)
VERDICTS = {Verdict.OK: _l("Fine"), Verdict.WARNING: _l("Look at it"), Verdict.FAILED: _l("Failed")}


@bp.get("/admin/checkup")
@admin_required
def checkup() -> str:
    return page()


@bp.post("/admin/checkup/mail")
@admin_required
def checkup_mail() -> str:
    """A mail to who asks, at once."""
    found = mail.to_oneself(the_actor())
    if not request.headers.get("HX-Request"):
        return page(found)
    return render_template("_checkup_mail.html", found=found, mail_to=the_actor().email)


@bp.get("/admin/checkup/echo")
@admin_required
def checkup_echo() -> dict[str, Any]:
    """How a request of the page came in here, and where that is."""
    return {
        "now": clock.now(),
        "scheme": request.scheme,
        "host": request.host,
        "process": process_name(),
        "machine": server.machine(),
        "address": request.remote_addr,
        "forwarded": len(request.access_route) if "X-Forwarded-For" in request.headers else 0,
        "hops": current_app.config["TRUSTED_PROXIES"],
    }


@bp.get("/admin/checkup/pieces")
@admin_required
def checkup_pieces() -> FlaskResponse:
    """An answer in pieces, each some time after the one before."""
    if GATHERED in request.environ:
        request.environ[GATHERED].number = 1
    return FlaskResponse(pieces(), content_type="text/plain; charset=utf-8")


def pieces() -> Iterator[bytes]:
    for number in range(PIECES):
        if number:
            time.sleep(PAUSE)
        yield b"%d\n" % number


def page(found: server.Finding | None = None) -> str:
    """`found` is what became of a mail."""
    viewer = the_actor()
    values = {"verdicts": VERDICTS, "mail_to": viewer.email, "found": found}
    rows, counts = list(server.rows()), inbox.counts(viewer)
    return render_template("checkup.html", rows=rows, counts=counts, **values)

"""For whoever runs Deskbell: `/healthz`, `/readyz`, `/metrics`."""

import math
from typing import Any

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from app.errors import Unavailable
from app.metrics import QUEUE
from app.models import database
from app.queries import inbox

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"ok": True}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """What it needs answers too: the database, and the message queue where one is set."""
    checks = {"database": works(lambda: database.scalar(text("SELECT 1")))}
    if current_app.config["REDIS_URL"]:
        checks["queue"] = works(current_app.extensions["limiter"].storage.check)
    return {"ok": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus's text form. The queue is not a number while the database is away."""
    try:
        QUEUE.set(inbox.queue_length())
    except Unavailable:  # the rest is wanted most just then
        QUEUE.set(math.nan)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def works(check: Any) -> bool:
    try:
        return bool(check())
    except Exception:
        current_app.logger.warning("not ready", exc_info=True)
        return False

"""For whoever runs Deskbell: `/healthz`, `/readyz`, `/metrics`."""

import math
import os
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, current_app
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text

from app.errors import FileAway, Unavailable
from app.files import store
from app.metrics import JOBS, JOBS_LATE, QUEUE, REPLIES
from app.models import database
from app.queries import inbox, jobs, replies

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"ok": True}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """What it needs answers too: the database, and the message queue where one is set.

    Where files lie is told as well. Without that everything else goes on, so it is ready.
    """
    checks = {"database": works(lambda: database.scalar(text("SELECT 1")))}
    if current_app.config["REDIS_URL"]:
        checks["queue"] = works(current_app.extensions["limiter"].storage.check)
    is_ready = all(checks.values())
    checks["files"] = works(are_files_there)
    return {"ok": is_ready, "checks": checks}, 200 if is_ready else 503


def are_files_there() -> bool:
    with suppress(FileAway):  # of which the log has been told
        store.this().check_there()
        return True
    return False


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus's text form. What is counted is not a number while the database is away."""
    queue, counts = math.nan, jobs.Counts(math.nan, math.nan, math.nan, math.nan)
    with suppress(Unavailable):  # the rest is wanted most just then
        queue, counts = inbox.queue_length(), jobs.counts()
        for outcome, number in replies.counts().items():
            REPLIES.labels(outcome).set(number)
    QUEUE.set(queue)
    JOBS_LATE.set(counts.late / 1000)
    for state in ("waiting", "running", "dead"):
        JOBS.labels(state).set(getattr(counts, state))
    return Response(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def registry() -> CollectorRegistry:
    """Of this process; where several share a port, of all of them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
    return everybody


def works(check: Any) -> bool:
    try:
        return bool(check())
    except Exception:
        current_app.logger.warning("not ready", exc_info=True)
        return False

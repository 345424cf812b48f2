"""What waits to be done, runs and is dead, for admins, who can have a dead job tried again."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.auth.session import admin_required, the_actor
from app.operations import jobs as operations
from app.pages.blueprint import bp, see_other
from app.queries import inbox, jobs


@bp.get("/admin/jobs")
@admin_required
def all_jobs() -> str:
    values = {"jobs": jobs.some(), "numbers": jobs.counts(), "now": clock.now()}
    is_tried = "tried" in request.args
    return render_template(
        "jobs.html", counts=inbox.counts(the_actor()), is_tried=is_tried, **values
    )


@bp.post("/admin/jobs/<id:job_id>/attempt")
@admin_required
def attempt_job(job_id: int) -> Response:
    operations.run_again(the_actor(), job_id)
    return see_other(url_for("pages.all_jobs", tried=1))

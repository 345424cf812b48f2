"""The overview: who is here, what waits, how fast answers come."""

from typing import Any

from flask import render_template

from app import clock
from app.auth.session import staff_required, the_actor
from app.models.users import Actor
from app.pages.blueprint import bp
from app.queries import holds, inbox, jobs, mail, overview, users


@bp.get("/admin")
@staff_required
def admin() -> str:
    viewer = the_actor()
    dead_jobs = jobs.dead_count() if viewer.is_admin else 0
    about_mail = mail.trouble() if viewer.is_admin else None
    values = {"dead_jobs": dead_jobs, "mail": about_mail}
    return render_template("overview.html", **values, **figures_for(viewer))


@bp.get("/admin/overview")
@staff_required
def overview_part() -> str:
    return render_template("_overview.html", is_part=True, **figures_for(the_actor()))


def figures_for(viewer: Actor) -> dict[str, Any]:
    """Who looks is here, though their line may not stand yet."""
    found = overview.overview()
    here = {person.id: person for person in found.staff_online}
    if viewer.id not in here and (person := users.person(viewer.id)):
        here[viewer.id] = person._replace(is_online=True)
    found = found._replace(staff_online=sorted(here.values(), key=lambda person: person.name))
    now = clock.now()
    return {
        "overview": found,
        "counts": inbox.counts(viewer),
        "held": holds.number(),
        "day_began": now - now % overview.DAY,
    }

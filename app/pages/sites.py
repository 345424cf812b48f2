"""Sites, as managers and admins set them up: who may embed the chat, how it looks, where it is."""

import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from babel.dates import format_skeleton, get_datetime_format, get_day_names
from flask import current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from app import clock, contrast, hours
from app.auth.session import manager_required, the_actor
from app.errors import ChatError, NotFound
from app.folding import fold
from app.models.sites import LOADER_VERSION, SiteState
from app.operations import identities
from app.operations import sites as operations
from app.origins import NOWHERE
from app.pages.blueprint import bp, see_other, wants_part
from app.pages.filters import known, locale
from app.pages.forms import SiteForm, lines, show_errors
from app.pages.snippets import snippets
from app.queries import inbox, teams
from app.queries import sites as queries
from app.queries.sites import Sighting

LOCAL = ("localhost", "127.0.0.1", "::1")


class Found(NamedTuple):
    """Where a site was seen, and in what state: one of those that `_installation.html` explains."""

    sighting: Sighting
    state: str


@bp.get("/admin/settings/sites")
@manager_required
def sites() -> str:
    values = {"sites": queries.every(), "last_seen": queries.last_seen()}
    return render_template("sites.html", counts=inbox.counts(the_actor()), **values)


@bp.route("/admin/settings/sites/new", methods=["GET", "POST"])
@manager_required
def new_site() -> Response | str | tuple[str, int]:
    form = SiteForm()
    return page_of(form, None, lambda: operations.create(the_actor(), **form.wanted))


@bp.route("/admin/settings/sites/<id:site_id>", methods=["GET", "POST"])
@manager_required
def site(site_id: int) -> Response | str | tuple[str, int]:
    found = site_of(site_id)
    form = SiteForm(found)
    return page_of(form, found, lambda: operations.edit(the_actor(), site_id, **form.changes))


@bp.get("/admin/settings/sites/<id:site_id>/installation")
@manager_required
def installation(site_id: int) -> Response | str:
    """Where the chat of a site was seen; nothing for a page that shows that already."""
    values = installed(site_of(site_id))
    if request.args.get("mark") == values["mark"]:
        return Response(status=204)
    return render_template("_installation.html", **values)


@bp.post("/admin/settings/sites/<id:site_id>/origins")
@manager_required
def allow_origin(site_id: int) -> Response | str:
    """One more origin. The form beside it keeps what is written there, and gets the origin too."""
    origin = request.form.get("origin", "")
    after = operations.allow(the_actor(), site_id, origin)
    if not wants_part():
        return see_other(url_for("pages.site", site_id=site_id, saved=1))
    form = SiteForm(after)
    written = lines(form.origins.data)
    form.origins.data = "\n".join(dict.fromkeys([*written, origin]))
    form.origins_shown.data = "\n".join(after.allowed)
    return render_template("_installation.html", form=form, is_part=True, **installed(after))


@bp.post("/admin/settings/sites/<id:site_id>/key")
@manager_required
def rotate_key(site_id: int) -> Response:
    operations.rotate(the_actor(), site_id)
    return see_other(url_for("pages.site", site_id=site_id, saved=1))


@bp.post("/admin/settings/sites/<id:site_id>/secret")
@manager_required
def make_secret(site_id: int) -> Response:
    identities.rotate_secret(the_actor(), site_id)
    return see_other(url_for("pages.site", site_id=site_id, _anchor="identity-title"))


def site_names() -> dict[int, str]:
    """What each site is called, where there are several: of one alone there is nothing to tell."""
    names = queries.names()
    return names if len(names) > 1 else {}


def site_of(site_id: int) -> SiteState:
    found = queries.by_id(site_id)
    if found is None:
        raise NotFound
    return found


def page_of(
    form: SiteForm, found: SiteState | None, save: Callable[[], SiteState]
) -> Response | str | tuple[str, int]:
    """The page of a site, which is there or still to be made; once its form is saved, anew."""
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return see_other(url_for("pages.site", site_id=save().id, saved=1))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    values = {"form": form, "site_shown": found, "seen_on": seen_on(form.colour.data or "")}
    values |= choices() | {"now_there": now_there(found) if found else None}
    values |= dict[str, Any](desk_hours=desk_hours(found))
    if found is not None:
        lines_to_copy = snippets(desk_url(), found.key)
        values |= installed(found) | {"snippets": lines_to_copy}
        values |= dict[str, Any](secrets=queries.secrets(found.id))
    return render_template("site.html", counts=inbox.counts(the_actor()), **values), status


def desk_hours(shown: SiteState | None) -> str:
    """What another site is called whose hours hold on the desk's own pages, if one's do."""
    found = queries.for_desk()
    is_another = found and (shown is None or shown.id != found.id)
    return queries.name_of(found) if found and is_another else ""


def installed(found: SiteState) -> dict[str, Any]:
    """For the part that shows where the chat of a site was seen."""
    seen = [Found(each, state_of(found, each)) for each in queries.sightings(found.id)]
    desk = urlsplit(desk_url())
    return {
        "site_shown": found,
        "installations": seen,
        "desk": f"{desk.scheme}://{desk.netloc}",
        "is_mixed": desk.scheme == "http" and desk.hostname not in LOCAL,
        # Changes with what is shown.
        "mark": format(zlib.crc32(repr((seen, found.allowed)).encode()), "08x"),
    }


def state_of(found: SiteState, sighting: Sighting) -> str:
    if sighting.origin == NOWHERE:
        return "nowhere"
    if not found.allows(sighting.origin):
        return "refused"
    if sighting.problem == "origin_not_allowed":
        return "allowed"
    if sighting.problem:
        return sighting.problem
    return "works" if sighting.version == LOADER_VERSION else "old"


def seen_on(written: str) -> dict[str, Any]:
    """How well one sees an icon on a colour, and the colour on a page."""
    colour = written if operations.COLOUR.fullmatch(written) else operations.NEW["colour"]
    ink = contrast.ink_on(colour)
    return {
        "colour": colour,
        "ink": "white" if ink == contrast.WHITE else "dark",
        "icon": contrast.contrast(ink, colour),
        "white_page": contrast.contrast(colour, contrast.WHITE),
        "dark_page": contrast.contrast(colour, contrast.DARK),
    }


def desk_url() -> str:
    """Where this desk is, as who looks at its page reached it."""
    return request.url_root.rstrip("/")


def choices() -> dict[str, Any]:
    """What may be chosen in the form, in the words of the page's language."""
    shown = locale()
    named = {code: shown.territories.get(code, name) for code, name in hours.countries().items()}
    spoken = current_app.config["LANGUAGES"]
    return week_choices() | {
        "team_choices": [(str(each.id), each.name) for each in teams.every()],
        "countries": sorted(named.items(), key=lambda each: fold(each[1])),
        "languages": {each: (known(each) or shown).get_display_name(shown) for each in spoken},
    }


def week_choices() -> dict[str, Any]:
    """For `_week.html`."""
    names = get_day_names(locale=locale())  # 0 is Monday, in whatever order they stand
    return {
        "day_names": {day: names[number] for number, day in enumerate(hours.DAYS)},
        "zones": [(zone, zone) for zone in hours.zones()],
    }


def now_there(site: SiteState) -> dict[str, Any] | None:
    """Whether a site is open now, and until when it stays so, by its own clock."""
    found, now = hours.of_site(site), clock.now()
    if found is None:
        return None
    is_open = hours.is_open(found, now)
    changes = (hours.next_closing if is_open else hours.next_opening)(found, now)
    return {"is_open": is_open, "changes": changes and of_clock(hours.local(found, changes))}


def of_clock(moment: datetime) -> str:
    """`Mon, 5 Jan, 09:00`, as the page's language has it."""
    day, time = (format_skeleton(each, moment, locale=locale()) for each in ("MMMEd", "Hm"))
    return str(get_datetime_format("medium", locale())).format(time, day)

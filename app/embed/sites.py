"""What the loader is told about the site that it is on."""

from typing import Any

from flask import Response, jsonify, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app.embed.blueprint import bp, sent, site_of
from app.errors import OriginNotAllowed, Unauthorized
from app.languages import direction
from app.models.sites import SiteState
from app.operations import access, sightings, visitors
from app.queries import sites
from app.schemas.embed import Hello


@bp.post("/<key>")
def hello(key: str) -> Response:
    """What a page of an allowed origin shows; that it asked is noted, of any origin."""
    site, body, origin = site_of(key), sent(Hello), request.headers.get("Origin", "")
    if not site.allows(origin):
        sightings.note(site.id, origin, body.version, OriginNotAllowed.code)
        raise OriginNotAllowed
    sightings.note(site.id, origin, body.version, body.problem)
    unread = unread_of(site, body.token) if body.token else None
    return jsonify(shown(site) | {"unread": unread or 0, "isKnown": unread is not None})


@bp.after_request
def let_read(response: Response) -> Response:
    """Whoever asks may read the answer, a refusal too: it says why there is no chat."""
    origin = request.headers.get("Origin")
    if request.endpoint == "embed.hello" and origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.vary.add("Origin")
    return response


def unread_of(site: SiteState, token: str) -> int | None:
    """How many messages wait for the visitor; None while there is none, or no longer."""
    try:
        visitor = visitors.known(site, token)
    except Unauthorized:
        return None
    if visitor is None:
        return None
    chat = access.own_chat(visitor)
    return chat.customer_unread if chat else 0


def shown(site: SiteState) -> dict[str, Any]:
    """How the chat looks on the site, and what is said of it."""
    name = sites.name_of(site)
    return {
        "name": name,
        "colour": site.colour,
        "edge": site.edge,
        "distance": site.distance,
        "greeting": site.greeting,
        "locale": str(get_locale()).replace("_", "-"),
        "direction": direction(),
        "words": {
            "open": _("Chat with us"),
            "close": _("Close the chat window"),
            "unread": _("%(count)s unread", count="{count}"),
            "frame": _("Chat with %(site)s", site=name),
            "dismiss": _("Dismiss"),
        },
    }

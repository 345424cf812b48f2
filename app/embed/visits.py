"""Where on a site somebody is who has opened the chat."""

from flask import Response, jsonify, request

from app.embed.blueprint import bp, sent, site_for_frame
from app.embed.visitors import proof
from app.operations import visitors, visits
from app.operations.visits import Page
from app.schemas.embed import Presence


@bp.post("/<key>/presence")
def presence(key: str) -> Response:
    """Notes it. An access token for who had written nothing, and has been written to since."""
    site, body = site_for_frame(key), sent(Presence)
    visits.note(
        site,
        body.token,
        Page.of(body.page.url, body.page.title, body.page.referrer),
        language=visitors.language_of(body.language),
        time_zone=body.time_zone,
        user_agent=request.headers.get("User-Agent", ""),
        attributes=body.attributes,
        address=request.remote_addr or "",
    )
    visitor = visitors.known(site, body.token) if body.is_stranger else None
    return jsonify(proof(visitor, body.token)) if visitor else Response(status=204)

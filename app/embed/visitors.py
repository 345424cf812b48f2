"""Who writes: from a credential that a browser keeps to an actor, and a first message."""

from typing import Any

from flask import Response, current_app, jsonify, request

from app.auth.tokens import access_token
from app.embed.blueprint import bp, sent, site_of
from app.models.users import Actor
from app.operations import visitors
from app.operations.visitors import Said
from app.schemas.embed import FirstMessage, Visit, visit_out
from app.schemas.messages import message_out


@bp.post("/<key>/visits")
def visit(key: str) -> Response:
    """An access token for the visitor who has the credential; nothing while it is nobody's."""
    visitor = visitors.known(site_of(key), sent(Visit).token)
    return jsonify(proof(visitor)) if visitor else Response(status=204)


@bp.post("/<key>/messages")
def write_first(key: str) -> Response:
    """A visitor's first message, by which they come to be."""
    body, address = sent(FirstMessage), request.remote_addr or ""
    visitor, message = visitors.write_first(
        site_of(key),
        body.token,
        body.draft(),
        language=visitors.language_of(body.language),
        address=address,
        said=Said(body.said_name, body.said_email),
    )
    return jsonify(proof(visitor) | {"message": message_out(message)})


def proof(visitor: Actor) -> dict[str, Any]:
    return visit_out(visitor, access_token(visitor), current_app.config["ACCESS_TOKEN_SECONDS"])

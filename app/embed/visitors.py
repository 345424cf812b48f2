"""Who writes: from a credential that a browser keeps to an actor, and a first message."""

from typing import Any

from flask import Response, current_app, jsonify, request

from app.auth.tokens import access_token
from app.embed.blueprint import bp, sent, site_for_frame
from app.files import links
from app.models.messages import MessageState
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import files, identities, visitors
from app.operations.identities import Known
from app.operations.visitors import Said
from app.schemas.embed import FirstFile, FirstMessage, Visit, visit_out
from app.schemas.files import file_out
from app.schemas.messages import message_out


@bp.post("/<key>/visits")
def visit(key: str) -> Response:
    """An access token for the visitor who has the credential; nothing while it is nobody's."""
    site, body = site_for_frame(key), sent(Visit)
    known = come_back(site, body)
    return jsonify(proof(*known)) if known else Response(status=204)


@bp.post("/<key>/messages")
def write_first(key: str) -> Response:
    """A visitor's first message, by which they come to be."""
    site, body = site_for_frame(key), sent(FirstMessage)
    known, message = first(site, body)
    return jsonify(proof(*known) | {"message": message_out(message)})


@bp.post("/<key>/files")
def announce_first(key: str) -> Response:
    """A visitor's first file, by which they come to be as by a message."""
    site, body = site_for_frame(key), sent(FirstFile)
    known = come_with_file(site, body)
    file = files.announce(known.actor, body.name, body.size, body.alt, body.recorded)
    return jsonify(proof(*known) | {"file": file_out(file, links.of(known.actor, file))})


def come_with_file(site: SiteState, body: FirstFile) -> Known:
    language, address = visitors.language_of(body.language), request.remote_addr or ""
    about: dict[str, Any] = {"language": language, "address": address}
    if body.identity is not None:
        return identities.known_or_new(site, body.token, body.identity, **about)
    said = Said(body.said_name, body.said_email)
    return Known(visitors.known_or_new(site, body.token, said=said, **about), body.token)


def come_back(site: SiteState, body: Visit) -> Known | None:
    if body.identity is not None:
        return identities.identify(site, body.token, body.identity)
    visitor = visitors.known(site, body.token)
    return visitor and Known(visitor, body.token)


def first(site: SiteState, body: FirstMessage) -> tuple[Known, MessageState]:
    language, address = visitors.language_of(body.language), request.remote_addr or ""
    about: dict[str, Any] = {"language": language, "address": address}
    if body.identity is not None:
        return identities.write_first(site, body.token, body.identity, body.draft(), **about)
    said = Said(body.said_name, body.said_email)
    visitor, message = visitors.write_first(site, body.token, body.draft(), said=said, **about)
    return Known(visitor, body.token), message


def proof(visitor: Actor, credential: str) -> dict[str, Any]:
    """Who they are; the credential is another one than before once the site has named them."""
    seconds = current_app.config["ACCESS_TOKEN_SECONDS"]
    return visit_out(visitor, access_token(visitor), seconds) | {"token": credential}

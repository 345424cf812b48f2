"""The secret addresses at which other programs say what customers write.

`docs/incoming.md` is the contract. No login and no cookie counts here, and none is set.
"""

from typing import Any

import orjson
from flask import Blueprint, Flask, Response, jsonify, request

from app.errors import Malformed, NotFound, SignatureInvalid
from app.extensions import csrf
from app.models.incoming import IncomingState
from app.operations import incoming as operations
from app.operations import limits
from app.queries import incoming
from app.schemas.incoming import SaidMessage, taken_out
from app.schemas.wire import parse
from app.webhooks.calling import is_signed

MOST_BYTES = 256_000  # far more than the longest message, however it is written
bp = Blueprint("incoming", __name__)


def init_app(app: Flask) -> None:
    csrf.exempt(bp)  # who knows the address proves it by that, and no browser knows it by itself
    app.register_blueprint(bp)


@bp.post("/in/<address>")
def take(address: str) -> tuple[Response, int]:
    """201 for what is new, 200 for what comes again."""
    inbox = inbox_of(address)
    taken = operations.take(inbox, parse(SaidMessage, sent(inbox)).said())
    return jsonify(taken_out(taken)), 201 if taken.is_new else 200


def inbox_of(key: str) -> IncomingState:
    """Raises `NotFound`, `TooFast` for who guesses."""
    try:
        return incoming.by_key(key)
    except NotFound:
        limits.key_guesses(request.remote_addr or "")
        raise


def sent(inbox: IncomingState) -> Any:
    """The body, whatever its header says of its type. Raises `SignatureInvalid`, `Malformed`."""
    request.max_content_length = MOST_BYTES
    body = request.get_data()
    if inbox.is_signed and not is_signed(dict(request.headers), body, inbox.secret):
        raise SignatureInvalid
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed from error

"""What the views of the embedded chat share: which site it is, and what was sent."""

from typing import TypeVar

import orjson
from flask import Blueprint, request

from app.errors import Malformed, SiteUnknown
from app.languages import speak
from app.models.sites import SiteState
from app.queries import sites
from app.schemas.wire import Wire, parse

bp = Blueprint("embed", __name__, url_prefix="/embed")
S = TypeVar("S", bound=Wire)


def site_of(key: str) -> SiteState:
    """The site that a page names. Raises `SiteUnknown`."""
    site = sites.by_key(key)
    if site is None:
        raise SiteUnknown
    speak(site.languages)
    return site


def sent(shape: type[S]) -> S:
    """The body, which is JSON whatever its header says: text is what no browser asks about first.

    Raises `Malformed`, and `Invalid` with `fields`.
    """
    try:
        return parse(shape, orjson.loads(request.get_data()))
    except orjson.JSONDecodeError as error:
        raise Malformed from error

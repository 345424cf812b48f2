"""What the views of the embedded chat share: which site it is, and what was sent."""

from typing import TypeVar

import orjson
from flask import Blueprint, request

from app.auth.origins import same_origin
from app.errors import Malformed, OriginNotAllowed, SiteUnknown
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


def site_for_frame(key: str) -> SiteState:
    """The site whose chat is shown in a frame, which is a page of ours and asks as one.

    Raises `SiteUnknown`, and `OriginNotAllowed` for a page of anybody else but the site: text is
    sent there without asking, so a stranger's page could have its visitors write. What is no page
    says no origin, and has nobody's browser.
    """
    site, origin = site_of(key), request.headers.get("Origin")
    if origin is not None and not (same_origin(request.environ) or site.allows(origin)):
        raise OriginNotAllowed
    return site


def sent(shape: type[S]) -> S:
    """The body, which is JSON whatever its header says: text is what no browser asks about first.

    Raises `Malformed`, and `Invalid` with `fields`.
    """
    try:
        return parse(shape, orjson.loads(request.get_data()))
    except orjson.JSONDecodeError as error:
        raise Malformed from error

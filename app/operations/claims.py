"""Whom a site's own server vouches for: a JWT (RFC 7519) that it signs with the site's secret."""

from typing import Any, NamedTuple

import jwt

from app import clock
from app.errors import IdentityInvalid, Invalid
from app.models import database, identities
from app.models.identities import SUB_LENGTH, Secret
from app.models.sites import SiteState
from app.operations import users

ALGORITHM = "HS256"
LONGEST = 4096  # characters
DAY_SECONDS = 24 * 3600
LEEWAY_SECONDS = 60
# For who runs the site, on the console of their browser.
REASONS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "It has expired.",
    jwt.ImmatureSignatureError: "It does not hold yet.",
    jwt.InvalidAudienceError: "Its aud is not the key of this site.",
    jwt.InvalidAlgorithmError: "It is not signed with HS256.",
    jwt.InvalidSignatureError: "It is not signed with a secret of this site.",
    jwt.MissingRequiredClaimError: "It needs sub, aud and exp.",
    jwt.exceptions.InvalidSubjectError: "Its sub is no text.",
}


class Claims(NamedTuple):
    """What the site says of somebody; `until` (ms) it says so."""

    sub: str
    name: str
    email: str
    until: int


def claims_of(site: SiteState, token: str) -> Claims:
    """What holds of it now, as it is stored. Raises `IdentityInvalid`, which says what is wrong."""
    if len(token) > LONGEST:
        raise IdentityInvalid("It is too long.")
    said = decoded(token, candidates(site, token), site.key)
    sub, exp = said["sub"], int(said["exp"])
    if not 1 <= len(sub) <= SUB_LENGTH or not sub.isprintable():
        raise IdentityInvalid(f"Its sub has 1 to {SUB_LENGTH} characters.")
    if exp > clock.now() / 1000 + DAY_SECONDS + LEEWAY_SECONDS:
        raise IdentityInvalid("Its exp is more than a day ahead.")
    name, email = text_of(said, "name"), text_of(said, "email")
    try:
        name = users.checked_name(name) if name else ""
        email = users.checked_email(email) if email else ""
    except Invalid as error:
        raise IdentityInvalid(error.message) from error
    return Claims(sub, name, email, exp * 1000)


def candidates(site: SiteState, token: str) -> list[Secret]:
    """The secrets that may have signed it: the one that it names, else all that hold."""
    rows = database.rows(identities.LIVE_SECRETS, site_id=site.id, now=clock.now())
    live = [Secret._make(row) for row in rows]
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise IdentityInvalid("It is no JWT.") from error
    return [each for each in live if kid in (None, each.kid)]


def decoded(token: str, signed_with: list[Secret], key: str) -> dict[str, Any]:
    failure: Exception = jwt.InvalidSignatureError()
    for each in signed_with:
        try:
            said: dict[str, Any] = jwt.decode(
                token,
                each.secret,
                algorithms=[ALGORITHM],
                audience=key,
                leeway=LEEWAY_SECONDS,
                options={"require": ["sub", "aud", "exp"]},
            )
            return said
        except jwt.InvalidSignatureError as error:
            failure = error
        except (jwt.PyJWTError, ArithmeticError, TypeError, ValueError) as error:
            failure = error
            break
    raise IdentityInvalid(REASONS.get(type(failure), "It does not hold.")) from failure


def text_of(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:  # as a site says of who has none
        return ""
    if not isinstance(value, str):
        raise IdentityInvalid(f"Its {name} is no text.")
    return value

"""Passwords: having one's own reset by mail, and changing it."""

from functools import partial
from typing import Any

from flask_babel import get_locale

from app.api.auth import proof
from app.api.endpoint import endpoint
from app.auth.password import confirm
from app.errors import Conflict, NotFound, TooFast
from app.models.users import Actor
from app.operations import password_resets, tokens, users
from app.schemas.auth import LoginOut
from app.schemas.passwords import NewPassword, OwnPassword, ResetRequest


@endpoint(
    "POST",
    "/password-resets",
    body=ResetRequest,
    status=204,
    is_public=True,
    takes_address=True,
    raises=(Conflict, TooFast),
)
def ask(body: ResetRequest, address: str) -> None:
    """Ask for a link that sets a password.

    It is mailed to the address, if there is an account with it; the answer is the same if not.
    The link opens a page of the desk. It holds for an hour, once, and until another is asked for.
    """
    password_resets.ask(body.email, language=str(get_locale()), address=address)


@endpoint(
    "POST",
    "/passwords",
    body=NewPassword,
    answer=LoginOut,
    is_public=True,
    takes_address=True,
    raises=(NotFound, TooFast),
)
def use(body: NewPassword, address: str) -> dict[str, Any]:
    """Set a password by a mailed link, and log in.

    All logins of before end.
    """
    where = {"language": str(get_locale()), "address": address}
    return proof(*tokens.issue(password_resets.use(body.key, body.password, **where)))


@endpoint(
    "PUT", "/me/password", body=OwnPassword, answer=LoginOut, takes_address=True, raises=(TooFast,)
)
def change(actor: Actor, body: OwnPassword, address: str) -> dict[str, Any]:
    """Change one's own password.

    All logins of before end, this one too: the answer is a new one. Visitors of a site have none.
    """
    confirmed = partial(confirm, actor, body.current, address, "current")
    language = str(get_locale())
    changed = users.change_own_password(actor, body.password, language=language, confirm=confirmed)
    return proof(*tokens.issue(changed))

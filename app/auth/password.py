"""Who has this e-mail address and password."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache

from flask import Response, after_this_request, has_request_context
from flask_babel import lazy_gettext as _l

from app.addresses import normal
from app.errors import BadCredentials, Invalid, Unavailable
from app.extensions import this_app
from app.models import database
from app.models.users import LOGIN_BY_EMAIL, Actor
from app.operations import limits, logins, passwords


def check_login(email: str, password: str, address: str) -> Actor:
    """The actor these credentials prove.

    Raises `BadCredentials`, the same for an unknown account and a wrong password and after the same
    time, and `TooFast` after too many failures from the address or for the account.
    """
    email = normal(email)  # counted as it is looked up
    with limits.login_attempt(address, email):
        found = database.row(LOGIN_BY_EMAIL, email=email)
        if not (passwords.matches(found.password_hash if found else nobodys(), password) and found):
            if found and Actor.of(found[:-1]).is_staff:
                after_the_answer(logins.failed, found.id)
            raise BadCredentials
        return Actor.of(found[:-1])


def confirm(actor: Actor, password: str, address: str, field: str = "password") -> None:
    """That it is the actor who asks, and says so in this field.

    Raises `Invalid` with `fields` without a password or for another one, and `TooFast`.
    """
    if not password:
        said = _l("Another address takes your password.")
        raise Invalid(said, fields={field: said})
    try:
        check_login(actor.email, password, address)
    except BadCredentials as error:
        said = _l("That is not your password.")
        raise Invalid(said, fields={field: said}) from error


def after_the_answer(work: Callable[[int], None], user_id: int) -> None:
    """Whoever asked has the answer by then, and learns nothing from how long it takes."""
    if not has_request_context():
        work(user_id)
        return
    app = this_app()

    def do() -> None:
        with app.app_context(), suppress(Unavailable):
            work(user_id)

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(do)
        return response


@cache
def nobodys() -> str:
    """Verified when there is no such account, so that both answers take the same time."""
    return passwords.hashed("nobody has this password")

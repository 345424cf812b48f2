"""What proves, beside a token in the form, that a form stands on a page of ours."""

from flask import request

from app.auth.origins import same_origin

OF_NOBODY = ("pages.login", "pages.register", "pages.forgotten_password")


def is_by_token() -> bool:
    """Whether a request is somebody's by a token of their own, whatever session its browser has."""
    return request.authorization is not None and request.authorization.type == "bearer"


def is_proved() -> bool:
    """By a token of somebody's own, which no other site can send. For who logs in, registers or has
    forgotten a password by the origin that their browser says: they have no session yet, each tab
    that shows the form makes one, and the last one counts."""
    says_origin = request.endpoint in OF_NOBODY and "Origin" in request.headers
    return is_by_token() or (says_origin and same_origin(request.environ))

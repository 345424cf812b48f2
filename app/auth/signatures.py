"""Signed names: what a link in a mail shows, and nobody else can make."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, Signer

from app.errors import NotFound

# Each kind of link has signatures of its own.
ADDRESS, UNSUBSCRIBING, CHAT, BROWSER = "mail address", "unsubscribing", "chat", "browser"


def signed(name: str, kind: str) -> str:
    return signer(kind).sign(name).decode()


def name_of(token: str, kind: str) -> str:
    """What was signed. Raises `NotFound` for what was not, or for another kind of link."""
    try:
        return signer(kind).unsign(token.encode()).decode()
    except (BadSignature, UnicodeError) as error:
        raise NotFound from error


def signer(kind: str) -> Signer:
    return Signer(current_app.config["SECRET_KEY"], f"deskbell {kind}", digest_method=sha256)

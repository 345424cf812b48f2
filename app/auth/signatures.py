"""Signed names: what a link in a mail shows, and nobody else can make."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, Signer

from app import clock
from app.errors import NotFound

# Each kind of link has signatures of its own.
ADDRESS, UNSUBSCRIBING, CHAT, BROWSER = "mail address", "unsubscribing", "chat", "browser"
INVITATION = "invitation"


def signed(name: str, kind: str) -> str:
    return signer(kind).sign(name).decode()


def name_of(token: str, kind: str) -> str:
    """What was signed. Raises `NotFound` for what was not, or for another kind of link."""
    try:
        return signer(kind).unsign(token.encode()).decode()
    except (BadSignature, UnicodeError) as error:
        raise NotFound from error


def signed_until(end: int, name: str, kind: str) -> str:
    """A name that holds until then, whatever becomes of what it names."""
    return signed(f"{name}-{end}", kind)


def name_in_time(token: str, kind: str) -> str:
    """What was signed so, while it holds. Raises `NotFound` as `name_of`, and when it has ended."""
    name, _, end = name_of(token, kind).rpartition("-")
    if not name or int(end) <= clock.now():
        raise NotFound
    return name


def invitation_page(key: str) -> str:
    """Where whoever is invited makes their account."""
    return f"/invitation/{signed(key, INVITATION)}"


def signer(kind: str) -> Signer:
    return Signer(current_app.config["SECRET_KEY"], f"deskbell {kind}", digest_method=sha256)

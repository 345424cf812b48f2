"""Addresses of files that hold for a while and for one reader, since a picture on a page of another
site comes without a cookie. Who that is, is looked up again each time, and what they may see."""

import time
from typing import Any, NamedTuple

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.errors import FileNotFound, Unauthorized
from app.models import database
from app.models.files import FileState
from app.models.logins import ACTOR_BY_LOGIN
from app.models.users import Actor
from app.operations import access

WHOLE, SMALL, UPLOAD = "whole", "small", "upload"
HTML, TEXT, PDF = "html", "text", "pdf"  # of a chat, whose id stands in the place of a file's
DAY_SECONDS = 24 * 3600


class Link(NamedTuple):
    file_id: int
    what: str
    actor: Actor


def signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="files")


def address(actor: Actor, file: FileState, what: str) -> str:
    """The path of a file for this reader, or where its owner puts its parts.

    The same for a while, so that a browser which has a picture asks for it no second time.
    """
    seconds = DAY_SECONDS if what == UPLOAD else current_app.config["FILE_LINK_SECONDS"]
    return f"/files/{signed(actor, file.id, what, seconds)}"


def transcript(actor: Actor, chat_id: int, what: str) -> str:
    """The path of all that was said in a chat, for this reader."""
    return f"/transcripts/{signed(actor, chat_id, what, current_app.config['FILE_LINK_SECONDS'])}"


def signed(actor: Actor, subject: int, what: str, seconds: int) -> str:
    until = (int(time.time()) // seconds + 2) * seconds
    said: list[Any] = [subject, str(what), until, actor.id, actor.auth_version]
    return str(signer().dumps([*said, actor.login, actor.identified_until]))


def read(token: str, *kinds: str) -> Link:
    """What a link is for. Raises `FileNotFound` for none of these, `Unauthorized` for one whose
    reader is not who they were."""
    try:
        file_id, what, until, user_id, version, login, identified_until = signer().loads(token)
    except (BadSignature, ValueError):
        raise FileNotFound from None
    if what not in kinds or until < time.time():
        raise FileNotFound
    values = {"user_id": user_id, "auth_version": version, "login": login or ""}
    row = database.row(ACTOR_BY_LOGIN, **values)
    if row is None:
        raise Unauthorized
    return Link(file_id, what, access.check_identified(Actor.of(row, login, identified_until)))


def of(actor: Actor, file: FileState) -> dict[str, str | None]:
    """`url` of the whole file and `thumbnailUrl` of a picture, null while it is not shown; while
    it is arriving its owner's `uploadUrl`."""
    is_theirs = file.is_arriving and file.owner_id == actor.id
    return {
        "uploadUrl": address(actor, file, UPLOAD) if is_theirs else None,
        "url": address(actor, file, WHOLE) if file.is_ready else None,
        "thumbnailUrl": address(actor, file, SMALL) if file.is_ready and file.is_picture else None,
    }

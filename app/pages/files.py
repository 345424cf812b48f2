"""What files hold: their parts come in and they go out at the same kind of address.

Whoever has such an address is who it was made for (`app/files/links.py`); no cookie is asked for,
so no other page can use one that it does not know. Parts come as the tus protocol has it
(https://tus.io/protocols/resumable-upload, version 1.0.0: the core, and termination).
"""

import os
from pathlib import PurePath
from typing import Any

from flask import Response, redirect, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from app.auth.session import login_required, the_actor
from app.errors import ChatError, FileHeldBack, FileNotFound, Malformed, TooLong
from app.extensions import csrf
from app.files import kinds, links, parts, store
from app.files.names import SMALL
from app.models.files import OTHER, FileState
from app.operations import files
from app.operations.limits import asks
from app.pages.blueprint import SEE_OTHER, bp

TUS = "1.0.0"
PART = "application/offset+octet-stream"
ASKED = {"HEAD": (links.UPLOAD,)}
# As `pictures.py` writes what came as one of these.
INSTEAD = (".heic", ".heif", ".hif", ".avif")
SUFFIXES = {"image/jpeg": ".jpg", "image/webp": ".webp"}


class NotPart(ChatError):
    code = "not_a_part"
    status = 415


class OtherTus(ChatError):
    code = "other_version"
    status = 412


@bp.get("/file/<id:file_id>")
@login_required
def file(file_id: int) -> BaseResponse:
    """To the file's address for whoever is logged in, for a page without scripts."""
    actor = the_actor()
    return redirect(links.address(actor, files.seen(actor, file_id), links.WHOLE), SEE_OTHER)


@bp.get("/files/<token>")
def file_content(token: str) -> Response:
    """The file, or the small one of a picture; of one that arrives, how much of it has."""
    link = links.read(token, links.WHOLE, links.SMALL, *ASKED.get(request.method, ()))
    if link.what == links.UPLOAD:
        file = files.own(link.actor, link.file_id)
        return progress(file, parts.length(file.id) if file.is_arriving else file.size, 200)
    file = files.seen(link.actor, link.file_id)
    if not file.is_ready or file.content is None:
        raise FileHeldBack
    is_small = link.what == links.SMALL
    name = file.content + SMALL if is_small else file.content
    held = store.opened(name)
    size = held.seek(0, os.SEEK_END)
    held.seek(0)
    answer = send_file(held, **as_it_is_shown(file, is_small), etag=name, conditional=False)
    answer.content_length = size
    answer.make_conditional(request, accept_ranges=True, complete_length=size)
    return guarded(answer)


def as_it_is_shown(file: FileState, is_small: bool) -> dict[str, Any]:
    if is_small:
        return {"mimetype": "image/webp"}
    is_shown = file.content_type in kinds.SHOWN
    return {
        "mimetype": file.content_type if is_shown else OTHER,
        "as_attachment": not is_shown,
        "download_name": named_as_it_is(file) if is_shown else file.name,
    }


def named_as_it_is(file: FileState) -> str:
    """A picture that is shown as another kind than it came is not called what it came as."""
    suffix = SUFFIXES.get(file.content_type or "", "")
    is_another = suffix and file.name.lower().endswith(INSTEAD)
    return str(PurePath(file.name).with_suffix(suffix)) if is_another else file.name


def guarded(answer: Response) -> Response:
    """Whatever it is, it runs nothing, is shown in no page but ours, and kept for no one else."""
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return answer


@bp.route("/files/<token>", methods=["PATCH"])
@csrf.exempt
def file_part(token: str) -> Response:
    """The next part of it."""
    file = arriving(token)
    if request.content_type != PART:
        raise NotPart
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
        raise Malformed
    if (request.content_length or 0) > max(0, file.size - int(offset)):
        raise TooLong
    request.max_content_length = file.size  # read in pieces, unlike what else is asked
    here = parts.append(file.id, int(offset), file.size, request.stream.read)
    return progress(file, here, 204)


@bp.route("/files/<token>", methods=["DELETE"])
@csrf.exempt
def file_given_up(token: str) -> Response:
    check_version()
    link = links.read(token, links.UPLOAD)
    files.give_up(link.actor, link.file_id)
    return Response(status=204, headers={"Tus-Resumable": TUS})


@bp.route("/files/<token>", methods=["OPTIONS"])
@csrf.exempt
def file_ways(token: str) -> Response:
    said = {"Tus-Version": TUS, "Tus-Resumable": TUS, "Tus-Extension": "termination"}
    return Response(status=204, headers=said)


def arriving(token: str) -> FileState:
    check_version()
    link = links.read(token, links.UPLOAD)
    asks(link.actor.id)
    file = files.own(link.actor, link.file_id)
    if not file.is_arriving:
        raise FileNotFound
    return file


def check_version() -> None:
    if request.headers.get("Tus-Resumable") != TUS:
        raise OtherTus


def progress(file: FileState, offset: int, status: int) -> Response:
    """Once all of it is here that is said, however often it is asked."""
    if file.is_arriving and offset == file.size:
        files.arrived(file.id)
    headers = {
        "Tus-Resumable": TUS,
        "Upload-Offset": str(offset),
        "Upload-Length": str(file.size),
        "Cache-Control": "no-store",
    }
    return Response(status=status, headers=headers)

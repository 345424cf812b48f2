"""What is kept of a customer as one ZIP: made by a job a bit at a time, here for a day.

Programs have it as JSON, and people as pages, which load nothing and run nothing.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import orjson
import structlog
from flask import current_app, stream_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from app.concurrency import in_pieces
from app.errors import FileAway, FileNotFound
from app.files import parts, store
from app.models.exports import KEPT_MS, ExportState
from app.operations import exports
from app.queries.exports import PARTS, Part, files_of, in_chats, people_of, rows_of

TOGETHER = 64 * 1024  # bytes of JSON that are packed at once
STAFF = "staff/"
READ_ME = """All that this desk keeps of one person, in JSON. Times are ISO 8601, UTC.

index.html    the same to be read, in any browser
files/        what was sent as files, by the ids of files.json
staff/        what staff alone sees: leave it out of what you hand on, unless you mean to

Not in it: passwords, keys of links and logins, words by which people are found, copies of their
words that staff has forwarded to others' chats, and the log of what staff answers for.
"""
# What each is called on the pages.
TITLES = {
    "person": _l("Who they are"),
    "visitors": _l("As visitors of sites"),
    "identities": _l("What sites have said who they are"),
    "visits": _l("Visits"),
    "mail_addresses": _l("E-mail addresses"),
    "mails": _l("Mails"),
    "links": _l("Mailed links"),
    "chats": _l("Chats"),
    "topics": _l("Topics"),
    "messages": _l("What was said"),
    "earlier_texts": _l("What was said before it was edited"),
    "originals": _l("What was said before it was masked"),
    "ratings": _l("Ratings"),
    "bot_answers": _l("Answers of the bot"),
    "files": _l("Files"),
    "staff/chats": _l("Chats"),
    "staff/messages": _l("Messages"),
    "staff/notes": _l("Notes"),
    "staff/mentions": _l("Who is named in notes"),
    "staff/tags": _l("Tags"),
    "staff/chat_tags": _l("Which chat has which tag"),
    "staff/teams": _l("Teams"),
    "staff/rule_runs": _l("Done by rules"),
    "staff/webhook_deliveries": _l("What other programs were told of"),
    "staff/blocks": _l("Blocks"),
    "staff/exports": _l("Exports"),
}
log = structlog.get_logger(__name__)


def folder() -> Path:
    return parts.folder() / "exports"


def place_of(made: ExportState) -> Path:
    return folder() / f"{made.customer_id}-{made.key}.zip"


def make(customer_id: int, language: str = "") -> None:
    """Makes what was asked for last of a customer. Done again it does no harm."""
    wanted = exports.begun(customer_id)
    if wanted is None or wanted.is_ready:
        return
    parts.check_there()
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        write(customer_id, place_of(wanted), language)
    except OSError as error:
        raise FileAway(retry_after=parts.AGAIN) from error
    if exports.ready(wanted, place_of(wanted).stat().st_size):
        log.info("customer exported", user_id=customer_id, by=wanted.by_id)
    else:
        place_of(wanted).unlink(missing_ok=True)


def write(customer_id: int, path: Path, language: str = "") -> None:
    """The ZIP at this path, which is whole or not there; its pages are in this language, or the
    desk's first. Raises `OSError`, `FileAway`."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    ids = people_of(customer_id)
    try:
        unfinished.touch(mode=0o600)
        with ZipFile(unfinished, "w", ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", READ_ME)
            for part in PARTS:
                write_rows(archive, f"{part.name}.json", rows_of(part, ids))
            names = {}
            for file in files_of(ids):
                # One may have been taken back meanwhile.
                with suppress(FileNotFound), store.opened(file.content or "") as held:
                    names[file.id] = f"files/{file.id}-{file.name}"
                    write_file(archive, names[file.id], held)
            with force_locale(language or current_app.config["LANGUAGES"][0]):
                for root in ("", STAFF):
                    write_page(archive, root, ids, names)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_rows(archive: ZipFile, name: str, rows: Iterable[dict[str, Any]]) -> None:
    with archive.open(name, "w", force_zip64=True) as out:
        waiting, before = bytearray(b"["), b"\n"
        for row in rows:
            waiting += before + orjson.dumps(row)
            before = b",\n"
            if len(waiting) > TOGETHER:
                out.write(waiting)
                waiting.clear()
                time.sleep(0)
        out.write(waiting + b"\n]\n")


def write_page(archive: ZipFile, root: str, ids: Sequence[int], names: dict[int, str]) -> None:
    """What this folder's files of JSON say, to be read. `names` are those of files, by id."""
    parts = [part for part in PARTS if part.name.startswith(STAFF) == (root == STAFF)]
    said = stream_template(
        "export.html",
        is_staffs=root == STAFF,
        sections=((part, TITLES[part.name], to_be_read(part, ids)) for part in parts),
        ids=set(ids),
        plain_json=lambda value: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(),
        hrefs={file_id: quote(name) for file_id, name in names.items()},
    )
    with archive.open(f"{root}index.html", "w", force_zip64=True) as out:
        for piece in in_pieces(said):
            out.write(piece.encode())


def to_be_read(part: Part, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    return rows_of(in_chats(part) if part.name == "messages" else part, ids)


def write_file(archive: ZipFile, name: str, held: BinaryIO) -> None:
    """As it is: most of what people send is packed already."""
    archive.compression = ZIP_STORED
    try:
        with archive.open(name, "w", force_zip64=True) as out:
            while piece := held.read(TOGETHER):
                out.write(piece)
                time.sleep(0)  # others are served in between
    finally:
        archive.compression = ZIP_DEFLATED


def remove(customer_ids: Collection[int]) -> None:
    """Whatever was made of these."""
    for path in there():
        of, _dash, _rest = path.name.lstrip(".").partition("-")
        if of.isdecimal() and int(of) in customer_ids:
            path.unlink(missing_ok=True)


def there() -> list[Path]:
    """Also what is not whole."""
    return list(folder().iterdir()) if folder().is_dir() else []


def forget() -> None:
    """What is here longer than it is kept, or was never finished."""
    exports.forget_old()
    old = time.time() - KEPT_MS / 1000
    for path in there():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < old:
                path.unlink()

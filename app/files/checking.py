"""Before anybody is shown a file: it is scanned, recognised, encoded anew and stored."""

import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import structlog
from flask import current_app

from app.errors import FileAway
from app.files import kinds, parts, programs, store
from app.files.recordings import MEASURED
from app.models.files import MEASURED_SECONDS, FileState, FileStatus, Refusal
from app.operations import files
from app.queries.files import by_id, known_contents

PICTURES, RECORDINGS = (
    Path(__file__).with_name(f"{each}.py") for each in ("pictures", "recordings")
)
SECONDS = 60  # for one of either; it has less of a processor
SCAN_SECONDS = 300
CLEAN, INFECTED = 0, 1  # as clamscan and clamdscan end
NO_DISK = 74  # as either ends to which the disk gave nothing, or that could not write
UNSAID = 120  # as Python ends where what it has said could not be written
DAY_SECONDS = 24 * 3600
log = structlog.get_logger(__name__)


class ScanFailed(Exception):
    """The scanner could not tell; it is asked again."""


class Unfinished(Exception):
    """What reads a picture or a recording took longer than it may, which a busy machine can be the
    reason of: it is looked at again. What would never end has an end by its limit of processor."""


class PartMissing(Exception):
    """What has arrived is not in this process's `UPLOADS`: whoever has the folder looks at it."""


def check(file_id: int) -> None:
    """Looks at a file that is all here, and says what became of it. Done again it does no harm."""
    file = by_id(file_id)
    if file is None or file.status != FileStatus.CHECKING:
        parts.remove(file_id)
        return
    store.this().check_there()
    if not parts.length(file_id):
        raise PartMissing(str(parts.path_of(file_id)))
    try:
        outcome = looked_at(file, parts.path_of(file_id))
    except OSError as error:  # of the disk: what is wrong with the file is an outcome
        raise FileAway(retry_after=parts.AGAIN) from error
    if isinstance(outcome, Refusal):
        log.info("file refused", file_id=file_id, why=str(outcome))
        files.refuse(file_id, outcome)
    elif not files.ready(file_id, outcome) and not known_contents([outcome["content"]]):
        # It was taken back meanwhile; or another one has looked as well, and was quicker.
        store.remove(outcome["content"])
    parts.remove(file_id)


def looked_at(file: FileState, path: Path) -> Refusal | dict[str, Any]:
    if is_infected(path):
        return Refusal.INFECTED
    shown, small = path.with_name(f"{file.id}.shown"), path.with_name(f"{file.id}.small")
    try:
        is_picture = kinds.begins_like_picture(path)
        seen = picture(path, shown, small) if is_picture else {"type": kinds.type_of(path)}
        if seen.get("refusal"):
            return Refusal(seen["refusal"])
        kind = seen["type"]
        if not kinds.is_taken(kind, current_app.config["FILE_TYPES"]):
            return Refusal.TYPE
        heard = voice(file, path, kind)
        if isinstance(heard, Refusal):
            return heard
        if not is_picture:
            shown.unlink(missing_ok=True)  # of a process that was killed
            os.link(path, shown)  # it stays here, too, until its row says where it is
        return {
            "content_type": kind,
            "size": shown.stat().st_size,
            "width": seen.get("width"),
            "height": seen.get("height"),
            "voice": heard,
            "content": store.put(file.id, shown, small if is_picture else None),
        }
    finally:
        for left in (shown, small):
            left.unlink(missing_ok=True)


def is_infected(path: Path) -> bool:
    """Whether `SCAN_COMMAND` finds something. Raises `ScanFailed` where it cannot tell."""
    command = current_app.config["SCAN_COMMAND"]
    if not command:
        return False
    try:
        ended = programs.run([*shlex.split(command), str(path.absolute())], SCAN_SECONDS)
    except (OSError, programs.TookTooLong) as error:
        raise ScanFailed(str(error)) from error
    if ended not in (CLEAN, INFECTED):
        raise ScanFailed(f"it ended with {ended}")
    return ended == INFECTED


def picture(path: Path, shown: Path, small: Path) -> dict[str, Any]:
    """What `pictures.py` says of it."""
    most = str(current_app.config["PICTURE_PIXELS"])
    # What ends it is that it wanted more than it had.
    return read_by(PICTURES, path, shown, small, most) or {"refusal": Refusal.UNREADABLE}


def voice(file: FileState, path: Path, kind: str) -> str | Refusal | None:
    """What is said of a file that was recorded, with the seconds that it has by `recordings.py`,
    whoever says what. Nothing where those are not known, as of what is no sound: such a file is
    one like others."""
    if file.voice is None or kind not in MEASURED:
        return None
    seconds = read_by(RECORDINGS, path, kind).get("seconds")
    if seconds is None:
        return None
    if seconds > MEASURED_SECONDS:
        return Refusal.TOO_LONG
    return json.dumps(json.loads(file.voice) | {"seconds": seconds})


def read_by(program: Path, path: Path, *more: Path | str) -> dict[str, Any]:
    """What it says of the file; nothing where it was ended by its limits."""
    command = [sys.executable, "-I", str(program), str(path), *map(str, more)]
    try:
        with kept_answer() as answer:
            ended = programs.run(command, SECONDS, answer)
            answer.seek(0)
            told = b"" if ended else answer.read()
    except programs.TookTooLong as error:
        raise Unfinished(str(path)) from error
    if ended in (-signal.SIGINT, -signal.SIGTERM, NO_DISK, UNSAID):
        raise InterruptedError  # that is not the file's fault: it is looked at again
    said: dict[str, Any] = {} if ended else json.loads(told)
    return said


def kept_answer() -> IO[bytes]:
    """For what a program says: in memory where that can be, since a disk may be full."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("answer"), "w+b")
    return TemporaryFile()


def remove(ids: Sequence[int], contents: Sequence[str]) -> None:
    """What files held of which no row is left."""
    kept = known_contents(contents)
    for file_id in ids:
        parts.remove(file_id)
    for name in contents:
        if name not in kept:
            store.remove(name)


def forget() -> None:
    """What nobody has sent in a day, and what lies here a day without a row that names it."""
    files.forget_unsent()
    old = time.time() - DAY_SECONDS
    there = (name for name, came in store.names() if came < old)
    while some := set(islice(there, 500)):
        for name in some - known_contents(some):
            store.remove(name)
    for path in (parts.folder() / "parts").glob("*"):
        file_id = path.name.partition(".")[0]
        is_old = path.stat().st_mtime < old
        if is_old and file_id.isdigit() and by_id(int(file_id)) is None:
            path.unlink(missing_ok=True)

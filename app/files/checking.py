"""Before anybody is shown a file: it is scanned, recognised, encoded anew and stored."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import structlog
from flask import current_app

from app.errors import FileAway
from app.files import kinds, parts, store
from app.models.files import FileState, FileStatus, Refusal
from app.operations import files
from app.queries.files import by_id, known_contents

PICTURES = Path(__file__).with_name("pictures.py")
SECONDS = 60  # for one picture; it has less of a processor
SCAN_SECONDS = 300
CLEAN, INFECTED = 0, 1  # as clamscan and clamdscan end
NO_DISK = 74  # as `pictures.py` ends that could not write
DAY_SECONDS = 24 * 3600
log = structlog.get_logger(__name__)


class ScanFailed(Exception):
    """The scanner could not tell; it is asked again."""


class Unfinished(Exception):
    """A picture took longer than it may, which a busy machine can be the reason of: it is looked at
    again. One that would never end has an end by its limit of processor."""


class PartMissing(Exception):
    """What has arrived is not in this process's `UPLOADS`: whoever has the folder looks at it."""


def check(file_id: int) -> None:
    """Looks at a file that is all here, and says what became of it. Done again it does no harm."""
    file = by_id(file_id)
    if file is None or file.status != FileStatus.CHECKING:
        parts.remove(file_id)
        return
    path = parts.path_of(file_id)
    if not path.exists():
        raise PartMissing(str(path))
    store.this().check_there()
    try:
        outcome = looked_at(file, path)
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
        if not is_picture:
            shown.unlink(missing_ok=True)  # of a process that was killed
            os.link(path, shown)  # it stays here, too, until its row says where it is
        no_sound = {} if kind.startswith("audio/") else {"voice": None}
        return no_sound | {
            "content_type": kind,
            "size": shown.stat().st_size,
            "width": seen.get("width"),
            "height": seen.get("height"),
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
        done = subprocess.run(  # noqa: S603  (what whoever runs the desk has set)
            [*shlex.split(command), str(path.absolute())],
            capture_output=True,
            timeout=SCAN_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScanFailed(str(error)) from error
    if done.returncode not in (CLEAN, INFECTED):
        raise ScanFailed(f"it ended with {done.returncode}")
    return done.returncode == INFECTED


def picture(path: Path, shown: Path, small: Path) -> dict[str, Any]:
    """What `pictures.py` says of it."""
    most = str(current_app.config["PICTURE_PIXELS"])
    command = [sys.executable, "-I", str(PICTURES), str(path), str(shown), str(small), most]
    try:
        done = subprocess.run(  # noqa: S603  (ours, and paths of ours)
            command, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Unfinished(str(path)) from error
    if done.returncode in (-signal.SIGINT, -signal.SIGTERM, NO_DISK):
        raise InterruptedError  # that is not the picture's fault: it is looked at again
    if done.returncode:  # it wanted more than it had
        return {"refusal": Refusal.UNREADABLE}
    said: dict[str, Any] = json.loads(done.stdout)
    return said


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

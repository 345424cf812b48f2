"""What of a file is here already: one file of the disk for each that arrives, which only grows.

How much there is of it is its length, so that nothing has to be written down beside it, and a
process that is killed loses no part that was acknowledged.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from shutil import disk_usage

import structlog
from flask import current_app
from werkzeug.exceptions import ClientDisconnected

from app.concurrency import in_own_thread
from app.errors import FileAway, FileBusy, WrongOffset
from app.queries.files import has_contents

PIECE = 64 * 1024
SPARE = 200_000_000  # bytes of the disk that no file takes: others write there, too
AGAIN = 30  # seconds after which who found the disk full or unwritable may ask again
log = structlog.get_logger(__name__)


def folder() -> Path:
    """Where all of it lies, readable by its owner alone."""
    return Path(current_app.config["UPLOADS"])


def path_of(file_id: int) -> Path:
    return folder() / "parts" / str(file_id)


def check_there() -> None:
    """That `UPLOADS` is the folder that it was. Where files lie in it, its `files` is made only as
    long as no row names one: without it a disk is not mounted, and what came into a new one would
    be gone when the old one returns. Raises `FileAway`.
    """
    lies_here = not current_app.config["FILE_STORE"]
    place = folder() / ("files" if lies_here else "parts")
    try:
        if place.is_dir():
            return
        if lies_here and has_contents():
            raise FileNotFoundError(f"{place}, in which files of this desk lie")
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        log.error("the folder of files is not there", error=str(error))
        raise FileAway(retry_after=AGAIN) from error


def make() -> None:
    """Makes the folder of parts, where that is known to be what it was. Raises `FileAway`."""
    place = folder() / "parts"
    try:
        if not place.is_dir():
            check_there()
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise away(error) from error


def length(file_id: int) -> int:
    """Bytes of it that are here. Raises `FileAway`."""
    try:
        return path_of(file_id).stat().st_size
    except FileNotFoundError:
        make()
        return 0
    except OSError as error:
        raise away(error) from error


def append(file_id: int, offset: int, size: int, read: Callable[[int], bytes]) -> int:
    """Puts what `read` gives behind the `offset` bytes that are here, until there are `size`.

    What came before the line was cut stays. Returns how much there is by then, all of it on the
    disk. Raises `WrongOffset`, `FileBusy` while another request writes it, `FileAway`.
    """
    path = path_of(file_id)
    make()
    try:
        if disk_usage(path.parent).free < SPARE:
            raise FileAway(retry_after=AGAIN)
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FileBusy from None
            there = os.fstat(file.fileno())  # now that nobody else writes it
            # Once it is looked at it has a second name: what is shown is not to grow.
            if offset != there.st_size or there.st_nlink != 1:
                raise WrongOffset
            begins = offset == 0
            while (left := size - offset) > 0:
                try:
                    piece = read(min(PIECE, left))
                except (OSError, ClientDisconnected):  # the line was cut
                    break
                if not piece:
                    break
                file.write(piece)
                offset += len(piece)
            file.flush()
            in_own_thread(os.fsync, file.fileno())
            if begins:
                in_own_thread(keep_names, path.parent)
    except OSError as error:
        raise away(error) from error
    return offset


def away(error: OSError) -> FileAway:
    log.error("files cannot be taken", error=str(error))
    return FileAway(retry_after=AGAIN)


def keep_names(folder: Path) -> None:
    """What is called so in this folder is called so after a power cut."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def remove(file_id: int) -> None:
    """Also what is not there. Raises `FileAway`."""
    try:
        path_of(file_id).unlink(missing_ok=True)
    except OSError as error:
        raise away(error) from error

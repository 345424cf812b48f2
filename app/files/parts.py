"""What of a file is here already: one file of the disk for each that arrives, which only grows.

How much there is of it is its length, so that nothing has to be written down beside it, and a
process that is killed loses no part that was acknowledged.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from flask import current_app

from app.concurrency import in_own_thread
from app.errors import FileBusy, Unavailable, WrongOffset

PIECE = 64 * 1024
NO_SPACE = (28, 122)  # ENOSPC, EDQUOT


def folder() -> Path:
    """Where all of it lies, readable by its owner alone."""
    return Path(current_app.config["UPLOADS"])


def path_of(file_id: int) -> Path:
    return folder() / "parts" / str(file_id)


def length(file_id: int) -> int:
    """Bytes of it that are here."""
    try:
        return path_of(file_id).stat().st_size
    except FileNotFoundError:
        return 0


def append(file_id: int, offset: int, size: int, read: Callable[[int], bytes]) -> int:
    """Puts what `read` gives behind the `offset` bytes that are here, until there are `size`.

    What came before the line was cut stays. Returns how much there is by then, all of it on the
    disk. Raises `WrongOffset`, `FileBusy` while another request writes it, `Unavailable`.
    """
    path = path_of(file_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FileBusy from None
            if offset != file.tell():
                raise WrongOffset
            while (left := size - offset) > 0:
                try:
                    piece = read(min(PIECE, left))
                except OSError:  # the line was cut
                    break
                if not piece:
                    break
                file.write(piece)
                offset += len(piece)
            file.flush()
            in_own_thread(os.fsync, file.fileno())
    except OSError as error:
        if error.errno in NO_SPACE:
            raise Unavailable from error
        raise
    return offset


def remove(file_id: int) -> None:
    with suppress(FileNotFoundError):
        path_of(file_id).unlink()

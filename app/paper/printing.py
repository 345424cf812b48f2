"""Pages as PDFs, each drawn by a program of its own (`program.py`), while others go on."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import IO

import structlog
from flask_babel import lazy_gettext as _l

from app.errors import TooLong, Unavailable

PROGRAM = Path(__file__).with_name("program.py")
FOLDER = "deskbell-paper-"
OLD_SECONDS = 3600  # nobody draws in a folder of that age
SECONDS = 45  # from asking to the file, so that no proxy gives up on it; less of a processor
BYTES = 600_000_000  # of addresses, for one
WRITTEN = 100_000_000  # bytes of a file
WAIT_SECONDS = 10  # of them, for one's turn
MOST_WAITING = 4
SOURCE_BYTES = 12_000_000  # a chat of 5,000 long messages; its program has memory for that
AGAIN = 30  # seconds after which to ask again
log = structlog.get_logger(__name__)
turn = threading.BoundedSemaphore(1)  # one at a time in a process
asking: dict[int, object] = {}  # whose is drawn, and who waits


class TooLongForPaper(TooLong):
    """It would take more memory or time than one PDF may."""

    code = "too_long_for_pdf"
    message = _l("This chat is too long for a PDF. Take the page or the text instead.")


class NoPaper(Unavailable):
    """Many are drawn just now, or one of the same person, or the disk is full."""

    message = _l("No PDF can be made just now. Take the page or the text instead.")


def printed(html: Iterable[str], words: Mapping[str, str], who: int) -> IO[bytes]:
    """The page as a PDF, open to be read. `words` are as `program.py` has them.

    `html` is not asked for anything before it is the turn of `who`, who has one at a time.
    Raises `TooLongForPaper`, `NoPaper`.
    """
    until = time.monotonic() + SECONDS
    with its_turn(who), TemporaryDirectory(prefix=FOLDER) as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        try:
            write(source, html, until)
            said = run(source, target, words, until)
            if "refusal" not in said:
                return target.open("rb")  # it lasts beyond the folder
        except (OSError, ValueError) as error:
            log.exception("no PDF was made")
            raise NoPaper(retry_after=AGAIN) from error
    raise TooLongForPaper


def write(source: Path, html: Iterable[str], until: float) -> None:
    written = 0
    with source.open("wb") as file:
        for piece in html:
            written += file.write(piece.encode("utf-8", "replace"))
            if written > SOURCE_BYTES or time.monotonic() > until:
                raise TooLongForPaper


def run(source: Path, target: Path, words: Mapping[str, str], until: float) -> dict[str, object]:
    """What the program says. It is told nothing of ours that is not in the page."""
    command = [sys.executable, "-I", str(PROGRAM), str(source), str(target)]
    left = max(0.001, until - time.monotonic())  # none at all would be no limit
    command += [json.dumps(words), str(BYTES), str(WRITTEN), str(left)]
    done = subprocess.run(  # noqa: S603  (ours, and paths of ours)
        command, capture_output=True, env={"HOME": str(source.parent)}
    )
    if done.returncode < 0:  # it wanted more than it may have, or longer
        return {"refusal": "too_long"}
    if done.returncode:
        raise OSError(done.stderr.decode(errors="replace")[-2000:])
    said: dict[str, object] = json.loads(done.stdout)
    return said


@contextmanager
def its_turn(who: int) -> Iterator[None]:
    """One at a time. Raises `NoPaper` for who would wait for long, or has one drawn already."""
    one = object()
    if len(asking) > MOST_WAITING or asking.setdefault(who, one) is not one:
        raise NoPaper(retry_after=AGAIN)
    try:
        if not turn.acquire(timeout=WAIT_SECONDS):
            raise NoPaper(retry_after=AGAIN)
        try:
            yield
        finally:
            turn.release()
    finally:
        del asking[who]


def forget() -> None:
    """What a server has left behind that was killed while one was drawn: whole chats."""
    old = time.time() - OLD_SECONDS
    for path in Path(gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # another one removes it, too
            if path.stat(follow_symlinks=False).st_mtime < old:
                shutil.rmtree(path)

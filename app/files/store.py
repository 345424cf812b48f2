"""Where files lie once they may be shown: by a hash of what they hold, never a name that was given.

A folder (`folder.py`), or what speaks S3 (`s3.py`). A name there is either a whole file or none.
"""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from app.concurrency import in_own_thread
from app.errors import FileAway, FileNotFound
from app.files import parts, s3
from app.files.folder import Folder
from app.files.names import SMALL

SETTINGS = (
    "FILE_STORE",
    "FILE_STORE_ENDPOINT",
    "FILE_STORE_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)


class Store(Protocol):
    """What either is asked, on the loop, which it does not hold up. Each raises `FileAway`."""

    def keep(self, path: Path, name: str) -> None:
        """Puts the file there for good. It need not be where it was any more."""

    def open(self, name: str) -> BinaryIO:
        """Raises `FileNotFoundError`."""

    def remove(self, name: str) -> None:
        """Also what is not there."""

    def names(self) -> Iterator[tuple[str, float]]:
        """All that is there, each with when it came (seconds since 1970)."""

    def check(self) -> None:
        """At start. Raises `SettingError` for what will not pass by itself."""

    def check_there(self) -> None:
        """Raises `FileAway` where it is known to be away, before anything is done in vain."""


def this() -> Store:
    if not current_app.config["FILE_STORE"]:
        return Folder(parts.folder())
    return s3.store(*(current_app.config[name] for name in SETTINGS))


def put(file_id: int, shown: Path, small: Path | None) -> str:
    """What is shown of a file, and of a picture the small one.

    Returns its name: by what it holds, and by whose it is, so that what two have sent alike goes
    one at a time.
    """
    name = f"{in_own_thread(digest, shown)}-{file_id}"
    if small is not None:
        this().keep(small, name + SMALL)
    this().keep(shown, name)
    return name


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def opened(name: str) -> BinaryIO:
    """To be read, and sought in. Raises `FileNotFound`, `FileAway`."""
    try:
        return this().open(name)
    except FileNotFoundError:
        raise FileNotFound from None


def remove(name: str) -> None:
    for each in (name, name + SMALL):
        this().remove(each)


def names() -> Iterator[tuple[str, float]]:
    """All that is there, each with when it came (seconds since 1970)."""
    for name, came in this().names():
        yield name.removesuffix(SMALL), came


def check() -> None:
    """As a server starts. One that is away holds up nobody who only writes.

    Raises `SettingError` for what will not pass by itself.
    """
    with suppress(FileAway):  # of which the log has been told
        this().check()

"""A store that is a folder, which several processes may share."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

import structlog

from app.concurrency import in_own_thread
from app.files import parts
from app.files.names import place_of

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, path: Path, name: str) -> None:
        self.check_there()
        self.ask(in_own_thread, move, path, self.root / place_of(name))

    def open(self, name: str) -> BinaryIO:
        return self.ask((self.root / place_of(name)).open, "rb")

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self.ask((self.root / place_of(name)).unlink)

    def names(self) -> Iterator[tuple[str, float]]:
        for path in (self.root / "files").glob("??/*"):
            with suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    def check(self) -> None:
        self.check_there()
        if not os.access(self.root / "files", os.W_OK):
            log.warning("nobody may write here", folder=str(self.root / "files"))

    def check_there(self) -> None:
        parts.check_there()

    def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except FileNotFoundError:
            # Without the folder it is the disk that is not there, and not this file.
            self.check_there()
            raise
        except OSError as error:
            raise parts.away(error) from error


def move(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(path, target)
    parts.keep_names(target.parent)

"""Where files lie once they may be shown: by a hash of what they hold, never a name that was given.

Each is written whole and then named, so that a name is either a whole file or none.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

from app.files import parts

NAME = re.compile(r"[0-9a-f]{64}-[0-9]+(-small)?")
SMALL = "-small"


def path_of(name: str, root: Path | None = None) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError(name)
    return (root or parts.folder()) / "files" / name[:2] / name


def put(root: Path, file_id: int, shown: Path, small: Path | None) -> str:
    """Moves what is shown of a file, and of a picture the small one, into the store for good.

    Returns its name: by what it holds, and by whose it is, so that what two have sent alike goes
    one at a time. For a thread: it asks nobody where things are.
    """
    with shown.open("rb") as file:
        name = f"{file_digest(file, 'sha256').hexdigest()}-{file_id}"
    if small is not None:
        move(small, path_of(name + SMALL, root))
    move(shown, path_of(name, root))
    return name


def move(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(path, target)
    parts.keep_names(target.parent)


def of_file(file_id: int) -> Path | None:
    """What is shown of a file, where only its id is known."""
    return next((parts.folder() / "files").glob(f"??/*-{file_id}"), None)


def remove(name: str) -> None:
    for each in (name, name + SMALL):
        with suppress(FileNotFoundError):
            path_of(each).unlink()


def names() -> Iterator[tuple[str, float]]:
    """All that is there, each with when it came (seconds since 1970)."""
    for path in (parts.folder() / "files").glob("??/*"):
        with suppress(FileNotFoundError):
            yield path.name.removesuffix(SMALL), path.stat().st_mtime

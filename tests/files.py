"""Files that tests send: made, all here, looked at."""

import io
import random
from pathlib import Path
from typing import Any

from PIL import Image

from app.files import checking, parts
from app.files.names import place_of
from app.models.files import FileState
from app.models.jobs import Job
from app.models.users import Actor
from app.operations import files
from app.operations.transaction import transaction
from app.queries.files import by_id

RECORDINGS = Path(__file__).parent / "recordings"  # by a browser, with and without a picture
VOICE = {"seconds": 1.5, "peaks": [0, 40, 100]}
TUS = {"Tus-Resumable": "1.0.0"}
PART = TUS | {"Content-Type": "application/offset+octet-stream"}


def picture(width: int = 60, height: int = 40, kind: str = "PNG", **how: Any) -> bytes:
    """A picture that no two calls of another size make alike."""
    pixels = random.Random(width * height).randbytes(width * height * 3)
    held = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(held, kind, **how)
    return held.getvalue()


def arrived(
    actor: Actor, content: bytes, name: str = "screen.png", alt: str = "", voice: Any = None
) -> FileState:
    """A file of which all is here, and which nobody has looked at."""
    file = received(actor, content, name, alt, voice)
    files.arrived(file.id)
    return now(file)


def arrived_here(actor: Actor, content: bytes, name: str, voice: Any = None) -> FileState:
    """The same, and no server looks at it by itself meanwhile: only the test does."""
    file = received(actor, content, name, voice=voice)
    with transaction() as tx:
        tx.run(files.HERE, {"file_id": file.id})
    return now(file)


def let_be_looked_at(file: FileState) -> None:
    """From now on a server looks at what `arrived_here`."""
    with transaction() as tx:
        tx.later(Job("check_file", {"file_id": file.id}, unique_key=f"file:{file.id}"))


def received(
    actor: Actor, content: bytes, name: str, alt: str = "", voice: Any = None
) -> FileState:
    file = files.announce(actor, name, len(content), alt, voice)
    source = io.BytesIO(content)
    assert parts.append(file.id, 0, file.size, source.read) == len(content)
    return file


def looked_at(actor: Actor, content: bytes, name: str = "screen.png", alt: str = "") -> FileState:
    file = arrived(actor, content, name, alt)
    checking.check(file.id)
    return now(file)


def recorded(actor: Actor, name: str = "sound.webm", voice: Any = VOICE) -> FileState:
    """What was recorded, all here, and nobody has looked at it."""
    return arrived(actor, (RECORDINGS / name).read_bytes(), name, voice=voice)


def now(file: FileState) -> FileState:
    found = by_id(file.id)
    assert found is not None
    return found


def of_message(message: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message.attached
    return found


def stored() -> set[str]:
    return {path.name for path in (parts.folder() / "files").glob("??/*")}


def kept_at(name: str | None) -> Path:
    """Where content of this name lies, or would, in a store that is a folder."""
    assert name is not None
    return parts.folder() / place_of(name)

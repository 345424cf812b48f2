"""What kind of file it is, by what it holds. What is called a picture and is none is no picture."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import puremagic

from app.files import tracks
from app.models.files import OTHER

# What a browser plays where it stands; everything else is only ever downloaded.
PLAYED = (
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "video/mp4",
    "video/webm",
)
PICTURES = ("image/gif", "image/jpeg", "image/png", "image/webp")
SHOWN = (*PLAYED, *PICTURES)
ALSO_CALLED = {
    "application/ogg": "audio/ogg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "video/ogg": "audio/ogg",
}
# What voice messages are recorded as, the best first: not every Safari plays what others record.
RECORDED = ("audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/mp4")
BYTES_A_SECOND = 8_000  # of one, at most
HEAD = 4096
# Of pictures that telephones write: HEIF and AVIF, by what follows `ftyp`.
BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


def begins_like_picture(path: Path) -> bool:
    """Whether it is to be read as one of `PICTURES`, which it may turn out not to be."""
    with path.open("rb") as file:
        head = file.read(16)
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return is_webp or head.startswith(BEGINNINGS) or (head[4:8] == b"ftyp" and head[8:12] in BRANDS)


def type_of(path: Path) -> str:
    """The type of what is no picture: what is not known, or would run in a browser, is `OTHER`."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[:4] == b"\x1a\x45\xdf\xa3":  # EBML: WebM is the kind of it that browsers write
        return played(path, "webm", tracks.of_webm)
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:11] in (b"M4A", b"M4B") else played(path, "mp4", tracks.of_mp4)
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    try:
        found = puremagic.from_string(head, mime=True)
    except puremagic.PureError:
        return OTHER
    found = ALSO_CALLED.get(found, found)
    return found if found in PLAYED else OTHER


def played(path: Path, container: str, told: Callable[[BinaryIO, int], set[str]]) -> str:
    with path.open("rb") as file:
        is_sound = told(file, path.stat().st_size) == {tracks.AUDIO}
    return f"{'audio' if is_sound else 'video'}/{container}"


def recorded(taken: tuple[str, ...]) -> list[str]:
    """Of `RECORDED` those that a desk takes which takes this."""
    return [each for each in RECORDED if is_taken(each.partition(";")[0], taken)]


def is_taken(kind: str, taken: tuple[str, ...]) -> bool:
    """Whether a desk takes the kind that takes `image/*`, `application/pdf` or what it is."""
    return not taken or any(
        kind == each or (each.endswith("/*") and kind.startswith(each[:-1])) for each in taken
    )

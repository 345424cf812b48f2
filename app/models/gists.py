"""What a message without words is: three pictures, a voice message of twelve seconds, a place."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from app.models.places import is_within, place_in

KINDS = ("image", "voice", "video", "location", "file")
LONGEST = 24 * 60 * 60  # seconds; no client makes us say that it is heard for longer
GIST_LENGTH = 40  # as it is stored


class Gist(NamedTuple):
    """`number` of one of `KINDS`, `file` where they differ; of one alone how many `seconds` it is
    heard, and what it is called."""

    kind: str
    number: int = 1
    seconds: int = 0
    name: str = ""

    @property
    def stored(self) -> str:
        """As a chat keeps it, which has the name beside it."""
        return f"{self.kind} {self.number} {self.seconds}"

    @classmethod
    def kept(cls, stored: str, name: str) -> Self:
        kind, number, seconds = stored.split()
        return cls(kind, int(number), int(seconds), name)


def gist_of(message_type: str, attached: Sequence[Mapping[str, Any]]) -> Gist:
    """Of a message of that type, by what is attached to it."""
    kinds = {kind_of(each, message_type) for each in attached} or {known(message_type)}
    kind = kinds.pop() if len(kinds) == 1 else "file"
    if len(attached) != 1:
        return Gist(kind, max(len(attached), 1))
    only = attached[0]
    voice = only.get("voice") if kind == "voice" else None
    said = voice.get("seconds") if isinstance(voice, dict) else 0
    seconds = round(said) if is_within(said, 0, LONGEST) else 0
    return Gist(kind, 1, seconds, str(only.get("name") or ""))


def kind_of(attachment: Mapping[str, Any], message_type: str) -> str:
    """What is attached, by what it was found to be; else by what its message is."""
    if place_in(attachment):
        return "location"
    found = attachment.get("contentType")
    if not isinstance(found, str):
        return known(message_type)
    sort = found.partition("/")[0]
    if sort == "audio":
        return "voice" if attachment.get("voice") else "file"
    if sort == "image":  # one that is too large to be shown is a file like others
        return "image" if attachment.get("width") else "file"
    return "video" if sort == "video" else "file"


def known(message_type: str) -> str:
    return message_type if message_type in KINDS else "file"

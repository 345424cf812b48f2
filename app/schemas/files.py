"""Files on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.models.files import LOUDEST, MEASURED_SECONDS, PEAKS, VOICE_SECONDS, FileState
from app.schemas.wire import Id, Wire

MOST_LINKS = 50


Peak = Annotated[int, Field(strict=True, ge=0, le=LOUDEST)]


class Voice(Wire):
    """Of a voice message: how long it is, and its loudness from beginning to end."""

    seconds: Annotated[float, Field(strict=True, ge=0, le=VOICE_SECONDS, allow_inf_nan=False)]
    peaks: Annotated[list[Peak], Field(max_length=PEAKS)]


class VoiceOut(Voice):
    """The same, once the file is ready with the seconds that it was found to have."""

    seconds: Annotated[float, Field(ge=0, le=MEASURED_SECONDS)]


class AttachmentOut(Wire):
    """A file of a message. Where it can be had is asked for by its id."""

    id: int
    name: str
    alt: str = Field(description="what a picture shows, for who does not see it")
    size: int = Field(description="bytes")
    status: Literal["arriving", "checking", "ready", "refused"]
    refusal: Literal["infected", "too_large", "unreadable", "type", "too_long"] | None
    content_type: str | None = Field(description="found in its content; null until it is ready")
    width: int | None
    height: int | None
    voice: VoiceOut | None = Field(
        default=None, description="of what was recorded, and is missing elsewhere"
    )


class FileOut(AttachmentOut):
    """A file for one reader: addresses of the desk that hold for some minutes, and for them."""

    url: str | None
    thumbnail_url: str | None
    upload_url: str | None = Field(
        description="while it is arriving, where its parts go (tus 1.0: HEAD, PATCH, DELETE)"
    )


class NewFile(Wire):
    """`announce_file`: what is about to arrive."""

    name: Annotated[str, Field(max_length=1000)]
    size: Annotated[int, Field(ge=1, le=2**53 - 1, description="bytes")]
    alt: Annotated[str, Field(max_length=500)] = ""
    voice: Voice | None = Field(
        default=None,
        description="of what was recorded; kept once the file turns out to be sound, and it is "
        "known how long it is",
    )

    @property
    def recorded(self) -> dict[str, Any] | None:
        return None if self.voice is None else self.voice.model_dump()


class Description(Wire):
    """What a picture shows."""

    alt: Annotated[str, Field(max_length=500)]


class NamedFile(Wire):
    """`give_up_file`: a file that is not sent after all."""

    file_id: Id


class DescribeFile(Description, NamedFile):
    """`describe_file`: before it is sent."""


class LinkFiles(Wire):
    """`link_files`: addresses of these, of those among them that one may see."""

    file_ids: Annotated[list[Id], Field(max_length=MOST_LINKS)]


def file_out(file: FileState, links: dict[str, str | None]) -> dict[str, Any]:
    return file.attached | {"uploadUrl": None} | links

"""Files on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.models.files import FileState
from app.schemas.wire import Id, Wire

MOST_LINKS = 50


class AttachmentOut(Wire):
    """A file of a message. Where it can be had is asked for by its id."""

    id: int
    name: str
    alt: str = Field(description="what a picture shows, for who does not see it")
    size: int = Field(description="bytes")
    status: Literal["arriving", "checking", "ready", "refused"]
    refusal: Literal["infected", "too_large", "unreadable", "type"] | None
    content_type: str | None = Field(description="found in its content; null until it is ready")
    width: int | None
    height: int | None


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

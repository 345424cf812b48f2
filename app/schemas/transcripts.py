"""Transcripts on the wire."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from app.models.sites import ZONE_LENGTH
from app.schemas.wire import Id, Wire


class Format(StrEnum):
    HTML = "html"
    TEXT = "text"
    PDF = "pdf"


class TranscriptQuery(Wire):
    format: Format = Field(default=Format.HTML, description="a page, plain text, or a PDF")


class LinkTranscript(TranscriptQuery):
    """`link_transcript`."""

    chat_id: Id


class MailTranscript(Wire):
    """To whom: the chat's customer, else who asks."""

    to_me: StrictBool = Field(
        default=False,
        description="for staff: a copy to the address of their own account; ignored of a customer",
    )
    zone: Annotated[str, Field(max_length=ZONE_LENGTH)] = Field(
        default="", description="of such a copy: `Europe/Berlin`, in which its times are; else UTC"
    )


class MailTranscriptOf(MailTranscript):
    """`mail_transcript`."""

    chat_id: Id


class TranscriptOut(Wire):
    """Where it is fetched, by this reader alone and for some minutes."""

    url: str

"""Transcripts on the wire."""

from enum import StrEnum

from pydantic import Field

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
    """`mail_transcript`."""

    chat_id: Id


class TranscriptOut(Wire):
    """Where it is fetched, by this reader alone and for some minutes."""

    url: str

"""Transcripts of chats."""

from typing import Any

from flask_babel import get_locale

from app.api.endpoint import endpoint
from app.errors import Conflict, Forbidden, TooFast
from app.files import links
from app.models.users import Actor
from app.operations import access, supervision, transcripts
from app.schemas.transcripts import MailTranscript, TranscriptOut, TranscriptQuery

OF_CHAT = "/chats/<id:chat_id>/transcript"


@endpoint("GET", OF_CHAT, query=TranscriptQuery, answer=TranscriptOut)
def link_transcript(actor: Actor, chat_id: int, query: TranscriptQuery) -> dict[str, Any]:
    """Where all that was said in a chat is fetched, as its parties are shown it: without notes."""
    chat = access.chat_for(actor, chat_id)
    supervision.read(actor, chat)
    return {"url": links.transcript(actor, chat.id, query.format)}


@endpoint("POST", OF_CHAT, body=MailTranscript, status=204, raises=(Conflict, Forbidden, TooFast))
def mail_transcript(actor: Actor, chat_id: int, body: MailTranscript) -> None:
    """Have it mailed to the chat's customer, where they have confirmed an address.

    With `toMe` staff gets a copy, as it is downloaded by them, at the address of their account. A
    customer's `toMe` changes nothing: theirs goes to the address that they have confirmed, and
    `zone` is ignored. A provider's is `forbidden`.
    """
    reader = transcripts.Reader(str(get_locale()), body.zone)
    transcripts.ask_by_mail(actor, chat_id, reader if body.to_me else None)

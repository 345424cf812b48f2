"""Transcripts of chats."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import Conflict, TooFast
from app.files import links
from app.models.users import Actor
from app.operations import access, transcripts
from app.schemas.transcripts import TranscriptOut, TranscriptQuery

OF_CHAT = "/chats/<id:chat_id>/transcript"


@endpoint("GET", OF_CHAT, query=TranscriptQuery, answer=TranscriptOut)
def link_transcript(actor: Actor, chat_id: int, query: TranscriptQuery) -> dict[str, Any]:
    """Where all that was said in a chat is fetched, as its parties are shown it: without notes."""
    chat = access.chat_for(actor, chat_id)
    return {"url": links.transcript(actor, chat.id, query.format)}


@endpoint("POST", OF_CHAT, status=204, raises=(Conflict, TooFast))
def mail_transcript(actor: Actor, chat_id: int) -> None:
    """Have it mailed to the chat's customer, where they have confirmed an address."""
    transcripts.ask_by_mail(actor, chat_id)

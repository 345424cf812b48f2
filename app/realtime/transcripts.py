"""Events in: a chat to take along, or by mail."""

from typing import Any

from app.files import links
from app.operations import access, supervision, transcripts
from app.realtime.live import on
from app.schemas.transcripts import LinkTranscript, MailTranscriptOf
from app.sockets.connections import Connection


@on("link_transcript", LinkTranscript)
def link_transcript(connection: Connection, payload: LinkTranscript) -> dict[str, Any]:
    chat = access.chat_for(connection.actor, payload.chat_id)
    supervision.read(connection.actor, chat)
    return {"url": links.transcript(connection.actor, chat.id, payload.format)}


@on("mail_transcript", MailTranscriptOf)
def mail_transcript(connection: Connection, payload: MailTranscriptOf) -> None:
    reader = transcripts.Reader(connection.locale, payload.zone)
    transcripts.ask_by_mail(connection.actor, payload.chat_id, reader if payload.to_me else None)

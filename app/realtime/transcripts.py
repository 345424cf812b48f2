"""Events in: a chat to take along, or by mail."""

from typing import Any

from app.files import links
from app.operations import access, transcripts
from app.realtime.live import on
from app.schemas.transcripts import LinkTranscript, MailTranscript
from app.sockets.connections import Connection


@on("link_transcript", LinkTranscript)
def link_transcript(connection: Connection, payload: LinkTranscript) -> dict[str, Any]:
    chat = access.chat_for(connection.actor, payload.chat_id)
    return {"url": links.transcript(connection.actor, chat.id, payload.format)}


@on("mail_transcript", MailTranscript)
def mail_transcript(connection: Connection, payload: MailTranscript) -> None:
    transcripts.ask_by_mail(connection.actor, payload.chat_id)

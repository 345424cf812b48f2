"""A chat by mail: to its customer alone, who can reply to it as to an answer."""

from typing import Any

from app.mail import letters, replies, smtp
from app.mail.answers import stopping, unsubscribing
from app.mail.letters import Letter
from app.models.mail import AddressState, is_on
from app.operations import transcripts
from app.queries import sites
from app.queries.transcripts import of


def send(chat_id: int, asked_at: int) -> None:
    """Mails it, once: a repeat after a crash is known by its name as the same."""
    due = transcripts.due(chat_id)
    if due is None or not is_on():
        return
    chat, address = due.chat, due.address
    site = sites.name_for(chat.customer_id)
    values: dict[str, Any] = {
        "transcript": of(chat.id, with_held=True),
        "chat": chat,
        "site": site,
        "zone": "",
    }
    letter = Letter(
        to=address.email,
        subject=letters.said(address.language, "answers", site=site),
        message_id=letters.message_id("transcript", chat.id, asked_at),
        headers=unsubscribing(address) | {"Reply-To": reply_to(chat.id, address)},
        **letters.rendered("transcript", address.language, **values, **stopping(address)),
    )
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal("transcript", error)


def reply_to(chat_id: int, address: AddressState) -> str:
    """Where a reply goes: into the chat, where replies are taken, else to whom mail is from."""
    return replies.reply_address(chat_id, address.user_id) or letters.sender()

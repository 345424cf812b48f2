"""A chat by mail: to its customer, who can reply to it as to an answer; or a copy to staff."""

from typing import Any

from app.mail import letters, replies, smtp
from app.mail.answers import stopping, unsubscribing
from app.mail.letters import Letter
from app.models.mail import AddressState, is_on
from app.operations import transcripts
from app.operations.transcripts import Due
from app.queries import sites
from app.queries.transcripts import of


def send(
    chat_id: int,
    asked_at: int,
    staff_id: int | None = None,
    language: str = "",
    zone: str = "",
) -> None:
    """Mails it, once: a repeat after a crash is known by its name as the same.

    With `staff_id` it is this person's copy, in their language and with times of their zone.
    """
    letter = None
    if staff_id is not None:
        letter = copy_for(staff_id, chat_id, asked_at, language, zone)
    elif (due := transcripts.due(chat_id)) is not None and is_on():
        letter = letter_of(due, asked_at)
    if letter is None:
        return
    try:
        smtp.send(letter)
    except smtp.RefusedForGood as error:
        smtp.note_refusal("transcript", error)


def letter_of(due: Due, asked_at: int) -> Letter:
    chat, address = due.chat, due.address
    site = sites.name_for(chat.customer_id)
    values: dict[str, Any] = {
        "transcript": of(chat.id, with_held=True),
        "chat": chat,
        "site": site,
        "zone": "",
    }
    return Letter(
        to=address.email,
        subject=letters.said(address.language, "answers", site=site),
        message_id=letters.message_id("transcript", chat.id, asked_at),
        headers=unsubscribing(address) | {"Reply-To": reply_to(chat.id, address)},
        **letters.rendered("transcript", address.language, **values, **stopping(address)),
    )


def copy_for(staff_id: int, chat_id: int, asked_at: int, language: str, zone: str) -> Letter | None:
    """What staff downloads: without what is held, and no reply to it goes into the chat."""
    due = transcripts.copy_due(chat_id, staff_id)
    if due is None:
        return None
    chat, email = due
    site = sites.name_for(chat.customer_id)
    values: dict[str, Any] = {
        "transcript": of(chat.id, with_held=False),
        "chat": chat,
        "site": site,
        "zone": zone,
    }
    return Letter(
        to=email,
        subject=letters.said(language, "copy", site=site, number=str(chat.id)),
        message_id=letters.message_id("copy", chat.id, staff_id, asked_at),
        headers={"Reply-To": letters.sender()},
        **letters.rendered("copy", language, **values),
    )


def reply_to(chat_id: int, address: AddressState) -> str:
    """Where a reply goes: into the chat, where replies are taken, else to whom mail is from."""
    return replies.reply_address(chat_id, address.user_id) or letters.sender()

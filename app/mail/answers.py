"""Answers that a customer has not read where they were given: by mail, several in one."""

from app.auth.signatures import CHAT, UNSUBSCRIBING, signed
from app.mail import letters, replies, smtp
from app.mail.letters import Letter
from app.models.mail import AddressState, is_on
from app.operations import mails
from app.operations.mails import Due
from app.queries import sites

LETTERS = 5  # at once: nobody has more unread


def send(chat_id: int) -> None:
    """Mails what is due of a chat, once: what was begun before goes out again as it was."""
    for _each in range(LETTERS if is_on() else 0):
        due = mails.next_due(chat_id)
        if due is None:
            return
        try:
            smtp.send(letter_of(due))
        except smtp.RefusedForGood as error:
            mails.refused(due.mail.id)
            smtp.note_refusal("answers", error)
        else:
            mails.sent(due.mail.id)


def letter_of(due: Due) -> Letter:
    """The answers, as their reader reads them, with the way back into the chat."""
    chat, address = due.chat, due.address
    site = sites.name_for(chat.customer_id)
    way = letters.link(f"/c/{signed(due.link.key, CHAT)}")
    values = {"messages": due.messages, "site": site, "link": way}
    return Letter(
        to=address.email,
        subject=letters.said(address.language, "answers", site=site),
        message_id=letters.message_id("answers", due.mail.id, due.mail.created_at),
        headers=threaded(due) | unsubscribing(address) | reply_to(chat.id, chat.customer_id),
        **letters.rendered("answers", address.language, **values, **stopping(address)),
    )


def threaded(due: Due) -> dict[str, str]:
    """One thread a chat: below the mail before, and that below a first one that there never was."""
    first = letters.message_id("chat", due.chat.id, due.chat.created_at)
    before = due.before and letters.message_id("answers", *due.before)
    return {
        "In-Reply-To": before or first,
        "References": f"{first} {before}" if before else first,
    }


def unsubscribing(address: AddressState) -> dict[str, str]:
    """What mail programs make a button of (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stopping(address)['stop']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def stopping(address: AddressState) -> dict[str, str]:
    return {"stop": letters.link(f"/mail/{signed(address.key, UNSUBSCRIBING)}/stop")}


def reply_to(chat_id: int, user_id: int) -> dict[str, str]:
    found = replies.reply_address(chat_id, user_id)
    return {"Reply-To": found} if found else {}

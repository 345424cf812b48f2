"""Links that lead back into a chat: each shows one chat, and lets one write by a mailed code."""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, exists, insert, update

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.models import links, mail
from app.models.chats import ChatState
from app.models.jobs import Job
from app.models.links import LinkState
from app.operations import limits
from app.operations.transaction import Transaction, transaction

MINUTE_MS = 60 * 1000
LINK_MS = 30 * 24 * 60 * MINUTE_MS
CODE_MS = 10 * MINUTE_MS
CODE_DIGITS, TRIES = 6, 5
c = links.table.c
INSERT = insert(links.table)
IS_THIS = c.id == bindparam("link_id")
HOLDS = c.revoked_at.is_(None) & (c.expires_at > bindparam("now"))
NEW_CODE = (
    update(links.table)
    .where(IS_THIS, HOLDS)
    .values(code_hash=bindparam("hash"), code_expires_at=bindparam("until"), code_tries=0)
)
TRY = (
    update(links.table)
    .where(IS_THIS, HOLDS, c.code_expires_at > bindparam("now"), c.code_tries < TRIES)
    .values(code_tries=c.code_tries + 1)
    .returning(c.code_hash)
)
USE = update(links.table).where(IS_THIS, c.code_hash == bindparam("hash")).values(code_hash=None)
REVOKE = update(links.table).where(c.revoked_at.is_(None)).values(revoked_at=bindparam("at"))
REVOKE_OF_CHAT = REVOKE.where(c.chat_id == bindparam("chat"))
REVOKE_OF_PERSON = REVOKE.where(c.user_id == bindparam("who"))
HAS_ENDED = c.expires_at <= bindparam("ended_before")
FORGET = delete(links.table).where(HAS_ENDED, ~exists().where(mail.mails.c.link_id == c.id))


def made(tx: Transaction, chat: ChatState) -> LinkState:
    """A new link for the customer of the chat."""
    now = clock.now()
    values: dict[str, Any] = {
        "key": secrets.token_hex(links.KEY_LENGTH // 2),
        "user_id": chat.customer_id,
        "chat_id": chat.id,
        "created_at": now,
        "expires_at": now + LINK_MS,
    }
    return LinkState(tx.add(INSERT, values), **values, revoked_at=None, code_expires_at=None)


def by_id(tx: Transaction, link_id: int) -> LinkState | None:
    """A link while it holds."""
    found = tx.run(links.BY_ID, {"link_id": link_id, "now": clock.now()}).first()
    return found and LinkState._make(found)


def ask_code(link: LinkState, address: str) -> None:
    """Whoever shows the link, at this network address, wants to write: a code is mailed.

    It goes to the verified address of the person whose link it is, and nowhere else. Raises
    `Conflict` without one, `TooFast`.
    """
    limits.codes(link.user_id, address)
    with transaction() as tx:
        found = tx.run(mail.OF_PERSON, {"user_id": link.user_id}).first()
        takes_mail = found and mail.AddressState._make(found).takes_mail
        if not takes_mail or not mail.is_on():
            raise Conflict(_l("No mail goes there any more. Please write on the site itself."))
        tx.later(Job("mail_code", {"link_id": link.id}, unique_key=f"mail-code-{link.id}"))


def new_code(link_id: int) -> str | None:
    """A code that lets whoever enters it in the next ten minutes write, once; none where the link
    no longer holds. The one before is void."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    now = clock.now()
    with transaction() as tx:
        values = {"hash": digest(link_id, code), "until": now + CODE_MS}
        made = tx.run(NEW_CODE, values | {"link_id": link_id, "now": now}).rowcount
    return code if made else None


def enter(link: LinkState, code: str) -> None:
    """The mailed code, which counts once. Raises `Invalid` with `fields`."""
    given = digest(link.id, "".join(code.split()))
    with transaction() as tx:
        # A wrong one counts as well, so the answer is not given in here.
        asked = tx.run(TRY, {"link_id": link.id, "now": clock.now()}).first()
        kept = (asked and asked.code_hash) or ""
        is_right = hmac.compare_digest(kept, given)
        is_used = is_right and tx.run(USE, {"link_id": link.id, "hash": given}).rowcount == 1
    if not is_used:
        said = _l("That is not the code, or it is too old. You can ask for another one.")
        raise Invalid(said, fields={"code": said})


def revoke(chat_id: int) -> int:
    """All links into a chat end, and what was let in by them; how many there were.

    For whoever has the shell. Raises `NotFound` where there was none.
    """
    with transaction() as tx:
        ended: int = tx.run(REVOKE_OF_CHAT, {"chat": chat_id, "at": clock.now()}).rowcount
    if not ended:
        raise NotFound(_l("No link leads into this chat."))
    return ended


def revoke_of_person(tx: Transaction, user_id: int) -> None:
    """All links of somebody end, and what was let in by them."""
    tx.run(REVOKE_OF_PERSON, {"who": user_id, "at": clock.now()})


def forget(tx: Transaction, ended_before: int) -> None:
    """Removes links whose time was over by then, but those that a mail is kept with."""
    tx.run(FORGET, {"ended_before": ended_before})


def digest(link_id: int, code: str) -> str:
    """Six digits are soon tried out, so who reads this lacks the secret."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"deskbell code {link_id} {code}".encode(), sha256).hexdigest()

"""The address that a reply by mail goes to: it names a chat and a person, and is signed.

`reply+TOKEN@desk.example.com`. Mail systems fold case and allow 64 characters before the `@`, so
a token is 40 letters and digits: chat, person and day, and their signature.
"""

import hmac
import re
from base64 import b32decode, b32encode

from flask import current_app

from app import addresses, clock
from app.models.mail import REPLY_DAYS

SALT = b"deskbell reply address"
DAY_MS = 24 * 3600 * 1000
ID_BYTES, DAY_BYTES, SIGNATURE_BYTES = 5, 2, 13
TOKEN = re.compile(r"\+([a-z2-7]{40})@", re.I)
MOST = 20  # tokens that are looked at: a header may name any number
OUR_ID = re.compile(r"<[a-z]+(?:-[0-9a-z]+)+@([^<>@\s]+)>", re.I)


def reply_address(chat_id: int, user_id: int) -> str | None:
    """Where this person's replies about this chat go; None while replies are not taken."""
    name, _at, host = current_app.config["MAIL_REPLIES"].rpartition("@")
    if not name:
        return None
    ids = (chat_id.to_bytes(ID_BYTES), user_id.to_bytes(ID_BYTES), today().to_bytes(DAY_BYTES))
    named = b"".join(ids)
    token = b32encode(named + signature(named)).decode().lower()
    return f"{name}+{token}@{host}"


def read_address(text: str) -> tuple[int, int] | None:
    """The chat and the person that the first of our addresses in `text` was made for.

    None where there is none, or it was tampered with, or is too old.
    """
    if not current_app.config["MAIL_REPLIES"]:
        return None
    found = (match[1] for match, _ in zip(TOKEN.finditer(text), range(MOST), strict=False))
    return next((ids for token in found if (ids := read_token(token))), None)


def read_token(token: str) -> tuple[int, int] | None:
    raw = b32decode(token.upper())
    named, signed = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signed, signature(named)):
        return None
    chat, person, day = named[:ID_BYTES], named[ID_BYTES:-DAY_BYTES], named[-DAY_BYTES:]
    if today() - int.from_bytes(day) > REPLY_DAYS:
        return None
    return int.from_bytes(chat), int.from_bytes(person)


def is_ours(message_id: str) -> bool:
    """Whether a mail is called as those that this desk sends."""
    found = OUR_ID.fullmatch(message_id.strip())
    sender = current_app.config["MAIL_FROM"]
    hosts = {current_app.config["MAIL_REPLIES"].rpartition("@")[2].lower()}
    hosts |= (
        {addresses.on_the_wire(sender.addr_spec).rpartition("@")[2].lower()} if sender else set()
    )
    return found is not None and found[1].lower() in hosts


def signature(named: bytes) -> bytes:
    key = hmac.digest(current_app.config["SECRET_KEY"].encode(), SALT, "sha256")
    return hmac.digest(key, named, "sha256")[:SIGNATURE_BYTES]


def today() -> int:
    return clock.now() // DAY_MS

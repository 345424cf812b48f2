"""The mailbox that replies come to, looked into again and again by IMAP.

What was taken is seen (`\\Seen`) and so never looked at again. The database is asked between two
visits: a crash there leaves the mail unseen, and the next visit finds that it was said already.
A mail that takes the process along, or meets a fault of ours, is tried three times in all: its
keywords count that, in the mailbox, which no crash empties. Then it is flagged and left alone.

The sockets are the loop's: in a thread beside it eventlet's would be waited for, and closed, by a
loop that is not theirs. Only understanding a mail, which computes, leaves the loop.
"""

import io
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from app import metrics
from app.concurrency import in_own_thread
from app.errors import TooFast, Unavailable
from app.mail import incoming, reading
from app.mail.incoming import NotTaken, Outcome
from app.mail.reading import Mail

TIMEOUTS = SocketTimeout(connect=10, read=30)
AT_ONCE = 20  # mails a visit
TRIES = 3
SEEN, FLAGGED = b"\\Seen", b"\\Flagged"
TRIED = [f"DeskbellTried{number}".encode() for number in range(1, TRIES + 1)]
DONE, REFUSED, PARKED = b"DeskbellTaken", b"DeskbellRefused", b"DeskbellParked"
Flags = tuple[bytes, ...]
Marks = dict[int, Flags | None]
OF_TAKEN = {Outcome.TAKEN, Outcome.REPEAT, Outcome.AUTOMATIC, Outcome.LOOP}
log = structlog.get_logger(__name__)


class Box(NamedTuple):
    """Where the mailbox is, and how much of a mail is read."""

    url: str
    most: int


class Letter(NamedTuple):
    """A mail in the mailbox: what could be read of it, or the fault that reading it met.

    Neither, where it was tried as often as it is.
    """

    uid: int
    mail: Mail | None
    error: Exception | None
    is_last_try: bool


def look() -> None:
    """Takes what has come. Raises `LoginError`, which somebody has to mend; who is away comes back.

    It may be called again when it was done: what was marked is not found, the rest said before.
    """
    url = current_app.config["IMAP_URL"]
    if not url:
        return
    box = Box(url, current_app.config["MAIL_SIZE"])
    after = 0
    try:
        while letters := visit(box, after):
            marks: Marks = {letter.uid: None for letter in letters}
            try:
                for letter in letters:
                    marks[letter.uid] = marks_of(letter)
            finally:  # also when the database is away, which is no fault of the mails
                mark(box, marks)
            after = letters[-1].uid
    except LoginError:
        raise
    except (IMAPClientError, OSError, Unavailable) as error:
        metrics.MAILBOX_AWAY.inc()
        log.warning("mailbox left for later", error=type(error).__name__)


def marks_of(letter: Letter) -> Flags | None:
    """What becomes of the letter, as flags; None for what is tried again, and is no fault of it.

    Raises `Unavailable`.
    """
    try:
        if letter.error is not None:
            raise letter.error
        if letter.mail is None:  # each try has taken the process along
            log.error("mail parked", uid=letter.uid)
            return SEEN, FLAGGED, PARKED
        outcome = incoming.take(*incoming.reply_in(letter.mail))
    except NotTaken as refused:
        outcome = incoming.told(refused.outcome)
    except reading.Unreadable:
        outcome = incoming.told(Outcome.UNREADABLE)
    except TooFast:
        return None
    except Unavailable:
        raise
    except Exception:
        log.exception("mail met a fault", uid=letter.uid)
        return (SEEN, FLAGGED, PARKED) if letter.is_last_try else ()
    return (SEEN, DONE) if outcome in OF_TAKEN else (SEEN, REFUSED)


def visit(box: Box, after: int) -> list[Letter]:
    """The next mails that nobody has seen, in their order, each marked as tried once more.

    What was tried before is tried alone: if it takes the process along, others do not pay for it.
    """
    with opened(box) as (client, has_keywords):
        unseen = client.search(["UNSEEN", "UID", f"{after + 1}:*"])
        uids = sorted(uid for uid in unseen if uid > after)[:AT_ONCE]
        told = client.get_flags(uids) if uids and has_keywords else {}
        before = {uid: sum(keyword in told.get(uid, ()) for keyword in TRIED) for uid in uids}
        fresh = list(takewhile(lambda uid: before[uid] == 0, uids)) or uids[:1]
        tries = before[fresh[0]] if fresh else 0
        if fresh and has_keywords and tries < TRIES:
            client.add_flags(fresh, TRIED[tries], silent=True)
        is_last = not has_keywords or tries + 1 >= TRIES
        return [
            Letter(uid, None, None, True)
            if tries >= TRIES
            else letter_of(uid, content(client, uid, box.most), box.most, is_last=is_last)
            for uid in fresh
        ]


def content(client: IMAPClient, uid: int, most: int) -> bytes:
    found = client.fetch(uid, [f"BODY.PEEK[]<0.{most + 1}>"])
    return found.get(uid, {}).get(b"BODY[]<0>") or b""


def letter_of(uid: int, raw: bytes, most: int, *, is_last: bool) -> Letter:
    try:
        mail = in_own_thread(reading.read, io.BytesIO(raw), most)
        return Letter(uid, mail, None, is_last)
    except Exception as error:
        return Letter(uid, None, error, is_last)


def mark(box: Box, marks: Marks) -> None:
    """Writes down what became of these mails; of what met a fault, that it was tried stays."""
    with opened(box) as (client, has_keywords):
        for uid, flags in marks.items():
            if flags:
                client.add_flags(uid, flags if has_keywords else flags[:-1], silent=True)
            if flags != () and has_keywords:
                client.remove_flags(uid, TRIED, silent=True)


@contextmanager
def opened(box: Box) -> Iterator[tuple[IMAPClient, bool]]:
    """The mailbox by TLS, its certificate checked, and whether it keeps keywords of ours."""
    url = urlsplit(box.url)
    is_tls = url.scheme == "imaps"
    context = ssl.create_default_context()
    client = IMAPClient(
        url.hostname,
        url.port,
        ssl=is_tls,
        ssl_context=context if is_tls else None,
        timeout=TIMEOUTS,
    )
    try:
        if not is_tls:
            client.starttls(context)
        client.login(unquote(url.username or ""), unquote(url.password or ""))
        told = client.select_folder(unquote(url.path.strip("/")) or "INBOX")
        yield client, b"\\*" in told.get(b"PERMANENTFLAGS", ())
    finally:
        with suppress(Exception):
            client.logout()

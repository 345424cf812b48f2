"""The bytes of a mail, and what in them somebody wrote. In bounded memory, whatever is sent.

All of it are functions of values, without settings, database or log: they may run in a thread.
"""

import codecs
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesFeedParser
from email.policy import EmailPolicy
from hashlib import sha256
from typing import IO, Any

from app.direction import straight
from app.mail import markup, quotes
from app.visible import drawn, shows

# Of what was sent so much is kept: text stands before files, and a file's content is not wanted.
LINE_BYTES, MOST_BYTES, MOST_LINES = 65_536, 8_000_000, 100_000
FILE_LINES = 4_000  # of nothing but Base64, one after the other
BASE64 = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}\r?\n")
MOST_PARTS, DEEPEST = 500, 30
HEADER_LENGTH, FROM_LENGTH, NAME_LENGTH = 4_000, 1_000, 80
MOST_TEXT = 200_000  # characters that are looked through
TO = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")
SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature"}
SIGNATURES |= {"application/x-pkcs7-signature"}
# Of one byte a letter, where a program says one of these and often means UTF-8.
DOUBTED = re.compile("(us-)?ascii|iso-?8859|latin|windows-125|cp125|unknown", re.I)
# Python's own, which no mail is written in; some take very long.
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
SHOWS_IMAGE = re.compile(r"\[(cid|image):", re.I)


class Unreadable(Exception):
    """Not a mail, or none that any program writes."""


@dataclass
class Mail:
    """What is asked of a mail. `text` is what was written, quotes and signature cut."""

    sender: str  # the one address of `From`, or empty
    to: str  # headers that name our address, as they are written
    name: str  # the same for the same mail, whichever way it came
    message_id: str
    is_automatic: bool
    text: str
    files: list[str] = field(default_factory=list)  # what came along, by name
    is_cut: bool = False


@dataclass
class Found:
    """What the parts of a mail hold."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)  # which stand within the text
    parts: int = 0


class Bounded(EmailPolicy):
    """The library's own policy. Some headers take long to be understood, so they have an end."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, Any]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_LENGTH]

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # there are headers at which the library stumbles
            return str(value)


POLICY = Bounded()


def read(source: IO[bytes], most: int) -> Mail:
    """The mail, of which at most so many bytes are read. Raises `Unreadable`."""
    lines = Lines(source, most)
    parser = BytesFeedParser(policy=POLICY)
    try:
        for line in lines:
            parser.feed(line)
        message: Any = parser.close()
        found = Found()
        gather(message, found, 0)
        sender = sender_of(message)
    except Unreadable:
        raise
    except Exception as error:  # the library's own, of what it cannot understand
        raise Unreadable(type(error).__name__) from error
    if not message.keys():
        raise Unreadable("no header")
    written = "\n".join(found.texts) or "\n".join(map(markup.plain, found.htmls))
    text = quotes.answer(written[:MOST_TEXT])
    images = found.images if SHOWS_IMAGE.search(text) else []
    message_id = first(message, "Message-ID").strip()
    return Mail(
        sender=sender,
        to="\n".join(value for name in TO for value in values(message, name)),
        name=name_of(message, message_id, text),
        message_id=message_id,
        is_automatic=is_automatic(message),
        text=text,
        files=[*found.files, *images],
        is_cut=lines.are_cut or len(written) > MOST_TEXT,
    )


class Lines:
    """The lines of a mail that are worth keeping: of a file's content only the beginning."""

    def __init__(self, source: IO[bytes], most: int) -> None:
        self.source, self.most = source, most
        self.are_cut = False

    def __iter__(self) -> Any:
        taken = kept = count = of_file = borders = 0
        while line := self.source.readline(LINE_BYTES):
            taken += len(line)
            borders += line.startswith(b"--")
            of_file = of_file + 1 if BASE64.fullmatch(line) else 0
            if of_file <= FILE_LINES:
                kept += len(line)
                count += 1
                # mbox begins with a line that is no header
                if not (count == 1 and line.startswith(b"From ")):
                    yield line
            is_much = kept > MOST_BYTES or count > MOST_LINES or borders > 2 * MOST_PARTS
            if taken > self.most or is_much:
                self.are_cut = True
                return


def gather(part: Any, found: Found, depth: int) -> None:
    """Texts and files of a part and those within it. Raises `Unreadable` for too many."""
    found.parts += 1
    if depth > DEEPEST or found.parts > MOST_PARTS:
        raise Unreadable("too many parts")
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for each in part.get_payload():
            gather(each, found, depth + 1)
    elif kind in SIGNATURES:
        return
    elif is_file(part, kind):
        # An image within the text is also the logo in what is answered.
        is_within = part.get_content_maintype() == "image" and part["Content-ID"]
        (found.images if is_within else found.files).append(name_of_file(part, kind))
    elif kind == "text/html":
        found.htmls.append(decoded(part))
    elif shows(text := decoded(part)):
        found.texts.append(flowing(text, part) if is_flowed(part) else text)


def is_file(part: Any, kind: str) -> bool:
    has_name = bool(part.get_filename())
    is_text = kind in ("text/plain", "text/html") and part.get_content_maintype() == "text"
    return has_name or not is_text or part.get_content_disposition() == "attachment"


def name_of_file(part: Any, kind: str) -> str:
    """Its last part, of characters that are drawn, none of which turns what stands around it."""
    name = re.split(r"[/\\]", straight(part.get_filename() or ""))[-1]
    name = " ".join("".join(char for char in name if drawn(char)).split())
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH - 12]}…{name[-11:]}"
    return name if shows(name) else kind[:NAME_LENGTH]


def decoded(part: Any) -> str:
    """The text of a part, with plain ends of lines, and nothing that is no character."""
    text = in_its_charset(part.get_payload(decode=True) or b"", str(part.get_content_charset("")))
    return text.encode(errors="replace").decode().replace("\r\n", "\n").replace("\r", "\n")


def in_its_charset(raw: bytes, charset: str) -> str:
    """In the charset in which it is, which need not be the one that is named."""
    tried = ["utf-8", charset] if not charset or DOUBTED.match(charset) else [charset, "utf-8"]
    for name in tried:
        try:
            if codecs.lookup(name).name not in NO_CHARSETS:
                return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("windows-1252", "replace")


def is_flowed(part: Any) -> bool:
    return str(part.get_param("format")).lower() == "flowed"


def flowing(text: str, part: Any) -> str:
    """Lines that were broken for the way alone put together again (RFC 3676)."""
    deletes = str(part.get_param("delsp")).lower() == "yes"
    lines: list[str] = []
    goes_on = None  # the depth of quoting at which the line before has not ended
    for raw in text.split("\n"):
        line = raw.lstrip(">")
        depth = len(raw) - len(line)
        if not line.startswith(" >"):  # which its writer put there
            line = line.removeprefix(" ")
        ends_soft = line.endswith(" ") and line != "-- "
        body = line[:-1] if ends_soft and deletes else line
        if goes_on == depth and lines and line != "-- ":
            lines[-1] += body
        else:
            lines.append(f"{'>' * depth} {body}" if depth else body)
        goes_on = depth if ends_soft else None
    return "\n".join(lines)


def is_automatic(message: EmailMessage) -> bool:
    """Whether a program wrote it: nobody waits for an answer, and it is none."""
    submitted = first(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or first(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply")
        or any(name in message for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or first(message, "X-Auto-Response-Suppress").strip().lower() not in ("", "none")
        or first(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
    )


def sender_of(message: EmailMessage) -> str:
    """The one address that a mail is from; empty where it names none, or several."""
    given = values(message, "From")
    if len(given) != 1 or len(given[0]) > FROM_LENGTH:
        return ""
    header: Any = message["From"]
    found = [each.addr_spec for each in header.addresses]
    return found[0] if len(found) == 1 and not header.defects else ""


def name_of(message: EmailMessage, message_id: str, text: str) -> str:
    """What a mail is known by when it comes again: its Message-ID, or what it is made of."""
    told = [message_id] if message_id else [first(message, "Date"), first(message, "From"), text]
    return sha256("\n".join(told).encode(errors="surrogateescape")).hexdigest()[:40]


def values(message: EmailMessage, name: str) -> list[str]:
    """A header as it is written: nothing in it is understood, or can fail to be."""
    wanted = name.lower()
    return [unfolded(value) for key, value in message.raw_items() if key.lower() == wanted]


def first(message: EmailMessage, name: str) -> str:
    return next(iter(values(message, name)), "")


def unfolded(value: Any) -> str:
    return re.sub(r"[\r\n]+", "", str(value))

"""A page of ours, read for paper: its paragraphs, and how each part of them looks.

It knows the elements that `_transcript.html` and formatted messages are made of. What it does not
know it reads as the text that stands in it.
"""

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import quote

from idna import IDNAError
from idna import encode as to_ascii

from app.paper.fonts import CLOSE, OPEN

BLOCKS = {"h1", "p", "blockquote", "q", "ul", "ol", "li", "pre"}
LINKED = re.compile("(https?://)([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
MAILED = re.compile("mailto:", re.IGNORECASE)
LONGEST = 2000  # letters of an address, which stands in the file once for each line of its words
PLAIN = "%/:?#[]@!$&'()*+,;=~"


class Style(NamedTuple):
    is_bold: bool = False
    is_slanted: bool = False
    is_struck: bool = False
    is_code: bool = False
    link: str = ""


class Paragraph(NamedTuple):
    """`parts` are texts and their looks; `depth` how many bars stand beside it, at its beginning.

    `kind` is `title`, `line` (of the system), `head` (who said what follows), `quote` or `said`.
    """

    kind: str
    parts: list[tuple[str, Style]]
    depth: int
    is_auto: bool


class Page(NamedTuple):
    language: str
    direction: int
    title: str
    paragraphs: list[Paragraph]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language, self.direction, self.title = "en", 0, ""
        self.paragraphs: list[Paragraph] = []
        self.open: list[tuple[str, str]] = []  # elements, and where a link leads
        self.parts: list[tuple[str, Style]] = []
        self.kind = "line"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "en")
            self.direction = int(given.get("dir") == "rtl")
        if tag in ("meta", "br", "link"):
            return
        if tag in BLOCKS:
            self.end_paragraph()
            if tag == "p" and not self.depth():
                self.kind = "line" if "center" in given.get("style", "") else "head"
        if tag == "bdi":
            self.add(OPEN)
        self.open.append((tag, address(given.get("href", "")) if tag == "a" else ""))
        if tag == "li":
            number = given.get("value", "")
            self.add(f"{number}. " if number else "\u2022 ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _link in self.open):
            return
        if tag in BLOCKS:
            self.end_paragraph()
        if tag == "bdi":
            self.add(CLOSE)
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        within = {name for name, _link in self.open}
        if "title" in within:
            self.title += data
        elif "body" in within:
            self.add(data)

    def add(self, text: str) -> None:
        within = {name for name, _link in self.open}
        if not self.depth():
            text = " ".join(text.split()) if not text.strip() else text
            if not text and not self.parts:
                return
            text = text or " "
        link = next((link for name, link in reversed(self.open) if name == "a"), "")
        style = Style(
            bool(within & {"strong", "h1"}),
            "em" in within,
            "s" in within,
            bool(within & {"code", "pre"}),
            link,
        )
        self.parts.append((text, style))

    def depth(self) -> int:
        return sum(name in ("blockquote", "q") for name, _link in self.open)

    def end_paragraph(self) -> None:
        parts, self.parts = self.parts, []
        if not any(text.strip() for text, _style in parts):
            return
        depth = self.depth()
        names = [name for name, _link in self.open]
        if "h1" in names:
            kind = "title"
        elif depth:
            kind = "quote" if "q" in names else "said"
        else:
            kind = self.kind
        self.paragraphs.append(Paragraph(kind, parts, depth, is_auto=depth > 0))


def address(given: str) -> str:
    """Where a link leads, in the letters that a PDF has for it; empty where it leads nowhere."""
    if MAILED.match(given):
        made = quote(given, safe=PLAIN)
    elif found := LINKED.fullmatch(given):
        scheme, place, rest = found.groups()
        if "\\" in place:  # browsers end the host there, and PDF readers do not
            return ""
        who, at, place = place.rpartition("@")
        try:
            made = scheme + quote(f"{who}{at}{of_host(place)}{rest}", safe=PLAIN)
        except IDNAError:
            return ""
    else:
        return ""
    return made if len(made) <= LONGEST else ""


def of_host(place: str) -> str:
    host, colon, port = place.partition(":")
    return place if host.isascii() else to_ascii(host, uts46=True).decode() + colon + port


def read(html: str) -> Page:
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.end_paragraph()
    return Page(reader.language, reader.direction, reader.title, reader.paragraphs)

"""HTML made plain: its words, its lines, and what in it is quoted, marked as in plain mail.

What comes out is text and is shown as text, so nothing has to be made harmless here. It is read
once, from its beginning to its end: a tree of elements takes minutes where somebody nests enough.
"""

import re
from collections.abc import Iterator
from html import unescape

from app.mail.quotes import TO_THE_END

LONGEST = 500_000  # characters that are looked through: a reply stands at the top
DEEPEST = 20  # marks of a quote before a line
# A tag, in whose quoted values `>` may stand; a comment or declaration; text up to the next one.
TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<rest>(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*)>"
    r"|<[!?/][^<>]*>|(?P<text>[^<]+|<)",
    re.I,
)
VALUE = r"\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
ATTRIBUTES = {name: re.compile(rf"\b{name}{VALUE}", re.I) for name in ("id", "href", "src", "alt")}
HIDDEN = ("script", "style", "title", "head")
BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "li", "pre", "hr", "blockquote", "body"}
BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "center", "section", "article"}
SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
# Outlook marks by these where what is answered begins.
QUOTED_FROM = {"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"}


def plain(html: str) -> str:
    """The words of HTML, whatever it holds; quotes begin with `>`, links are told behind theirs."""
    writer = Writer()
    for token in TOKEN.finditer(seen(html[:LONGEST])):
        if token["text"] is not None:
            writer.write(unescape(token["text"]))
        elif token["tag"] and token["end"]:
            writer.closing(token["tag"].lower())
        elif token["tag"]:
            writer.opening(token["tag"].lower(), token["rest"])
    return writer.text()


def seen(html: str) -> str:
    """Without comments, and what is in elements that nobody sees."""
    html = "".join(outside(html, re.compile("<!--"), "-->"))
    for tag in HIDDEN:
        html = "".join(outside(html, re.compile(rf"<{tag}\b", re.I), f"</{tag}"))
    return html


def outside(html: str, begin: re.Pattern[str], end: str) -> Iterator[str]:
    """What stands before, between and behind; what is not ended goes on to the end."""
    lower, at = html.lower(), 0
    while found := begin.search(html, at):
        yield html[at : found.start()]
        at = lower.find(end, found.end())
        if at < 0:
            return
        at += len(end) if end == "-->" else 0
    yield html[at:]


def value(name: str, rest: str) -> str:
    found = ATTRIBUTES[name].search(rest)
    return unescape(found[1] or found[2] or found[3] or "") if found else ""


class Writer:
    """Lines, as they come to be."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.depth = self.preformatted = 0
        self.link: tuple[str, int] | None = None

    def opening(self, tag: str, rest: str) -> None:
        if tag in BLOCKS:
            self.end_line()
        if tag == "div" and value("id", rest) in QUOTED_FROM:
            self.lines.append(TO_THE_END)
        elif tag == "blockquote":
            self.depth += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "br":
            self.end_line(even_empty=True)
        elif tag == "li":
            self.line = "- "
        elif tag in ("td", "th") and self.line:
            self.line += " "
        elif tag == "a":
            self.link = (value("href", rest), len(self.line))
        elif tag == "img" and value("src", rest).startswith("cid:"):
            self.line += f"[image: {value('alt', rest)}]"

    def closing(self, tag: str) -> None:
        if tag == "a" and self.link:
            (href, begun), self.link = self.link, None
            shown = self.line[begun:].strip()
            if href.startswith("http") and shown and shown not in (href, href.rstrip("/")):
                self.line = f"{self.line.rstrip()} ({href})"
        if tag in BLOCKS:
            self.end_line()
        if tag in SPACED:
            self.lines.append(self.marked(""))
        if tag == "blockquote":
            self.depth = max(0, self.depth - 1)
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)

    def write(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.line += first
            for other in others:
                self.end_line(even_empty=True)
                self.line = other
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", text)
        self.line += words.lstrip(" ") if not self.line or self.line.endswith(" ") else words

    def end_line(self, *, even_empty: bool = False) -> None:
        if self.line.strip() or even_empty:
            self.lines.append(self.marked(self.line.strip("\xa0 ")))
        self.line = ""

    def marked(self, line: str) -> str:
        return f"{'>' * min(self.depth, DEEPEST)} {line}" if self.depth else line

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines)

"""Paragraphs as lines, and lines as pages."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from app.paper import bidi, fonts, joining
from app.paper.reading import Page, Paragraph, Style

WIDTH, HEIGHT = 595.28, 841.89  # A4, in points
MARGIN, FOOT = 56, 64
STEP = 12  # to the beginning of what stands beside a bar
FOOT_Y = 34
LEADING = 1.42
CENTRED = ("line", "foot")
SIZES = {"foot": 8.0, "title": 17.0, "line": 8.5, "head": 8.5, "quote": 8.5, "said": 10.5}
BEFORE = {"foot": 0.0, "title": 0.0, "line": 12.0, "head": 12.0, "quote": 3.0, "said": 3.0}
EAST = f"{fonts.IDEOGRAPHS}{fonts.KANA}{fonts.HANGUL}"
NOT_FIRST = "、。，．・：；？！）」』】〉》〕］｝ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
WORD = re.compile(f" +|[{EAST}][{NOT_FIRST}]*|[^ {EAST}]+")


class Run(NamedTuple):
    """A part of a line in one font and look, as it is drawn."""

    text: str
    font: str
    style: Style
    x: float
    width: float


class Line(NamedTuple):
    kind: str
    size: float
    y: float  # of what letters stand on
    runs: list[Run]
    bars: list[float]


class Text(NamedTuple):
    """A line of a message as it was typed, in characters that there are."""

    text: str
    styles: list[Style]
    levels: list[int] | None  # none where all goes from left to right
    direction: int
    han: str


class Setter:
    """It fills pages, each a list of lines."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.language = page.language.partition("-")[0].partition("_")[0]
        self.widths = fonts.Widths()
        self.pages: list[list[Line]] = [[]]
        self.y = HEIGHT - MARGIN
        self.is_missing = False
        self.han = self.east()

    def east(self) -> str:
        """The font of ideographs beside which nothing tells their language."""
        tag = self.page.language.lower().replace("_", "-")
        if tag.startswith("ja"):
            return fonts.JAPANESE
        if tag.startswith("ko"):
            return fonts.KOREAN
        if tag.startswith(("zh-tw", "zh-hk", "zh-hant")):
            return fonts.TRADITIONAL
        if tag.startswith("zh"):
            return fonts.SIMPLIFIED
        said = "".join(text for each in self.page.paragraphs for text, _style in each.parts)
        return fonts.of_east(said, fonts.SIMPLIFIED)

    def set(self, numbered: str, missing: str) -> list[list[Line]]:
        """`numbered` is what stands at the foot of each page, with `{number}` and `{count}` in it,
        `missing` what is said at the end where a character could not be drawn."""
        for paragraph in self.page.paragraphs:
            self.add(paragraph)
        if self.is_missing:
            self.add(plain("head", missing))
        pages = self.pages
        for number, lines in enumerate(pages, 1):
            said = numbered.replace("{number}", str(number)).replace("{count}", str(len(pages)))
            self.pages, self.y = [lines], FOOT_Y + LEADING * SIZES["foot"]
            self.add(plain("foot", said))
        return pages

    def add(self, paragraph: Paragraph) -> None:
        size = SIZES[paragraph.kind]
        room = WIDTH - 2 * MARGIN - paragraph.depth * STEP
        self.y -= BEFORE[paragraph.kind] if self.pages[-1] else 0
        if paragraph.kind == "head" and self.y - 3 * LEADING * SIZES["said"] < FOOT:
            self.turn()  # a name does not stand alone at the foot
        for text in self.texts(paragraph):
            if not text.text:
                self.y -= size * LEADING * 0.6
            for start, end in self.wrapped(text.text, room * 1000 / size):
                self.y -= size * LEADING
                if self.y < FOOT and paragraph.kind != "foot":
                    self.turn()
                    self.y -= size * LEADING
                self.pages[-1].append(self.line(paragraph, text, start, end, size))

    def turn(self) -> None:
        self.pages.append([])
        self.y = HEIGHT - MARGIN

    def texts(self, paragraph: Paragraph) -> Iterator[Text]:
        whole = "".join(text for text, _style in paragraph.parts)
        direction = self.page.direction
        if paragraph.is_auto:
            direction = bidi.direction(whole)
        han = fonts.of_east(whole, self.han)
        keeps = paragraph.depth > 0
        for parts in in_lines(paragraph.parts, keeps):
            chars: list[str] = []
            styles: list[Style] = []
            for text, style in parts:
                drawn = fonts.drawable(text, self.language)
                self.is_missing = self.is_missing or (
                    fonts.BOX in drawn and drawn.count(fonts.BOX) > text.count(fonts.BOX)
                )
                chars.append(drawn)
                styles.extend([style] * len(drawn))
            yield made("".join(chars), styles, direction, han)

    def wrapped(self, text: str, room: float) -> Iterator[tuple[int, int]]:
        """Where each line begins and ends. Blanks at an end may stand out."""
        widths = self.widths
        start, used = 0, 0.0
        for word in WORD.finditer(text):
            first, last = word.span()
            width = sum(map(widths.__getitem__, word[0]))
            if used + width <= room or word[0][0] == " ":
                used += width
                continue
            if first > start:
                yield start, first
                start, used = first, 0.0
            if width <= room:
                used = width
                continue
            for at in range(first, last):  # longer than a line: cut where it is full
                wide = widths[text[at]]
                if used + wide > room and at > start:
                    yield start, at
                    start, used = at, 0.0
                used += wide
        if start < len(text):
            yield start, len(text)

    def line(self, paragraph: Paragraph, text: Text, start: int, end: int, size: float) -> Line:
        last = start + len(text.text[start:end].rstrip(" "))
        runs = list(self.runs(text, start, last, size))
        long = sum(run.width for run in runs)
        indent = paragraph.depth * STEP
        if paragraph.kind in CENTRED:
            x = (WIDTH - long) / 2
        elif text.direction:
            x = WIDTH - MARGIN - indent - long
        else:
            x = MARGIN + indent
        placed = []
        for run in runs:
            placed.append(run._replace(x=x))
            x += run.width
        edge = [float(MARGIN + STEP * number) for number in range(paragraph.depth)]
        bars = [WIDTH - bar - 2 for bar in edge] if text.direction else edge
        return Line(paragraph.kind, size, self.y, placed, bars)

    def runs(self, text: Text, start: int, end: int, size: float) -> Iterator[Run]:
        drawn = text.text[start:end]
        styles: Sequence[Style] = text.styles[start:end]
        if text.levels is not None:
            levels = text.levels[start:end]
            order = bidi.order(drawn, levels, text.direction)
            drawn = "".join(
                bidi.MIRRORED.get(drawn[at], drawn[at]) if levels[at] % 2 else drawn[at]
                for at in order
            )
            styles = [styles[at] for at in order]
        at = 0
        inks = (fonts.known(char).font for char in drawn)
        looks = [
            (text.han if ink == fonts.HAN else ink, style)
            for ink, style in zip(inks, styles, strict=True)
        ]
        for (font, style), group in groupby(looks):
            count = len(list(group))
            part = drawn[at : at + count]
            at += count
            if font:
                width = sum(map(self.widths.__getitem__, part)) * size / 1000
                yield Run(part, font, style, 0, width)


def plain(kind: str, text: str) -> Paragraph:
    return Paragraph(kind, [(text, Style())], 0, is_auto=False)


def in_lines(parts: Sequence[tuple[str, Style]], keeps: bool) -> Iterator[list[tuple[str, Style]]]:
    """As they were typed; what is no message is one line."""
    if not keeps:
        (first_said, looks), *rest = ((re.sub(r"\s+", " ", said), style) for said, style in parts)
        yield [(first_said.lstrip(), looks), *rest]
        return
    line: list[tuple[str, Style]] = []
    for said, style in parts:
        first, *more = re.split("\r\n|[\n\r\v\f\x85\u2028\u2029]", said.expandtabs(4))
        line.append((first, style))
        for text in more:
            yield line
            line = [(text, style)]
    if any(text for text, _style in line):
        yield line


def made(text: str, styles: list[Style], direction: int, han: str) -> Text:
    if text.isascii() and not direction:
        return Text(text, styles, None, direction, han)
    if joining.is_arabic(text):
        found = joining.joined(text)
        text = "".join(char if fonts.has(char) else fonts.instead_of(char) for char, _at in found)
        styles = [styles[at] for _char, at in found]
    is_turned = direction or bidi.is_turned(text)
    levels = bidi.levels(text, direction) if is_turned else None
    return Text(text, styles, levels, direction, han)

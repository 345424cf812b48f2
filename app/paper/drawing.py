"""Pages of lines as a PDF."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from app.paper import fonts
from app.paper.reading import Page
from app.paper.setting import HEIGHT, LEADING, WIDTH, Line, Run

INK, PALE, LINK, BAR, CODE = map(HexColor, ("#1b1b1f", "#5c5c66", "#0b57d0", "#0f6b5c", "#efeff2"))
SLANT = 0.2
LED = 20_000  # letters of addresses on a page: one is written anew for each line of its words
BOLD, USUAL = 2, 0  # letters with a line around them, in the one font that there is


def draw(page: Page, pages: Sequence[Sequence[Line]], target: str) -> None:
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), pageCompression=1, lang=page.language)
    canvas.setTitle(page.title)
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("Deskbell")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    if page.direction:
        canvas.setViewerPreference("Direction", "R2L")
    for lines in pages:
        sheet(canvas, lines)
        canvas.showPage()
    canvas.save()


def sheet(canvas: Canvas, lines: Sequence[Line]) -> None:
    for line in lines:
        below(canvas, line)
    lead(canvas, lines)
    canvas.setLineWidth(0.35)
    canvas.setStrokeColor(INK)
    text = canvas.beginText()
    for line in lines:
        for run in line.runs:
            written(text, line, run)
    canvas.drawText(text)


def below(canvas: Canvas, line: Line) -> None:
    """What is no letter: bars, the ground of code, lines through letters."""
    high = line.size * LEADING
    canvas.setFillColor(BAR)
    for bar in line.bars:
        canvas.rect(bar, line.y - 0.3 * line.size, 2, high, stroke=0, fill=1)
    for run in line.runs:
        style = run.style
        if style.is_code:
            canvas.setFillColor(CODE)
            canvas.rect(run.x, line.y - 0.25 * line.size, run.width, high * 0.9, stroke=0, fill=1)
        if style.is_struck:
            canvas.setFillColor(INK)
            canvas.rect(run.x, line.y + 0.3 * line.size, run.width, 0.6, stroke=0, fill=1)


def lead(canvas: Canvas, lines: Sequence[Line]) -> None:
    """Links, each once in a line, however many fonts its words are in."""
    canvas.setFillColor(LINK)
    left = LED
    for line in lines:
        for link, group in groupby(line.runs, key=lambda run: run.style.link):
            if not link:
                continue
            runs = list(group)
            start, end = runs[0].x, runs[-1].x + runs[-1].width
            canvas.rect(start, line.y - 0.15 * line.size, end - start, 0.5, stroke=0, fill=1)
            if len(link) <= left:
                left -= len(link)
                box = (start, line.y - 0.3 * line.size, end, line.y + line.size)
                canvas.linkURL(link, box, relative=0)


def written(text: Any, line: Line, run: Run) -> None:
    style = run.style
    is_slanted = style.is_slanted
    text.setTextTransform(1, 0, SLANT if is_slanted else 0, 1, run.x, line.y)
    text.setFont(fonts.ready(run.font), line.size)
    text.setFillColor(
        LINK if style.link else PALE if line.kind in ("line", "quote", "foot") else INK
    )
    text.setTextRenderMode(BOLD if style.is_bold else USUAL)
    text.textOut(run.text)

"""A PDF as its reader sees it: its words, and its pages as pictures."""

from typing import IO

import pypdfium2
from PIL import Image


def pages_of(pdf: bytes | IO[bytes]) -> list[str]:
    """What is said on each page, as a reader copies it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def words_of(pdf: bytes | IO[bytes]) -> str:
    """All of it in one line."""
    return " ".join(" ".join(pages_of(pdf)).split())


def picture_of(pdf: bytes | IO[bytes], page: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        drawn: Image.Image = document[page].render(scale=2).to_pil()
    return drawn.convert("L")


def ink(picture: Image.Image) -> int:
    """How many points of it are dark."""
    return sum(picture.histogram()[:128])

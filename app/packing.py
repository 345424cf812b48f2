"""Text over the line as small as it gets, for whoever takes it so."""

import gzip
from functools import lru_cache

import brotli
from flask import Response, request

from app.concurrency import aside

TEXTS = ("text/html", "application/json")
LEVEL = 1  # of what is packed anew each time: 6 takes a fifth off, and thrice as long
LEAST = 1_000  # bytes: less would not be a packet fewer
AT_MOST = 100  # texts that are kept packed
_smallest: dict[str, bytes | None] = {}  # None while it is on its way


def pack_whole(answer: Response) -> None:
    """Packs what was made for this request alone, if it is worth it.

    A length tells of what is in it, also of a secret beside words of somebody else's choice, asked
    for often (BREACH). The secret of a page is the token of its forms, which is signed anew each
    second; and no other site's requests have a person's cookie (`SameSite=Lax`) but visits.
    """
    if answer.mimetype not in TEXTS or answer.is_streamed or answer.content_encoding:
        return
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] and (answer.content_length or 0) >= LEAST:
        answer.set_data(gzip.compress(answer.get_data(), LEVEL, mtime=0))
        answer.content_encoding = "gzip"


def pack(answer: Response, text: str) -> Response:
    """The answer with that text; a browser that has it already is told so instead."""
    answer.vary.add("Accept-Encoding")
    accepted = request.accept_encodings
    if accepted["br"] and (data := smallest(text)):
        answer.set_data(data)
        answer.content_encoding = "br"
    elif accepted["gzip"]:
        answer.set_data(packed(text))
        answer.content_encoding = "gzip"
    else:
        answer.set_data(text)
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@lru_cache(100)
def packed(text: str) -> bytes:
    return gzip.compress(text.encode(), 9, mtime=0)


def smallest(text: str) -> bytes | None:
    """By Brotli, an eighth less than gzip makes of it; that takes up to half a second, in a thread,
    once. None until it is done."""
    if text not in _smallest:
        while len(_smallest) >= AT_MOST:
            del _smallest[next(iter(_smallest))]
        _smallest[text] = None
        aside(pack_smallest, text)
    return _smallest.get(text)


def pack_smallest(text: str) -> None:
    _smallest[text] = brotli.compress(text.encode(), mode=brotli.MODE_TEXT)

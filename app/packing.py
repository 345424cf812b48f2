"""Text over the line as small as it gets, for whoever takes it so."""

import gzip
from functools import lru_cache

from flask import Response, request


def pack(answer: Response, text: str) -> Response:
    """The answer with that text; a browser that has it already is told so instead."""
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
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

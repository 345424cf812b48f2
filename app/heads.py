"""The head of a request as clients write it, read in fewer steps than by the library.

Python's HTTP server has the headers read as those of a mail, which is a twentieth of a connect.
What is written as browsers and programs write it is taken as it is; whatever is unusual in any way
is read by the library, from its first line on, and so is every refusal.
"""

import re
from collections import deque
from http.client import HTTPMessage
from typing import Any

LONGEST_LINE = 65_537  # as the library asks for them
MOST_LINES = 100
ENDS = (b"\r\n", b"\n", b"")
REQUEST = re.compile(r"([A-Z]+) (/(?:[!-.0-~][!-~]*)?) HTTP/1\.1\r\n")
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): *((?:[!-~](?:[ -~]*[!-~])?)?)\r\n")


class HeadReader:
    """What makes a request handler of the library's kind, for HTTP/1.1, read usual heads itself."""

    raw_requestline: bytes
    rfile: Any

    def parse_request(self) -> bool:
        request = REQUEST.fullmatch(self.raw_requestline.decode("latin-1"))
        if request is None:  # which the library may refuse before there is any more of it
            return bool(super().parse_request())  # type: ignore[misc]
        rfile = self.rfile
        lines: list[bytes] = []
        while len(lines) < MOST_LINES:
            lines.append(rfile.readline(LONGEST_LINE))
            if lines[-1] in ENDS:
                break
        if self.takes(request, lines):
            return True
        self.rfile = Again(lines, rfile)
        return bool(super().parse_request())  # type: ignore[misc]

    def takes(self, request: re.Match[str], lines: list[bytes]) -> bool:
        """Whether this is a usual head, which is then read."""
        if lines[-1] != b"\r\n":
            return False
        found = [HEADER.fullmatch(line.decode("latin-1")) for line in lines[:-1]]
        if None in found:
            return False
        headers: Any = HTTPMessage()
        headers._headers = [header.groups() for header in found if header is not None]
        if "Expect" in headers:
            return False
        self.command, self.path = request.groups()
        self.requestline = request[0][:-2]
        self.request_version = "HTTP/1.1"
        self.headers = headers
        self.close_connection = headers.get("Connection", "").lower() == "close"
        return True


class Again:
    """A file of which some lines have been read already."""

    def __init__(self, lines: list[bytes], rest: Any) -> None:
        self.lines, self.rest = deque(lines), rest

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self.lines.popleft() if self.lines else self.rest.readline(size)
        return line

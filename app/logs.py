"""Structured logs: what happened, to which request or event; never a message's text or a token."""

import io
import logging
import re
import sys
from typing import Any

import structlog
from flask import Flask

from app.sockets import events

# A traceback names places. Local variables, which structlog would add, hold what people said.
TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
# What a terminal does not show but obeys: control characters, ends of lines, turns of direction.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OF_SEVERAL_LINES = ("exception", "stack")


def init_app(app: Flask) -> None:
    level = getattr(logging, app.config["LOG_LEVEL"])
    is_json = app.config["LOG_FORMAT"] == "json"
    renderer = (
        structlog.processors.JSONRenderer()  # which escapes all but ASCII
        if is_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        events.named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if is_json:
        shared.append(structlog.processors.ExceptionRenderer(TRACEBACK))
    else:
        shared += [structlog.processors.format_exc_info, on_its_line]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[theirs(shared, renderer)])


def keep_loggers() -> None:
    """Whoever serves makes each logger once; until then all of this may be configured anew."""
    structlog.configure(cache_logger_on_first_use=True)


class Lossy(io.FileIO):
    """A file whose troubles are not the writer's: what cannot be written is lost, and no more."""

    def write(self, data: Any, /) -> int:
        try:
            written = super().write(data)
        except OSError:  # the disk is full, or nobody reads any longer
            written = None
        # None also means a pipe that is full and does not wait; with less than all of it, whoever
        # buffers would try again for ever.
        return len(data) if written is None else written


def survive_a_full_disk() -> None:
    """Whoever serves goes on without a log, which often lies on the disk that has just run full.

    An error in writing one would otherwise end the event loop, where it is told of by writing.
    """
    for name in ("stdout", "stderr"):
        given = getattr(sys, name)
        if given is None:  # closed before the start: then nothing is written anyway
            continue
        raw = Lossy(given.fileno(), "w", closefd=False)
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), "utf-8", errors="backslashreplace", line_buffering=True
        )
        setattr(sys, name, stream)


def on_its_line(_logger: Any, _method: str, told: Any) -> Any:
    """What a client sent stays in its place: it neither turns, ends nor rewrites a line of text."""
    for name, value in told.items():
        if name in OF_SEVERAL_LINES:
            # Its own line ends cannot be told from those in a message, so none begins a line.
            told[name] = "\n".join(f"    {plain(line)}" for line in str(value).split("\n"))
        elif isinstance(value, str):
            told[name] = plain(value)
    return told


def plain(text: str) -> str:
    """The text, with what is obeyed rather than shown written out."""
    return OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def theirs(shared: list[Any], renderer: Any) -> logging.Handler:
    """What libraries log, in the form of our own lines, with the same ids."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    return handler

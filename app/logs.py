"""Structured logs: what happened, to which request or event; never a message's text or a token."""

import logging
import sys
from typing import Any

import structlog
from flask import Flask

# A traceback names places. Local variables, which structlog would add, hold what people said.
TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def init_app(app: Flask) -> None:
    level = getattr(logging, app.config["LOG_LEVEL"])
    renderer = (
        structlog.processors.JSONRenderer()
        if app.config["LOG_FORMAT"] == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(TRACEBACK)
        if app.config["LOG_FORMAT"] == "json"
        else structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[theirs(shared, renderer)])


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

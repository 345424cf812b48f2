"""The language of a request: what the browser asks for, as far as it is offered."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, has_request_context, request
from flask_babel import get_locale

from app.extensions import babel

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=chosen)
    app.context_processor(
        lambda: {"locale": str(get_locale()).replace("_", "-"), "direction": direction()}
    )


def chosen() -> str | None:
    if not has_request_context():
        return None
    return request.accept_languages.best_match(current_app.config["LANGUAGES"])


def regional() -> Locale:
    """The page's language as it is written where the browser is: British dates are not American."""
    page = get_locale() or Locale("en")
    if not has_request_context():
        return page
    beginning = f"{page}-".replace("_", "-").lower()
    asked = (
        tag for tag in request.accept_languages.values() if f"{tag}-".lower().startswith(beginning)
    )
    return known(next(asked, "")) or page


@lru_cache(100)
def known(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def direction() -> str:
    locale = get_locale()
    return "rtl" if locale is not None and locale.language in RIGHT_TO_LEFT else "ltr"

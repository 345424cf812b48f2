"""The language of a request: what the browser asks for, as far as it is offered."""

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale, refresh
from werkzeug.datastructures import LanguageAccept

from app.extensions import babel

LONGEST_TAG = 35
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=chosen)
    app.context_processor(
        lambda: {"locale": str(get_locale()).replace("_", "-"), "direction": direction()}
    )


def chosen() -> str | None:
    if not has_request_context():
        return None
    offered = g.get("spoken") or current_app.config["LANGUAGES"]
    wanted = request.accept_languages
    if request.path.startswith(("/embed/", "/articles")) and (named := request.args.get("locale")):
        # A page of another site says which language it is in, and a chat in which it is.
        wanted = LanguageAccept([(named[:LONGEST_TAG], 1)])
    found: str | None = wanted.best_match(offered) or request.accept_languages.best_match(offered)
    return found or (offered[0] if "spoken" in g else None)


def speak(languages: str) -> None:
    """Of the desk's languages this request is answered in one of these; none means all."""
    g.spoken = [each for each in current_app.config["LANGUAGES"] if each in languages.split()]
    refresh()


def direction() -> str:
    locale = get_locale()
    return "rtl" if locale is not None and locale.language in RIGHT_TO_LEFT else "ltr"

"""The language of a request: what the browser asks for, as far as it is offered."""

from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale, get_translations, refresh
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from app.extensions import babel

LONGEST_TAG = 35
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
catalogs: dict[Locale, Translations] = {}


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=chosen)
    app.context_processor(
        lambda: {"locale": str(get_locale()).replace("_", "-"), "direction": direction()}
    )
    # A page has hundreds of texts: what finds each is a quarter of its time the usual way.
    app.jinja_env.globals.update({"_": gettext, "gettext": gettext, "ngettext": ngettext})


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


# ---- texts of templates ----


@pass_eval_context
def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    return filled(context, translations().gettext(text), values)


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    found = translations().ngettext(one, many, num)
    return filled(context, found, {"num": num} | values)


def filled(context: EvalContext, text: str, values: dict[str, Any]) -> str:
    """Values are escaped, the text is not."""
    if not values and "%" not in text:
        return Markup(text) if context.autoescape else text  # noqa: S704
    return Markup(text) % values if context.autoescape else text % values  # noqa: S704


def translations() -> Translations:
    """Of the language that is spoken now, which may be another one in the next moment
    (`force_locale`, `refresh`)."""
    # Where Flask-Babel keeps it: to ask by its functions takes longer than all else here.
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    found = catalogs.get(locale)
    if found is None:
        found = catalogs[locale] = get_translations()
    return found

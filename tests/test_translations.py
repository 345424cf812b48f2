"""Every catalogue is complete and right, and pages come in the language that is asked for."""

import re
import subprocess
import sys
from gettext import c2py
from html import escape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

import config
from app import languages
from app.errors import Invalid
from app.pages import filters
from app.realtime.render import rendered
from app.schemas.chats import ChatQuery
from app.schemas.wire import parse

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "app" / "translations"
TEMPLATES = sorted(set((ROOT / "templates").glob("*.html")) - {ROOT / "templates/api_docs.html"})
SOURCE, *LANGUAGES = next(s.read(s.default) for s in config.SETTINGS if s.name == "LANGUAGES")
SAMPLE = range(1000)  # numbers, among them every plural form of any language
MINUTE = 60_000


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the sources say now, collected as `make translations` does."""
    path = tmp_path_factory.mktemp("extracted") / "messages.pot"
    pybabel = (sys.executable, "-m", "babel.messages.frontend", "-q")
    options = ("-F", "babel.cfg", "-k", "_l _n:1,2", "--omit-header", "--add-location=file")
    command = (*pybabel, "extract", *options, "-o", str(path), "app", "templates")
    subprocess.run(command, cwd=ROOT, check=True)
    return catalogue(path)


def catalogue(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def translated(language: str) -> Catalog:
    return catalogue(TRANSLATIONS / language / "LC_MESSAGES" / "messages.po", language)


def texts(found: Catalog) -> dict[object, Message]:
    return {message.id: message for message in found if message.id}


def ids_and_places(found: Catalog) -> list[tuple[object, list[tuple[str, int | None]]]]:
    return [(message.id, message.locations) for message in texts(found).values()]


def forms(message: Message) -> tuple[str, ...]:
    said = message.string
    return (said,) if isinstance(said, str) else tuple(said)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%(?:\(\w+\))?[a-z%]", text))


def test_the_template_agrees_with_the_sources(fresh: Catalog) -> None:
    kept = catalogue(TRANSLATIONS / "messages.pot")
    assert ids_and_places(kept) == ids_and_places(fresh), "run `make translations`"


def test_there_is_a_catalogue_of_every_language_and_no_other() -> None:
    assert sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/*/*.po")) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(fresh: Catalog, language: str) -> None:
    found = translated(language)
    assert texts(found).keys() == texts(fresh).keys(), "run `make translations`"
    assert not found.obsolete
    assert not [message.id for message in texts(found).values() if not all(forms(message))]
    assert not [message.id for message in found if message.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_plural_forms_are_right(language: str) -> None:
    found = translated(language)
    form_of = c2py(found.plural_expr)
    numbers = [[n for n in SAMPLE if form_of(n) == form] for form in range(found.num_plurals)]
    assert all(numbers)
    for message in texts(found).values():
        if isinstance(message.id, str):
            assert placeholders(message.string) == placeholders(message.id), message.id
            continue
        wanted = placeholders(message.id[1])
        assert len(message.string) == found.num_plurals, message.id
        for said, counted in zip(message.string, numbers, strict=True):
            is_one_number = len(counted) == 1  # "two messages" needs no figure
            assert placeholders(said) == wanted or (is_one_number and not placeholders(said)), said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_on_a_page_is_unmarked(path: Path) -> None:
    html = re.sub(r"\{% set \w+ %\}.*?\{% endset %\}", "", path.read_text())
    named = r"\{% block (page|body_class|skip_to|sheets|entries) %\}.*?\{% endblock %\}"
    html = re.sub(named, "", html)
    html = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>", "", html, flags=re.S)
    attributes = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"', html)
    shown = [*attributes, re.sub(r"<[^>]*>", " ", html)]
    words = {word for text in shown for word in re.findall(r"[^\W\d_]{2,}", text)}
    assert words <= {"Deskbell"}


def test_every_word_that_scripts_show_is_on_the_page() -> None:
    templates = (ROOT / "templates/_templates.html").read_text()
    given = set(re.findall(r'<data value="([\w-]+)"', templates))
    scripts = "".join(path.read_text() for path in (ROOT / "static/js").glob("*.js"))
    asked = re.findall(r'\bwords\([^"\n]*?"([\w-]+)"(?: : "([\w-]+)")?', scripts)
    assert {key for keys in asked for key in keys if key} <= given


@pytest.mark.parametrize(
    ("asked", "language", "direction"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "ltr"),
        ("ar", "ar", "rtl"),
        ("fr, ar;q=0.4", "ar", "rtl"),
        ("fr", SOURCE, "ltr"),
    ],
)
def test_a_page_is_in_the_language_that_is_asked_for(
    client: FlaskClient, asked: str, language: str, direction: str
) -> None:
    page = client.get("/login", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}" dir="{direction}">' in page
    for text in ("Log in", "Password", "New here?"):
        said = text if language == SOURCE else texts(translated(language))[text].string
        assert escape(said) in page, "not compiled? `make run` and `make test` do"


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_are_in_the_language_too(client: FlaskClient, language: str) -> None:
    headers = {"Accept-Language": language}
    known = texts(translated(language))
    form = client.post("/login", data={"email": "", "password": "x"}, headers=headers)
    assert known["Please write your e-mail address."].string in form.text
    page = client.get("/nowhere", headers=headers)
    assert known["There is no such page."].string.rstrip(".") in page.text
    answer = client.get("/api/v1/chats", headers=headers)
    assert answer.json["error"]["message"] == known["Please log in."].string


@pytest.mark.parametrize(
    ("language", "needed", "lasted", "in_june"),
    [
        ("de", "Dieses Feld wird benötigt.", "3 Min.", "Juni 2026"),
        ("ar", "هذا الحقل مطلوب.", "3 د", "يونيو 2026"),
    ],
)
def test_what_libraries_say_is_in_the_language_too(
    app: Flask, language: str, needed: str, lasted: str, in_june: str
) -> None:
    class Form(FlaskForm):
        anything = StringField(validators=[InputRequired()])

    with app.test_request_context(method="POST", headers={"Accept-Language": language}):
        form = Form(meta={"csrf": False})
        form.validate()
        assert form.anything.errors == [needed]
        assert filters.duration(3 * MINUTE) == lasted
        assert filters.month(1_781_000_000_000) == in_june


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_rendered_for_a_socket_is_in_its_pages_language(app: Flask, language: str) -> None:
    said = texts(translated(language))["Online again"].string
    assert said in rendered("_connection.html", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_field_is_told_in_the_language_too(app: Flask, language: str) -> None:
    given = {"customerId": "x", "mine": "perhaps", "status": "new", "q": "x" * 101, "limit": 0}
    with app.test_request_context(headers={"Accept-Language": language}):
        with pytest.raises(Invalid) as refused:
            parse(ChatQuery, given)
        told = {name: str(said) for name, said in (refused.value.fields or {}).items()}
    known = {key: message.string for key, message in texts(translated(language)).items()}
    assert told == {
        "customerId": known["It takes a whole number."],
        "mine": known["It takes true or false."],
        "status": known["It is none of the choices."],
        "q": known["It is too long: at most %(limit)s."] % {"limit": 100},
        "limit": known["It takes at least %(limit)s."] % {"limit": 1},
    }


def test_a_text_of_a_template_follows_the_language_and_escapes_what_is_put_into_it(
    app: Flask,
) -> None:
    made = app.jinja_env.from_string
    text = '{{ _("Chat %(number)s", number=name) }}'
    text += '{{ ngettext("%(num)s file", "%(num)s files", 3) }}'
    share = '{{ _("%(share)s%% of all ratings", share=5) }}|{{ _("Unread") }}'
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert made(text).render(name="<b>") == "Chat &lt;b&gt;3 Dateien"
        assert made(share).render() == "5 % aller Bewertungen|Ungelesen"
        with force_locale("en"):
            assert made(share).render() == "5% of all ratings|Unread"
        assert made(text).render(name="&") == "Chat &amp;3 Dateien"
        languages.speak("ar")
        unread = made("{{ _('Unread') }}").render()
        assert unread == gettext("Unread")
        assert unread not in ("Unread", "Ungelesen")

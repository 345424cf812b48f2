"""`/api/docs`, a page of our own, and `/api/openapi.json`."""

import json
import re
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, render_template, request
from flask_babel import force_locale
from markupsafe import Markup, escape
from pydantic.json_schema import models_json_schema

from app.api.fields import Field, fields_of
from app.api.openapi import document, endpoints, openapi_path, refusals_of, tag_of, words_of
from app.api.samples import sample_of
from app.realtime.live import handlers
from app.rest import Endpoint
from app.schemas.live import ACKNOWLEDGED, EVENTS
from app.schemas.wire import Wire

bp = Blueprint("api_docs", __name__)
CODE = re.compile("`([^`]+)`")
PLACE = re.compile(r"\{\w+\}")  # of an id in a path


class Shape(NamedTuple):
    """A pydantic class as the page shows it: its fields, or the words that it is one of."""

    name: str
    about: str
    fields: list[Field]
    values: list[str]


class Described(NamedTuple):
    """An endpoint as the page shows it."""

    id: str
    method: str
    path: str
    shortcut: str | None
    summary: str
    about: str
    who: str
    path_fields: list[Field]
    query: list[Field]
    body: list[Field]
    answers: list[tuple[int, str, str | None]]
    answers_list: bool
    errors: list[tuple[int, list[str], str]]
    curl: str


class LiveEvent(NamedTuple):
    name: str
    about: str
    fields: list[Field]
    sample: str
    answer: list[Field]


@bp.get("/api/openapi.json")
def openapi() -> Response:
    return Response(orjson.dumps(document()), content_type="application/json")


@bp.get("/api/docs")
def docs() -> str:
    with force_locale("en"):  # the page is in English, and so are the errors that it quotes
        return render_template(
            "api_docs.html",
            groups=groups(),
            shapes=shapes(),
            events_in=events_in(),
            events_out=events_out(),
            host=request.host_url.rstrip("/"),
            prose=prose,
            line=line,
        )


def prose(text: str) -> Markup:
    """Paragraphs as HTML, with what stands in backticks as code."""
    return Markup("").join(Markup("<p>{}</p>").format(line(part)) for part in text.split("\n\n"))


def line(text: str) -> Markup:
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped)


def groups() -> dict[str, list[Described]]:
    """The endpoints by noun, in the order in which they were registered."""
    found: dict[str, list[Described]] = {}
    for each in endpoints():
        found.setdefault(tag_of(each), []).append(described(each))
    return found


def described(each: Endpoint) -> Described:
    summary, about = words_of(each)
    path = openapi_path(each.rules[0])
    operation = document()["paths"][path][each.method.lower()]
    return Described(
        id=operation["operationId"],
        method=each.method,
        path=path,
        shortcut=each.shortcut,
        summary=summary,
        about=about,
        who=who_may(each),
        path_fields=[path_field(p) for p in operation.get("parameters", ()) if p["in"] == "path"],
        query=taken_by(each.query),
        body=taken_by(each.body),
        answers=[
            (status, why, each.answer_shape.__name__ if each.answer_shape else None)
            for status, why in {each.status: "Done.", **each.also}.items()
        ],
        answers_list=each.answers_list,
        errors=[
            (status, [error.code for error in errors], str(errors[0].message))
            for status, errors in refusals_of(each).items()
        ],
        curl=curl(each, path),
    )


def who_may(each: Endpoint) -> str:
    if each.is_public:
        return "Anyone, without a token"
    return each.only.name.capitalize() if each.only else "Anyone with a token"


def path_field(parameter: dict[str, Any]) -> Field:
    return Field(parameter["name"], "integer", True, "", None)


def taken_by(shape: type[Wire] | None) -> list[Field]:
    return fields_of(document()["components"]["schemas"][shape.__name__]) if shape else []


def curl(each: Endpoint, path: str) -> str:
    """A call that one can paste into a shell."""
    url = "$DESKBELL" + PLACE.sub("5", path.replace("{userId}", "7"))
    schemas = document()["components"]["schemas"]
    if each.query and "required" in schemas[each.query.__name__]:
        sample = sample_of(schemas[each.query.__name__])
        url += "?" + "&".join(f"{name}={value}" for name, value in sample.items())
    lines = ["curl" + (f" -X {each.method}" if each.method not in ("GET", "POST") else "")]
    lines[0] += f' "{url}"'
    if not each.is_public:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if each.body:
        body = json.dumps(sample_of(schemas[each.body.__name__]), ensure_ascii=False)
        lines += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    elif each.method == "POST":
        lines[0] = lines[0].replace("curl", "curl -X POST", 1)
    return " \\\n  ".join(lines)


def shapes() -> list[Shape]:
    """Every shape that an answer or a live event is made of."""
    taken = {shape for each in endpoints() for shape in (each.body, each.query)}
    taken |= {shape for shape, _handler in handlers.values()}
    # Shown where they go out, not once more by their name.
    answered = {each.answer_shape for each in endpoints()}
    taken |= {*EVENTS.values(), *ACKNOWLEDGED.values()} - answered
    apart = {shape.__name__ for shape in taken if shape}
    known = live_schemas() | document()["components"]["schemas"]
    return [
        Shape(name, about_of(schema), fields_of(schema), schema.get("enum", []))
        for name, schema in sorted(known.items())
        if name not in apart
    ]


def about_of(schema: dict[str, Any]) -> str:
    """The class's docstring; pydantic keeps its line ends."""
    return str(schema.get("description", "")).replace("\n", " ")


def events_in() -> list[LiveEvent]:
    """What a client may send on `/live`, as the handlers themselves take it."""
    schemas = live_schemas()
    found = []
    for name, (shape, _handler) in handlers.items():
        schema = schemas[shape.__name__]
        ack = ACKNOWLEDGED[name]
        found.append(
            LiveEvent(
                name=name,
                about=about_of(schema),
                fields=fields_of(schema),
                sample=json.dumps(sample_of(schema), ensure_ascii=False),
                answer=fields_of(schemas[ack.__name__]) if ack else [],
            )
        )
    return found


def events_out() -> list[LiveEvent]:
    schemas = live_schemas()
    return [
        LiveEvent(name, about_of(schema), fields_of(schema), "", [])
        for name, shape in EVENTS.items()
        for schema in [schemas[shape.__name__]]
    ]


def live_schemas() -> dict[str, Any]:
    taken = {shape for shape, _handler in handlers.values()}
    given = {shape for shape in (*ACKNOWLEDGED.values(), *EVENTS.values()) if shape}
    wanted = [(shape, "validation") for shape in taken]
    wanted += [(shape, "serialization") for shape in given]
    _, made = models_json_schema(wanted, ref_template="{model}")  # type: ignore[arg-type]
    return dict(made["$defs"])

"""The OpenAPI document, made of what `@endpoint` registered and of the shapes that validate."""

import re
from functools import cache
from inspect import cleandoc
from typing import Any

from flask import current_app
from flask_babel import force_locale
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from app.api.samples import sample_of
from app.errors import ChatError
from app.rest import Door, Endpoint
from app.schemas.errors import ErrorOut
from app.schemas.wire import LARGEST_ID, Wire

VERSION = "1"
Json = dict[str, Any]
PATH_PART = re.compile(r"<(id:)?(\w+)>")
ABOUT = """\
REST for programs. Every call but those under `/auth` takes `Authorization: Bearer <accessToken>`,
or an API key in its place, of the scope that each call names (`x-scope`).

JSON is camelCase, times are ISO 8601 in UTC with milliseconds, ids whole numbers. Fields that are
not named here are ignored. What is not there and what is not yours answer alike, with 404.
"""


def document() -> Json:
    """The whole document, of the doors that are on."""
    return made(tuple(current_app.extensions["rest"]))


def endpoints() -> list[Endpoint]:
    """Every endpoint of every door that is on."""
    return [each for door in current_app.extensions["rest"] for each in door.endpoints]


@cache  # it depends on nothing else
def made(doors: tuple[Door, ...]) -> Json:
    with force_locale("en"):  # not in the language of whoever asks first
        return made_of([each for door in doors for each in door.endpoints])


def made_of(endpoints: list[Endpoint]) -> Json:
    schemas = component_schemas(endpoints)
    paths: dict[str, Json] = {}
    for each in endpoints:
        for number, rule in enumerate(each.rules):
            operation = operation_of(each, schemas, is_shortcut=number > 0)
            paths.setdefault(openapi_path(rule), {})[each.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskbell", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(tag_of(each) for each in endpoints)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": schemas,
        },
    }


def component_schemas(endpoints: list[Endpoint]) -> Json:
    taken = {shape for each in endpoints for shape in (each.body, each.query) if shape}
    given = {each.answer_shape for each in endpoints if each.answer_shape} | {ErrorOut}
    wanted = [(shape, "validation") for shape in by_name(taken)]
    wanted += [(shape, "serialization") for shape in by_name(given)]
    _, made = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas: Json = made["$defs"]
    for shape in taken:
        schemas[shape.__name__]["example"] = sample_of(schemas[shape.__name__])
    return schemas


def by_name(shapes: set[type[Wire]]) -> list[type[Wire]]:
    return sorted(shapes, key=lambda shape: shape.__name__)


def operation_of(each: Endpoint, schemas: Json, *, is_shortcut: bool) -> Json:
    summary, about = words_of(each)
    operation: Json = {
        "operationId": to_camel(each.name.replace(".", "_")) + ("AtRoot" if is_shortcut else ""),
        "tags": [tag_of(each)],
        "summary": summary,
        "responses": responses_of(each),
    }
    if about:
        operation["description"] = about
    if each.only:
        operation["description"] = f"{about}\n\nFor {each.only.name}.".strip()
    scope = each.door.scope_of(each)
    if scope:
        operation["x-scope"] = scope
    if each.is_public:
        operation["security"] = []
    parameters = path_parameters(each) + query_parameters(each, schemas)
    if parameters:
        operation["parameters"] = parameters
    if each.body:
        operation["requestBody"] = {
            "required": not each.body_may_be_empty,
            "content": content_of(each.body),
        }
    return operation


def words_of(each: Endpoint) -> tuple[str, str]:
    """The docstring's first sentence, and the rest of it."""
    summary, _, about = cleandoc(each.view.__doc__ or "").partition("\n\n")
    return " ".join(summary.split()).rstrip("."), about


def tag_of(each: Endpoint) -> str:
    return each.door.title or each.view.__module__.rpartition(".")[2]


def path_parameters(each: Endpoint) -> list[Json]:
    number = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return [
        {
            "name": to_camel(name),
            "in": "path",
            "required": True,
            "schema": number if is_id else {"type": "string"},
        }
        for is_id, name in PATH_PART.findall(each.rule)
    ]


def query_parameters(each: Endpoint, schemas: Json) -> list[Json]:
    if each.query is None:
        return []
    shape = schemas[each.query.__name__]
    parameters = []
    for name, schema in shape["properties"].items():
        parameter = {"name": name, "in": "query", "required": name in shape.get("required", ())}
        if schema.get("type") == "array":  # 1,2,3
            parameter |= {"style": "form", "explode": False}
        parameters.append(parameter | {"schema": schema})
        if "description" in schema:
            parameters[-1]["description"] = schema["description"]
    return parameters


def responses_of(each: Endpoint) -> Json:
    answers: Json = {}
    for status, why in {each.status: "Done.", **each.also}.items():
        answers[str(status)] = {"description": why}
        if each.answer_shape:
            content = content_of(each.answer_shape, is_list=each.answers_list)
            answers[str(status)]["content"] = content
    for status, errors in refusals_of(each).items():
        codes = [error.code for error in errors]
        said = f"{errors[0].message} ({', '.join(f'`{code}`' for code in codes)})"
        answers[str(status)] = {"description": said, "content": refusal_of(codes)}
        if status == 429:
            answers["429"]["headers"] = {
                "Retry-After": {"description": "seconds", "schema": {"type": "integer"}}
            }
    return answers


def refusals_of(each: Endpoint) -> dict[int, list[ChatError]]:
    """By status, in the words of its door."""
    found: dict[int, list[ChatError]] = {}
    for kind in each.errors:
        error = each.door.worded(kind())
        found.setdefault(error.status, []).append(error)
    return found


def refusal_of(codes: list[str]) -> Json:
    """An error that has one of these codes."""
    error = {"type": "object", "properties": {"code": {"type": "string", "enum": codes}}}
    narrowed = {"type": "object", "properties": {"error": error}}
    reference = {"$ref": f"#/components/schemas/{ErrorOut.__name__}"}
    return {"application/json": {"schema": {"allOf": [reference, narrowed]}}}


def content_of(shape: type[Wire], *, is_list: bool = False) -> Json:
    schema: Json = {"$ref": f"#/components/schemas/{shape.__name__}"}
    if is_list:
        schema = {"type": "array", "items": schema}
    return {"application/json": {"schema": schema}}


def openapi_path(rule: str) -> str:
    return PATH_PART.sub(lambda found: "{" + to_camel(found[2]) + "}", rule)

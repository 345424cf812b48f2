"""What all shapes share: camelCase, ids, text, and how a bad payload is told."""

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

from flask_babel import lazy_gettext as _l
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, PydanticCustomError

from app.errors import Invalid, Malformed
from app.models.messages import clean

# What JSON carries exactly in every language, and a 64-bit column holds.
LARGEST_ID = 2**53 - 1
LARGEST_PAGE = 100
DIGITS = re.compile("-?[0-9]{1,40}")
DEEPEST = 20  # far less than what makes a reader of JSON give up


# What pydantic calls the usual kinds.
WHOLE = ("int_type", "int_parsing", "int_from_float", "int_parsing_size")
WORDS: dict[str, Any] = {
    "missing": _l("It is missing."),
    **dict.fromkeys(WHOLE, _l("It takes a whole number.")),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _l("It takes a number.")),
    **dict.fromkeys(("string_type", "string_unicode"), _l("It takes text.")),
    **dict.fromkeys(("bool_type", "bool_parsing"), _l("It takes true or false.")),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), _l("It takes a list.")),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"), _l("It takes an object.")
    ),
    **dict.fromkeys(
        ("enum", "literal_error", "union_tag_invalid"), _l("It is none of the choices.")
    ),
    "union_tag_not_found": _l("It is missing."),
    "string_pattern_mismatch": _l("It is not of the form that belongs here."),
}
# By kind, what the bound is called and what is said of it.
BOUNDS: dict[str, tuple[str, Any]] = {
    "greater_than": ("gt", lambda limit: _l("It takes more than %(limit)s.", limit=limit)),
    "greater_than_equal": ("ge", lambda limit: _l("It takes at least %(limit)s.", limit=limit)),
    "less_than": ("lt", lambda limit: _l("It takes less than %(limit)s.", limit=limit)),
    "less_than_equal": ("le", lambda limit: _l("It takes at most %(limit)s.", limit=limit)),
    **dict.fromkeys(
        ("string_too_short", "too_short"),
        ("min_length", lambda limit: _l("It is too short: at least %(limit)s.", limit=limit)),
    ),
    **dict.fromkeys(
        ("string_too_long", "too_long"),
        ("max_length", lambda limit: _l("It is too long: at most %(limit)s.", limit=limit)),
    ),
}


def ms_of(moment: datetime) -> int:
    """Milliseconds, as times are stored."""
    return round(moment.timestamp() * 1000)


class Wire(BaseModel):
    """A shape on the wire. Fields that it does not name are ignored, never stored."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_alias=True, serialize_by_alias=True, extra="ignore"
    )


def digits(value: object) -> object:
    """A number, or its digits; pydantic alone would take `true`, `1.0`, `" 1"` and `"1_0"`, too."""
    if isinstance(value, bool | float):
        raise PydanticCustomError("int_type", "takes a whole number")
    if isinstance(value, str) and not DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "takes a whole number")
    return value


Id = Annotated[int, BeforeValidator(digits), Field(gt=0, le=LARGEST_ID)]
Version = Annotated[int, BeforeValidator(digits), Field(ge=0, le=LARGEST_ID)]
Text = Annotated[str, AfterValidator(clean)]
Limit = Annotated[
    int,
    BeforeValidator(digits),
    Field(ge=1, description=f"how many; more than {LARGEST_PAGE} is taken as {LARGEST_PAGE}"),
    AfterValidator(lambda wanted: min(wanted, LARGEST_PAGE)),
]


def not_too_deep(value: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [value]
    for _depth in range(DEEPEST):
        level = [inner for each in level for inner in within(each)]
        if not level:
            return value
    raise ValueError(f"takes at most {DEEPEST} levels")


def within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


# What a client adds as it likes, and gets back as it was.
Extra = Annotated[dict[str, Any], AfterValidator(not_too_deep)]
S = TypeVar("S", bound=Wire)


def parse(shape: type[S], payload: Any) -> S:
    """`payload` as `shape`. Raises `Malformed` for what is no object, `Invalid` with `fields`."""
    if not isinstance(payload, dict):
        raise Malformed
    try:
        return shape.model_validate(payload)
    except ValidationError as error:
        raise Invalid(fields=fields_of(error)) from error


def fields_of(error: ValidationError) -> dict[str, Any]:
    """What is wrong with which field, in words; a value that was sent is not repeated."""
    told = {}
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in problem["loc"]) or "body"
        told[name] = worded(problem)
    return told


def worded(problem: ErrorDetails) -> Any:
    """In the reader's language where it is of a usual kind, else as pydantic says it."""
    kind = problem["type"]
    if kind in WORDS:
        return WORDS[kind]
    if kind in BOUNDS:
        bound, said = BOUNDS[kind]
        return said(problem["ctx"][bound])
    return problem["msg"].removeprefix("Value error, ")

"""A JSON schema's fields, in the words that a person reads."""

from typing import Any, NamedTuple

Schema = dict[str, Any]
BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "over {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
}


class Field(NamedTuple):
    """One field: `shape` names the shape that it holds, where it holds one."""

    name: str
    type: str
    is_required: bool
    says: str
    shape: str | None


def fields_of(schema: Schema) -> list[Field]:
    required = schema.get("required", ())
    return [
        Field(name, type_of(field), name in required, said_of(field), shape_of(field))
        for name, field in schema.get("properties", {}).items()
    ]


def type_of(field: Schema) -> str:
    for choices in ("anyOf", "oneOf"):
        if choices in field:
            return " or ".join(type_of(choice) for choice in field[choices])
    if "const" in field:
        return f'"{field["const"]}"'
    if "$ref" in field:
        return name_of(field["$ref"])
    if "enum" in field:
        return " | ".join(f'"{value}"' for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {type_of(field['items'])}" if field.get("items") else "list"
    return str(field.get("type", "anything"))


def said_of(field: Schema) -> str:
    """What the field's own description says, then its bounds and its default."""
    said = [field["description"]] if "description" in field else []
    for part in (field, *field.get("anyOf", ())):
        # An id is over 0, as every id: that says nothing.
        said += [
            words.format(part[bound])
            for bound, words in BOUNDS.items()
            if part.get(bound) not in (None, 0)
        ]
    if field.get("default") not in (None, "", []):
        said.append(f"default {str(field['default']).lower()}")
    return "; ".join(said)


def shape_of(field: Schema) -> str | None:
    for part in (field, field.get("items", {}), *field.get("anyOf", ())):
        if "$ref" in part:
            return name_of(part["$ref"])
    return None


def name_of(ref: str) -> str:
    return ref.rpartition("/")[2]

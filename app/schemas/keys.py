"""API keys on the wire: for admins."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from app.clock import iso
from app.models.keys import KeyState, Scope
from app.operations.keys import MOST_DAYS
from app.schemas.wire import Id, Wire


class NewKey(Wire):
    name: Annotated[str, Field(max_length=1000)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    user_id: Id | None = Field(
        default=None, description="for whom of staff it acts; without one for you"
    )
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(
        default=None, description="how long it holds; without it until it is revoked"
    )


class KeyOut(Wire):
    """What is known of a key, which is none of it."""

    id: int
    name: str
    ends_with: str
    scopes: list[Scope]
    user_id: int
    made_by_id: int
    created_at: str
    expires_at: str | None
    last_used_at: str | None = Field(description="to a minute")


class MadeKey(KeyOut):
    key: str = Field(description="told this once")


class KeysOut(Wire):
    keys: list[KeyOut]


def key_out(key: KeyState) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "endsWith": key.ends_with,
        "scopes": list(key.good_for),
        "userId": key.user_id,
        "madeById": key.made_by_id,
        "createdAt": iso(key.created_at),
        "expiresAt": iso(key.expires_at),
        "lastUsedAt": iso(key.last_used_at),
    }


def made_key_out(key: KeyState, itself: str) -> dict[str, Any]:
    return key_out(key) | {"key": itself}


def keys_out(keys: Iterable[KeyState]) -> dict[str, Any]:
    return {"keys": [key_out(each) for each in keys]}

"""A call of REST by an event, on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.schemas.wire import Wire

LONGEST_PATH = 4000


class Request(Wire):
    """`request`: a call of `/api/v1`, as its documentation has it. For whatever has no event of
    its own; but not for `/auth`, which HTTP alone has."""

    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"]
    path: Annotated[str, Field(max_length=LONGEST_PATH)] = Field(
        description="what stands behind `/api/v1` in the address, with its query"
    )
    body: dict[str, Any] | None = Field(default=None, description="where the call takes one")


class RequestOut(Wire):
    """What the call answers; where it refuses, this is the refusal of the event."""

    status: int = Field(description="204 where there is nothing to answer")
    answer: Any = Field(description="the answer's JSON, or null")

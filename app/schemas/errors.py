"""A refusal on the wire, as `app.errors.ChatError.as_dict` makes it."""

from pydantic import Field

from app.schemas.wire import Wire


class Refusal(Wire):
    code: str = Field(description="for programs; it never changes")
    message: str = Field(description="for people, in the language that `Accept-Language` asks for")
    retry_after: float | None = Field(
        default=None, description="seconds after which the same request may succeed"
    )
    fields: dict[str, str] | None = Field(
        default=None, description="what is wrong with which field"
    )


class ErrorOut(Wire):
    """Every answer from 400 on; `retryAfter` and `fields` only where they say something."""

    error: Refusal

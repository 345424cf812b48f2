"""Customers on the wire, as staff see them."""

from typing import Any

from pydantic import Field

from app.queries.users import Person
from app.queries.visitors import Said
from app.schemas.files import FileOut
from app.schemas.users import UserOut, user_out
from app.schemas.wire import Id, Limit, Wire


class SaidOut(Wire):
    name: str
    email: str


class CustomerDetails(UserOut):
    """A customer, and what a visitor has said of themselves, which nobody has proved."""

    said: SaidOut | None


class FilesOf(Wire):
    before: Id | None = Field(default=None, description="those before the file of this id")
    limit: Limit = 50


class CustomerFiles(Wire):
    """Files, the newest first; `next` goes into `before` for the next page, null ends the list."""

    files: list[FileOut]
    next: int | None


def customer_out(person: Person, said: Said | None) -> dict[str, Any]:
    return user_out(person) | {"said": said and {"name": said.name, "email": said.email}}

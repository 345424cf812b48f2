"""Files: announcing one, and where it can be had."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import TooFast, TooMuch
from app.files import links
from app.models.users import Actor
from app.operations import files as operations
from app.schemas.files import Description, FileOut, NewFile, file_out


@endpoint("POST", "/files", body=NewFile, answer=FileOut, status=201, raises=(TooFast, TooMuch))
def announce(actor: Actor, body: NewFile) -> dict[str, Any]:
    """Announce a file.

    Then send its bytes to `uploadUrl`: `PATCH` with `Content-Type: application/offset+octet-stream`
    and `Upload-Offset: 0`, in as many parts as you like (tus 1.0; a tus client takes the address as
    its upload). When the line is cut, `HEAD` tells how much has arrived. Once all of it has, name
    it in a message: `attachments: [id]`. What is not sent within a day is forgotten.
    """
    file = operations.announce(actor, body.name, body.size, body.alt, body.recorded)
    return file_out(file, links.of(actor, file))


@endpoint("GET", "/files/<id:file_id>", answer=FileOut)
def show(actor: Actor, file_id: int) -> dict[str, Any]:
    """Ask for a file: what became of it, and addresses of it for you."""
    file = operations.seen(actor, file_id)
    return file_out(file, links.of(actor, file))


@endpoint(
    "PATCH",
    "/files/<id:file_id>",
    body=Description,
    answer=FileOut,
)
def describe(actor: Actor, file_id: int, body: Description) -> dict[str, Any]:
    """Say what a picture shows, before it is sent."""
    file = operations.describe(actor, file_id, body.alt)
    return file_out(file, links.of(actor, file))


@endpoint("DELETE", "/files/<id:file_id>", status=204)
def give_up(actor: Actor, file_id: int) -> None:
    """Give up a file that has not been sent."""
    operations.give_up(actor, file_id)

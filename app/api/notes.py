"""Notes that staff writes beside a chat."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatNotFound, NotFound, TooFast
from app.models.users import Actor
from app.operations import access
from app.operations import notes as operations
from app.queries import messages
from app.queries import notes as queries
from app.rest import STAFF
from app.schemas.notes import NoteIn, NoteOut, NotesOf, NotesOut, NoteText, note_out, notes_out

REPEATED = {200: "A repeat: the note that was written first with this `clientId`."}


@endpoint("GET", "/chats/<id:chat_id>/notes", query=NotesOf, answer=NotesOut, only=STAFF)
def index(actor: Actor, chat_id: int, query: NotesOf) -> dict[str, Any]:
    """Page through the notes beside a chat, the newest first.

    No customer and no provider learns of them by any call.
    """
    chat = access.chat_for(actor, chat_id)
    return notes_out(queries.newest(chat.id, query.before or messages.END, query.limit))


@endpoint(
    "POST",
    "/chats/<id:chat_id>/notes",
    body=NoteIn,
    answer=NoteOut,
    status=201,
    also=REPEATED,
    only=STAFF,
    raises=(ChatNotFound, TooFast),
)
def write(actor: Actor, chat_id: int, body: NoteIn) -> tuple[dict[str, Any], int]:
    """Write a note, in a chat of any state."""
    note, is_new = operations.write_once(actor, chat_id, body.message, body.client_id)
    return note_out(note, queries.names_in([note])), 201 if is_new else 200


@endpoint(
    "PATCH",
    "/notes/<id:note_id>",
    body=NoteText,
    answer=NoteOut,
    only=STAFF,
    raises=(NotFound, TooFast),
)
def edit(actor: Actor, note_id: int, body: NoteText) -> dict[str, Any]:
    """Let one's own note say something else."""
    note = operations.edit(actor, note_id, body.message)
    return note_out(note, queries.names_in([note]))


@endpoint("DELETE", "/notes/<id:note_id>", answer=NoteOut, only=STAFF, raises=(NotFound, TooFast))
def take_back(actor: Actor, note_id: int) -> dict[str, Any]:
    """Take one's own note back, or as an admin anybody's: its text is gone for good."""
    return note_out(operations.take_back(actor, note_id), {})

"""Events in: notes beside a chat, and having seen where one is named."""

from typing import Any

from app.operations import access
from app.operations import notes as operations
from app.queries import notes as queries
from app.queries import users
from app.realtime.live import on
from app.realtime.render import note_html
from app.schemas.notes import (
    ColleagueQuery,
    DeleteNote,
    EditNote,
    JoinNotes,
    SeeMentions,
    WriteNote,
    note_out,
    notes_after_out,
)
from app.sockets import rooms
from app.sockets.connections import Connection

MOST = 8  # colleagues that are offered


@on("join_notes", JoinNotes)
def join_notes(connection: Connection, payload: JoinNotes) -> dict[str, Any]:
    """Into their room first, then read: what happens in between arrives twice. Joined again it
    only reads."""
    access.require_staff(connection.actor)
    chat = access.chat_for(connection.actor, payload.chat_id)
    rooms.enter(connection, rooms.notes(chat.id, connection.page_locale))
    page = queries.changed(chat.id, payload.after)
    answer = notes_after_out(page, payload.after)
    if connection.is_page:
        for shape, note in zip(answer["notes"], page.notes, strict=True):
            shape["html"] = note_html(note, connection.locale, page.names)
    return answer


@on("write_note", WriteNote)
def write_note(connection: Connection, payload: WriteNote) -> dict[str, Any]:
    staff = connection.actor
    note = operations.write(staff, payload.chat_id, payload.message, payload.client_id)
    return {"note": note_out(note, queries.names_in([note]))}


@on("edit_note", EditNote)
def edit_note(connection: Connection, payload: EditNote) -> dict[str, Any]:
    note = operations.edit(connection.actor, payload.note_id, payload.message)
    return {"note": note_out(note, queries.names_in([note]))}


@on("delete_note", DeleteNote)
def delete_note(connection: Connection, payload: DeleteNote) -> dict[str, Any]:
    return {"note": note_out(operations.take_back(connection.actor, payload.note_id), {})}


@on("find_colleagues", ColleagueQuery)
def find_colleagues(connection: Connection, payload: ColleagueQuery) -> dict[str, Any]:
    staff = connection.actor
    access.require_staff(staff)
    access.check_still_holds(staff)
    found = [each for each in users.staff(payload.query.strip()) if each.id != staff.id]
    return {"colleagues": [{"id": each.id, "name": each.name} for each in found[:MOST]]}


@on("see_mentions", SeeMentions)
def see_mentions(connection: Connection, payload: SeeMentions) -> None:
    operations.see(connection.actor, payload.chat_id)

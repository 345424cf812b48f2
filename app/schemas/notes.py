"""Notes on the wire: to staff alone."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.clock import iso
from app.models.notes import NoteState
from app.queries.notes import MentionPage, NotePage
from app.schemas.messages import ClientId
from app.schemas.wire import Id, Limit, Text, Version, Wire


class NamedOut(Wire):
    id: int
    name: str


class NoteOut(Wire):
    """A note that staff wrote beside a chat; it stands behind what was said up to `afterSeq`."""

    id: int
    chat_id: int
    after_seq: int
    version: int = Field(description="counts the changes of the chat's notes, from 1 on")
    client_id: str | None
    author: NamedOut
    message: str
    mentions: list[NamedOut] = Field(description="whom it names, in its order")
    created_at: str
    edited_at: str | None
    deleted_at: str | None


class NotesOut(Wire):
    """Notes, the newest first; `hasMore` tells whether there are older ones."""

    notes: list[NoteOut]
    has_more: bool


class MentionOut(Wire):
    """A note that names one."""

    note: NoteOut
    customer_name: str = Field(description="whose chat it stands beside")
    seen_at: str | None


class MentionsOut(Wire):
    mentions: list[MentionOut]
    has_more: bool
    unseen: int = Field(description="of all, up to a hundred")


class NotesAfterOut(NotesOut):
    """Notes in the order in which they were changed, and the version that they bring one to."""

    notes_version: int


class NotesOf(Wire):
    before: Id | None = Field(default=None, description="those before the note of this id")
    limit: Limit = 50


class NoteText(Wire):
    """What a note says from now on."""

    message: Text = Field(
        description="`@` and a colleague's name, or `<@3>`, names them, and they hear of it"
    )


class NoteIn(NoteText):
    """With `clientId` a repeat gives the first note again."""

    client_id: ClientId | None = None


class JoinNotes(Wire):
    """`join_notes`: from then on `note_changed` is told; what changed after `after` now."""

    chat_id: Id
    after: Version = 0


class WriteNote(NoteIn):
    """`write_note`."""

    chat_id: Id
    client_id: ClientId


class EditNote(NoteText):
    """`edit_note`."""

    note_id: Id


class DeleteNote(Wire):
    """`delete_note`."""

    note_id: Id


class ColleagueQuery(Wire):
    """`find_colleagues`: whom a note may name, by what their names begin with."""

    query: Annotated[str, Field(max_length=100)] = ""


class ColleaguesOut(Wire):
    colleagues: list[NamedOut]


class SeeMentions(Wire):
    """`see_mentions`: in one chat, or everywhere."""

    chat_id: Id | None = None


def note_out(note: NoteState, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": note.id,
        "chatId": note.chat_id,
        "afterSeq": note.after_seq,
        "version": note.version,
        "clientId": note.client_id,
        "author": {"id": note.author_id, "name": note.author_name},
        "message": note.said(names),
        "mentions": [{"id": each, "name": names.get(each, "?")} for each in note.named],
        "createdAt": iso(note.created_at),
        "editedAt": iso(note.edited_at),
        "deletedAt": iso(note.deleted_at),
    }


def notes_out(page: NotePage) -> dict[str, Any]:
    shown = [note_out(each, page.names) for each in page.notes]
    return {"notes": shown, "hasMore": page.has_more}


def notes_after_out(page: NotePage, after: int) -> dict[str, Any]:
    return notes_out(page) | {"notesVersion": max(page.version, after)}


def mentions_out(page: MentionPage, unseen: int) -> dict[str, Any]:
    shown = [
        {
            "note": note_out(each.note, page.names),
            "customerName": each.customer_name,
            "seenAt": iso(each.seen_at),
        }
        for each in page.mentions
    ]
    return {"mentions": shown, "hasMore": page.has_more, "unseen": unseen}

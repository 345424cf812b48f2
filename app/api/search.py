"""Looking for what was said."""

from typing import Any

from app import criteria
from app.api.endpoint import endpoint
from app.models.users import Actor
from app.operations import access
from app.queries import search, traits
from app.queries.messages import END
from app.rest import STAFF
from app.schemas.search import (
    ChatsFoundOut,
    ChatsQuery,
    DaysQuery,
    FoundOut,
    NotesFoundOut,
    SearchQuery,
    chats_found_out,
    found_out,
    notes_found_out,
)


@endpoint("GET", "/search", query=DaysQuery, answer=FoundOut, only=STAFF)
def find_messages(actor: Actor, query: DaysQuery) -> dict[str, Any]:
    """Look for messages in all chats.

    Words are met by their beginning, in any script, whatever their accents; `"several words"` as
    they stand. What narrows a search: `from:` a person, `me`, `staff` or `customer`; `site:` its
    name; `before:` and `after:` a day of `zone`; `is:` `open`, `waiting`, `closed`, `archived`,
    `blocked`, `mine`, `unassigned` or `file`. What was sent is found a moment later.
    """
    asked = criteria.read(query.query, query.zone)
    return found_out(search.found(actor, asked, query.before or END, query.limit), for_staff=True)


@endpoint("GET", "/search/notes", query=DaysQuery, answer=NotesFoundOut, only=STAFF)
def find_notes(actor: Actor, query: DaysQuery) -> dict[str, Any]:
    """Look for notes that staff has written beside all chats.

    As for messages; it takes a word or a phrase at least, and `from:` is who wrote the note.
    """
    asked = criteria.read(query.query, query.zone)
    return notes_found_out(search.notes_found(actor, asked, query.before or END, query.limit))


@endpoint("GET", "/search/chats", query=ChatsQuery, answer=ChatsFoundOut, only=STAFF)
def find_chats(actor: Actor, query: ChatsQuery) -> dict[str, Any]:
    """Look for chats by what is known of them: by their `tags`, all words by the name of one,
    or by `attributes`, what sites' pages say of their customers, of each the newest chat.

    It takes a word or a phrase at least. What narrows the search is asked of the chats; with
    `from:`, `before:`, `after:` or `is:file` none is found.
    """
    asked = criteria.read(query.query)
    before = query.before or END
    return chats_found_out(traits.found(actor, query.by, asked, before, query.limit), query.by)


@endpoint("GET", "/chats/<id:chat_id>/search", query=SearchQuery, answer=FoundOut)
def find_messages_of_chat(actor: Actor, chat_id: int, query: SearchQuery) -> dict[str, Any]:
    """Look for messages of a chat, by words and phrases alone."""
    chat = access.chat_for(actor, chat_id)
    terms = criteria.words_alone(query.query)
    with_held = access.sees_held(actor, chat)
    found = search.found_in(chat, terms, query.before or END, query.limit, with_held=with_held)
    return found_out(found, for_staff=actor.is_staff)

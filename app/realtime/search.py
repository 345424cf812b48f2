"""Events in: looking for what was said."""

from typing import Any

from app import criteria
from app.operations import access
from app.queries import search, traits
from app.queries.messages import END
from app.realtime.live import on
from app.schemas.search import (
    ChatsQuery,
    DaysQuery,
    FindInChat,
    chats_found_out,
    found_out,
    notes_found_out,
)
from app.sockets.connections import Connection


@on("find_messages", DaysQuery)
def find_messages(connection: Connection, payload: DaysQuery) -> dict[str, Any]:
    staff = connection.actor
    access.require_staff(staff)
    access.check_still_holds(staff)
    asked = criteria.read(payload.query, payload.zone)
    return found_out(
        search.found(staff, asked, payload.before or END, payload.limit), for_staff=True
    )


@on("find_notes", DaysQuery)
def find_notes(connection: Connection, payload: DaysQuery) -> dict[str, Any]:
    staff = connection.actor
    access.require_staff(staff)
    access.check_still_holds(staff)
    asked = criteria.read(payload.query, payload.zone)
    found = search.notes_found(staff, asked, payload.before or END, payload.limit)
    return notes_found_out(found)


@on("find_chats", ChatsQuery)
def find_chats(connection: Connection, payload: ChatsQuery) -> dict[str, Any]:
    staff = connection.actor
    access.require_staff(staff)
    access.check_still_holds(staff)
    asked = criteria.read(payload.query)
    found = traits.found(staff, payload.by, asked, payload.before or END, payload.limit)
    return chats_found_out(found, payload.by)


@on("find_in_chat", FindInChat)
def find_in_chat(connection: Connection, payload: FindInChat) -> dict[str, Any]:
    chat = access.chat_for(connection.actor, payload.chat_id)
    terms = criteria.words_alone(payload.query)
    with_held = access.sees_held(connection.actor, chat)
    found = search.found_in(chat, terms, payload.before or END, payload.limit, with_held=with_held)
    return found_out(found, for_staff=connection.actor.is_staff)

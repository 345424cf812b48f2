"""A search through what was said, on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.criteria import LONGEST_SEARCH
from app.models.chats import Status
from app.models.sites import ZONE_LENGTH
from app.queries.search import Found, Hit
from app.queries.traits import By
from app.schemas.chats import CustomerOut
from app.schemas.messages import HeldMessageOut, MessageOut, message_out
from app.schemas.notes import NoteOut, note_out
from app.schemas.wire import Id, Limit, Text, Wire


class PieceOut(Wire):
    text: str
    is_hit: bool


class HitChatOut(Wire):
    """The chat that a message was found in."""

    id: int
    status: Status
    customer: CustomerOut
    site_id: int | None


class HitOut(Wire):
    """A message that was found; `excerpt` is what of it is worth showing, in pieces."""

    message: HeldMessageOut | MessageOut
    chat: HitChatOut
    excerpt: list[PieceOut]


class NoteHitOut(Wire):
    """A note that was found; `excerpt` is what of it is worth showing, in pieces."""

    note: NoteOut
    chat: HitChatOut
    excerpt: list[PieceOut]


class ChatHitOut(Wire):
    """A chat that was found by what is known of it; `excerpt` is that, in pieces."""

    chat: HitChatOut
    by: By
    excerpt: list[PieceOut]


class FoundOut(Wire):
    """Messages, the newest first. With `next` there may be more: ask again with it as `before`.

    A page may have fewer hits than were asked for, or none, and there may be more nevertheless.
    """

    hits: list[HitOut]
    next: int | None


class NotesFoundOut(Wire):
    """Notes, the newest first; `next` as of messages."""

    hits: list[NoteHitOut]
    next: int | None


class ChatsFoundOut(Wire):
    """Chats, the newest first; `next` as of messages."""

    hits: list[ChatHitOut]
    next: int | None


class SearchQuery(Wire):
    """What is looked for: words, each by its beginning, and `"phrases"`."""

    query: Annotated[Text, Field(max_length=LONGEST_SEARCH)] = Field(
        description="in all chats also `from:`, `site:`, `before:`, `after:`, `is:`"
    )
    before: Id | None = Field(default=None, description="`next` of the page before")
    limit: Limit = 20


class DaysQuery(SearchQuery):
    """What is looked for in what was said, at times, in all chats: messages and notes."""

    zone: Annotated[str, Field(max_length=ZONE_LENGTH)] = Field(
        default="",
        description="in which `before:` and `after:` are days, as `Europe/Berlin`; else that of "
        "one's working hours, else UTC",
    )


class ChatsQuery(SearchQuery):
    """What is looked for in what is known of chats."""

    by: By = Field(default=By.TAGS, description="what is looked through")


class FindInChat(SearchQuery):
    """`find_in_chat`: words and phrases alone."""

    chat_id: Id


def found_out(found: Found, *, for_staff: bool) -> dict[str, Any]:
    return {"hits": [hit_out(hit, for_staff=for_staff) for hit in found.hits], "next": found.next}


def notes_found_out(found: Found) -> dict[str, Any]:
    hits = [{"note": note_out(hit.said, hit.names or {})} | around(hit) for hit in found.hits]
    return {"hits": hits, "next": found.next}


def chats_found_out(found: Found, by: By) -> dict[str, Any]:
    return {"hits": [{"by": by} | around(hit) for hit in found.hits], "next": found.next}


def hit_out(hit: Hit, *, for_staff: bool) -> dict[str, Any]:
    return {"message": message_out(hit.said, for_staff=for_staff)} | around(hit)


def around(hit: Hit) -> dict[str, Any]:
    chat = hit.chat
    customer = {"id": chat.customer_id, "name": chat.customer_name, "email": chat.customer_email}
    return {
        "chat": {
            "id": chat.id,
            "status": chat.status,
            "customer": customer,
            "siteId": chat.site_id,
        },
        "excerpt": [{"text": piece.text, "isHit": piece.is_hit} for piece in hit.excerpt],
    }

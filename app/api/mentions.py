"""Where one is named in notes."""

from typing import Any

from app.api.endpoint import endpoint
from app.models.users import Actor
from app.operations import notes as operations
from app.queries import messages
from app.queries import notes as queries
from app.rest import STAFF
from app.schemas.notes import MentionsOut, NotesOf, SeeMentions, mentions_out


@endpoint("GET", "/mentions", query=NotesOf, answer=MentionsOut, only=STAFF)
def list_mentions(actor: Actor, query: NotesOf) -> dict[str, Any]:
    """Page through the notes that name one, the newest first."""
    page = queries.mentions_of(actor.id, query.before or messages.END, query.limit)
    return mentions_out(page, queries.unseen(actor.id))


@endpoint("PUT", "/mentions/seen", body=SeeMentions, status=204, only=STAFF)
def see_mentions(actor: Actor, body: SeeMentions) -> None:
    """Say that one has seen where one is named, in one chat or everywhere. Again is fine."""
    operations.see(actor, body.chat_id)

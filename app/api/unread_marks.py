"""Marking a chat as unread, and coming back to it."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, ChatNotFound, NotSupportChat
from app.models.users import Actor
from app.operations import access, unread_marks
from app.rest import STAFF
from app.schemas.unread_marks import UnreadMarkOut, unread_mark_out

PATH = "/chats/<id:chat_id>/unread-mark"
REFUSALS = (ChatNotFound, ChatBlocked, NotSupportChat)


@endpoint("GET", PATH, answer=UnreadMarkOut, only=STAFF, raises=(ChatNotFound,))
def unread_mark(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Whether staff has marked a chat as unread."""
    return unread_mark_out(access.chat_for(actor, chat_id))


@endpoint("PUT", PATH, answer=UnreadMarkOut, only=STAFF, raises=REFUSALS)
def mark_unread(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Mark a chat as unread, for all staff; its customer sees nothing of it.

    It is so until one of staff opens it, writes in it, or reads what is said after that.
    """
    return unread_mark_out(unread_marks.mark(actor, chat_id))


@endpoint("DELETE", PATH, answer=UnreadMarkOut, only=STAFF, raises=(ChatNotFound,))
def unmark_unread(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Somebody has come back to it. Again is fine."""
    return unread_mark_out(unread_marks.clear(actor, chat_id))

"""Putting a chat aside until a time, and taking it up before."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import ChatBlocked, ChatNotFound, NotOpen, NotSupportChat
from app.models.users import Actor
from app.operations import access, snoozes
from app.rest import STAFF
from app.schemas.snoozes import Snooze, SnoozeOut, snooze_out

PATH = "/chats/<id:chat_id>/snooze"
REFUSALS = (ChatNotFound, ChatBlocked, NotOpen, NotSupportChat)


@endpoint("GET", PATH, answer=SnoozeOut, only=STAFF, raises=(ChatNotFound,))
def snoozed(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Until when a chat is put aside, if it is."""
    return snooze_out(access.chat_for(actor, chat_id))


@endpoint("PUT", PATH, body=Snooze, answer=SnoozeOut, only=STAFF, raises=REFUSALS)
def snooze(actor: Actor, chat_id: int, body: Snooze) -> dict[str, Any]:
    """Put an open chat aside until a time; its customer sees nothing of it.

    It is back in the inbox before that when its customer writes, or its status or agent changes.
    """
    return snooze_out(snoozes.snooze(actor, chat_id, body.until_ms))


@endpoint("DELETE", PATH, answer=SnoozeOut, only=STAFF, raises=(ChatNotFound,))
def wake(actor: Actor, chat_id: int) -> dict[str, Any]:
    """Back in the inbox now. Again is fine."""
    return snooze_out(snoozes.wake(actor, chat_id))

"""What protocol 002 is called, and where it is spoken."""

from typing import Any

from app.models.users import Actor, Role
from app.protocols.protocol import Protocol


class Rooms(Protocol):
    """It shares its namespace and some names of events with another protocol."""

    def role_of(self, actor: Actor) -> str:
        return actor.role if actor.role == Role.MANAGER else super().role_of(actor)

    def recognises(self, payload: Any) -> bool:
        return isinstance(payload, dict) and "roomId" in payload


protocol = Rooms(
    "002",
    namespace="/chat",
    error_event="error",
    roles=("customer", "admin"),
    prefix="/api/chat",
    pages={"/admin/support": "pages.inbox", "/admin/support/<id:chat_id>": "pages.chat"},
    fields={"chatId": "roomId"},
)

"""The names of rooms, and who joins which. Everything that emits takes its rooms from here.

Pages are told apart from programs, since only they are sent `html`, each in its own language.
The rooms of an older protocol bear its name: two of them share a namespace.
"""

from collections.abc import Iterable

from app.sockets.connections import LIVE, Connection
from app.sockets.server import sockets


def chat(chat_id: int, locale: str | None = None) -> str:
    """Those who have joined a chat: programs, or the pages of one language."""
    return f"chat:{chat_id}:{locale}" if locale else f"chat:{chat_id}"


def staff(locale: str | None = None) -> str:
    """Every member of staff: programs, or the pages of one language."""
    return f"staff:{locale}" if locale else "staff"


def notes(chat_id: int, locale: str | None = None) -> str:
    """Staff who follow the notes beside a chat. Nobody else is ever let in."""
    return f"notes:{chat_id}:{locale}" if locale else f"notes:{chat_id}"


def user(user_id: int) -> str:
    """Every connection of one person."""
    return f"user:{user_id}"


def spoken(protocol: str, room: str) -> str:
    """Those in a room who speak one of the older protocols."""
    return f"{protocol}:{room}"


def enter(connection: Connection, room: str) -> None:
    sockets.server.enter_room(connection.sid, room, namespace=connection.namespace)


def leave(connection: Connection, room: str) -> None:
    sockets.server.leave_room(connection.sid, room, namespace=connection.namespace)


def occupied(names: Iterable[str], namespace: str = LIVE) -> list[str]:
    """Those of the rooms that somebody of this process is in."""
    there = sockets.server.manager.rooms.get(namespace, {})
    return [name for name in names if name in there]


def members(names: Iterable[str], namespace: str = LIVE) -> list[str]:
    """The sids of this process that are in any of the rooms."""
    there = sockets.server.manager.rooms.get(namespace, {})
    return [sid for name in names if name in there for sid in list(there[name])]

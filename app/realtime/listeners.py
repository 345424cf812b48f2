"""Who of this process listens on `/live`, by room and language, and how it is said to them."""

from collections.abc import Callable, Iterable
from typing import Any

from app import metrics
from app.sockets import rooms
from app.sockets.connections import LIVE, connections
from app.sockets.server import sockets


def pages(room: Callable[..., str], *which: int) -> list[tuple[str, str]]:
    """The languages in which pages listen in a room, with the room of each."""
    named = {room(*which, locale=locale): locale for locale in list(connections.languages)}
    return [(named[name], name) for name in rooms.occupied(named)]


def in_chat(chat_id: int) -> list[str]:
    return everywhere(rooms.chat, chat_id)


def everywhere(room: Callable[..., str], *which: int) -> list[str]:
    """A room's programs and its pages in every language."""
    return [room(*which, locale=locale) for locale in [None, *connections.languages]]


def emit(name: str, payload: Any, to: list[str], but: Iterable[str] = ()) -> None:
    """To everybody in the rooms, once."""
    if to:
        metrics.emitted(name).inc()
        sockets.server.emit_to(name, payload, to, but)


def tell_restarting() -> None:
    """Everybody here: this process ends, come back in a moment."""
    sockets.server.emit("restarting", {}, namespace=LIVE)

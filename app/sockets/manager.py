"""Who is in which room: the library's manager, and for each socket the rooms that it is in.

The library looks through all rooms of a namespace for those that somebody leaves who goes, and
every socket is a room of its own: thousands who go at once stop the process for many seconds.
"""

from typing import Any

import socketio

Room = str | None


class Manager(socketio.Manager):
    def __init__(self) -> None:
        super().__init__()
        self.rooms_of: dict[str, list[Room]] = {}

    def basic_enter_room(
        self, sid: str, namespace: str, room: Room, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid)
        theirs = self.rooms_of.setdefault(sid, [])
        if room not in theirs:
            theirs.append(room)

    def basic_leave_room(self, sid: str, namespace: str, room: Room) -> None:
        super().basic_leave_room(sid, namespace, room)
        theirs = self.rooms_of.get(sid, [])
        if room in theirs:
            theirs.remove(room)
        if not theirs:
            self.rooms_of.pop(sid, None)

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        for room in list(self.rooms_of.get(sid, ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            waiting = pending.get(namespace, [])
            if sid in waiting:
                waiting.remove(sid)
            if not waiting:
                pending.pop(namespace, None)

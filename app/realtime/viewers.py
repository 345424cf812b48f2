"""Which members of staff look at a chat, in this process and in others: told to those who do."""

import time
from collections import defaultdict
from typing import NamedTuple

from flask import current_app

from app.announce import announce, deliver
from app.concurrency import process_name
from app.events import ViewersChanged
from app.sockets.connections import Connection, connections

Viewers = tuple[tuple[int, str], ...]


class Heard(NamedTuple):
    """What a process said last, and when; one that was killed says nothing any more."""

    viewers: Viewers
    at: float


# By chat, then by process; a process that has nobody there has no entry.
everywhere: defaultdict[int, dict[str, Heard]] = defaultdict(dict)


def tell_viewers(chat_id: int, connection: Connection) -> None:
    """After a connection joined or left a chat."""
    if connection.actor.is_staff and connection.is_page:
        announce([here(chat_id)])


def here(chat_id: int) -> ViewersChanged:
    return ViewersChanged(chat_id, process_name(), connections.viewers(chat_id))


def renew() -> None:
    """Says again who looks here, to the other processes, and forgets those that are silent."""
    if current_app.extensions["bus"] is None:
        return
    mine = [chat_id for chat_id, said in everywhere.items() if process_name() in said]
    announce([here(chat_id) for chat_id in mine])
    limit = time.monotonic() - current_app.config["PRESENCE_SECONDS"]
    silent = [
        (chat_id, process)
        for chat_id, said in everywhere.items()
        for process, heard in said.items()
        if heard.at < limit
    ]
    deliver([ViewersChanged(chat_id, process, ()) for chat_id, process in silent])


def merged(event: ViewersChanged) -> Viewers:
    """Those who look at the chat in any process, after this change in one."""
    if event.viewers:
        everywhere[event.chat_id][event.process] = Heard(event.viewers, time.monotonic())
    else:
        everywhere[event.chat_id].pop(event.process, None)
    there = {viewer for heard in everywhere[event.chat_id].values() for viewer in heard.viewers}
    if not there:
        del everywhere[event.chat_id]
    return tuple(sorted(there))

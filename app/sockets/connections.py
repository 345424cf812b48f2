"""Who is connected to this process: kept at connect, so that an event need not ask again."""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from app.models.users import Actor

LIVE = "/live"


@dataclass(slots=True)
class Stranger:
    """A socket that has not said yet whose it is; an older protocol lets it do so in an event."""

    sid: str
    namespace: str
    locale: str
    address: str
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Connection:
    """A socket: who, as what, and which chats it has joined."""

    sid: str
    actor: Actor
    is_page: bool
    locale: str
    address: str
    namespace: str = LIVE
    since: float = field(default_factory=time.monotonic)
    chats: set[int] = field(default_factory=set)
    watched: set[int] = field(default_factory=set)  # of these those at which a manager only looks
    is_board: bool = False  # a screen on a wall, by which nobody is there

    @property
    def page_locale(self) -> str | None:
        """The language of a page; None for a program."""
        return self.locale if self.is_page else None


class Connections:
    """The connections of this process, by sid, by person and by address."""

    def __init__(self) -> None:
        self.by_sid: dict[str, Connection] = {}
        self.strangers: dict[str, Stranger] = {}
        self.by_user: defaultdict[int, dict[str, Connection]] = defaultdict(dict)
        self.by_address: defaultdict[str, set[str]] = defaultdict(set)
        self.boards: set[str] = set()
        self.languages: dict[str, None] = {}  # of the pages that have been here, for good

    def add(self, connection: Connection) -> None:
        self.strangers.pop(connection.sid, None)
        self.by_sid[connection.sid] = connection
        self.by_user[connection.actor.id][connection.sid] = connection
        self.by_address[connection.address].add(connection.sid)
        if connection.is_board:
            self.boards.add(connection.sid)
        if connection.page_locale:
            self.languages[connection.page_locale] = None

    def add_stranger(self, stranger: Stranger) -> None:
        self.strangers[stranger.sid] = stranger
        self.by_address[stranger.address].add(stranger.sid)

    def remove(self, sid: str) -> Connection | None:
        """The connection that was there, unless it was a stranger's."""
        stranger = self.strangers.pop(sid, None)
        if stranger is not None:
            self.leave_address(stranger.address, sid)
        self.boards.discard(sid)
        connection = self.by_sid.pop(sid, None)
        if connection is None:
            return None
        of_user = self.by_user[connection.actor.id]
        of_user.pop(sid, None)
        if not of_user:
            del self.by_user[connection.actor.id]
        self.leave_address(connection.address, sid)
        return connection

    def leave_address(self, address: str, sid: str) -> None:
        there = self.by_address[address]
        there.discard(sid)
        if not there:
            del self.by_address[address]

    def of(self, user_id: int) -> list[Connection]:
        """A person's connections, the oldest first."""
        return list(self.by_user.get(user_id, {}).values())

    def rename(self, user_id: int, name: str, email: str) -> None:
        """What they say from now on is said under this name."""
        for connection in self.of(user_id):
            connection.actor = connection.actor._replace(name=name, email=email)

    def is_staff(self, sid: str) -> bool:
        """Also false for one that has just gone."""
        connection = self.by_sid.get(sid)
        return connection is not None and connection.actor.is_staff

    def is_of(self, sid: str, user_id: int) -> bool:
        """Whose it is; false for one that has just gone."""
        connection = self.by_sid.get(sid)
        return connection is not None and connection.actor.id == user_id

    def joined(self) -> set[int]:
        """The chats that somebody here has open."""
        return {chat_id for c in list(self.by_sid.values()) for chat_id in list(c.chats)}

    def people(self) -> set[int]:
        """Who is here, not by a board alone."""
        found = set(self.by_user)
        for sid in list(self.boards):
            connection = self.by_sid.get(sid)
            if connection and all(each.is_board for each in self.of(connection.actor.id)):
                found.discard(connection.actor.id)
        return found

    def viewers(self, chat_id: int) -> tuple[tuple[int, str], ...]:
        """Members of staff who have the chat open in a page, by id and name; managers who only
        look on are nobody's to see."""
        there = {
            (c.actor.id, c.actor.name)
            for c in list(self.by_sid.values())
            if c.is_page and c.actor.is_staff and chat_id in c.chats and chat_id not in c.watched
        }
        return tuple(sorted(there))


connections = Connections()

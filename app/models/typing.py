"""Who is typing, as this process has heard: in memory alone, and forgotten by itself."""

import time
from typing import NamedTuple

SILENT_SECONDS = 6.0  # who says nothing for so long has stopped


class Typist(NamedTuple):
    user_id: int
    name: str
    until: float


class Typists:
    """Chats in which somebody types. `until` is in the time of `time.monotonic`."""

    def __init__(self) -> None:
        self.by_chat: dict[int, dict[int, Typist]] = {}

    def note(self, chat_id: int, typist: Typist) -> None:
        self.by_chat.setdefault(chat_id, {})[typist.user_id] = typist

    def forget(self, chat_id: int, user_id: int) -> None:
        there = self.by_chat.get(chat_id, {})
        there.pop(user_id, None)
        if not there:
            self.by_chat.pop(chat_id, None)

    def of(self, chat_id: int) -> list[Typist]:
        now = time.monotonic()
        return [each for each in self.by_chat.get(chat_id, {}).values() if each.until > now]


typists = Typists()

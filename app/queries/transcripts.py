"""All that was said in a chat, as its parties are shown it: no note, nothing that is gone."""

import time
from typing import NamedTuple

from app.models.messages import MessageState
from app.queries import messages
from app.queries.related import Related, related

PAGE = 500
MOST = 5_000  # messages; of a longer chat the newest


class Transcript(NamedTuple):
    """What is told of a chat; `is_cut` where it began before the first of these."""

    messages: list[MessageState]
    related: Related
    is_cut: bool


def of(chat_id: int, *, with_held: bool) -> Transcript:
    """What is held is in it for who wrote it alone."""
    found: list[MessageState] = []
    seq = messages.END
    while len(found) < MOST:
        page = messages.before(chat_id, seq, PAGE, with_held=with_held)
        found[:0] = page.messages
        if not page.has_more:
            return Transcript(found, related(found, with_held=with_held), False)
        seq = page.first_seq
        time.sleep(0)  # others go on between one page and the next
    return Transcript(found, related(found, with_held=with_held), True)

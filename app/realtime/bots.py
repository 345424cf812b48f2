"""First questions, kept until a task of their own has a job made of each: nobody who sends waits.

What a process that ends had not got to is answered by a person, as every question is.
"""

from collections import deque
from typing import Any

from flask import current_app

from app.events import MessageSent
from app.models.jobs import Job
from app.operations import bots, jobs
from app.operations.bots import may_answer
from app.queries import bots as queries
from app.realtime.live import on
from app.schemas.bots import SettleAnswer, settled_out
from app.sockets.connections import Connection

MOST = 1000
asked: deque[tuple[int, int | None]] = deque(maxlen=MOST)


def first_said(event: MessageSent) -> None:
    """A chat has begun to wait with this message."""
    is_possible = current_app.config["BOT"] or event.chat.site_id is not None
    if is_possible and may_answer(event.chat):
        asked.append((event.chat.id, event.chat.site_id))


def look() -> None:
    while asked:
        chat_id, site_id = asked.popleft()
        if queries.is_on(site_id):
            jobs.store(Job("answer_first", {"chat_id": chat_id}, unique_key=f"bot:{chat_id}"))


@on("settle_answer", SettleAnswer)
def settle_answer(connection: Connection, payload: SettleAnswer) -> dict[str, Any]:
    who = connection.actor
    return settled_out(bots.settle(who, payload.chat_id, has_helped=payload.has_helped))

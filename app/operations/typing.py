"""Somebody is typing, or has stopped. Told, never stored."""

import time
from dataclasses import replace

from app.announce import announce, deliver
from app.events import Event, TypingSignalled
from app.models.typing import SILENT_SECONDS, Typist, typists
from app.models.users import Actor
from app.operations import access, limits

# Who types, by chat and person, and when the signal has run out unless there is another: signals
# of this process, which tells all others, and what was heard, in whatever process it was said.
Signals = dict[tuple[int, int], tuple[float, TypingSignalled]]
running: Signals = {}
heard: Signals = {}
LATE_SECONDS = 2.0  # so long a stop that another process tells may be under way


def signal(
    actor: Actor, chat_id: int, is_typing: bool, silent_seconds: float = SILENT_SECONDS
) -> None:
    """Tells everybody else in the chat. Raises `ChatNotFound`, `Unauthorized`, `TooFast`.

    After `silent_seconds` without another signal everybody is told that they stopped. In a chat
    that is blocked nobody writes, and nobody is told that somebody does.
    """
    limits.signals(actor)
    chat = access.chat_for(actor, chat_id)
    if is_typing and chat.is_blocked:
        return
    said = TypingSignalled(chat, actor.id, actor.name, is_typing, silent_seconds)
    running.pop((chat_id, actor.id), None)
    if is_typing:
        running[chat_id, actor.id] = (time.monotonic() + silent_seconds, said)
    announce([said])


def expire() -> None:
    """Those who have been silent for too long have stopped.

    Of signals of other processes that is told here alone: their stop was lost, or they were killed.
    """
    announce(run_out(running))
    deliver(run_out(heard))


def run_out(signals: Signals) -> list[TypingSignalled]:
    """Takes out what is over; what there is to tell of it."""
    now = time.monotonic()
    over = [(key, said) for key, (until, said) in list(signals.items()) if until <= now]
    for key, _ in over:
        signals.pop(key, None)
    return [replace(said, is_typing=False) for _, said in over]


def hear(event: Event) -> None:
    """Remembers who types, in whatever process they do."""
    if not isinstance(event, TypingSignalled):
        return
    key, now = (event.chat.id, event.user_id), time.monotonic()
    if running.get(key, (now, event))[1] is not event:
        running.pop(key, None)  # they went on, or stopped, in another process
    if event.is_typing:
        heard[key] = (now + event.silent_seconds + LATE_SECONDS, event)
        typists.note(event.chat.id, Typist(event.user_id, event.name, now + event.silent_seconds))
    else:
        heard.pop(key, None)
        typists.forget(*key)

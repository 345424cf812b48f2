"""Sockets that speak an older protocol: which one, and which of its rooms they are in.

The rooms are those of a person, of staff, and of each chat that was joined; each once for each
protocol that the socket speaks.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.sockets import rooms
from app.sockets.connections import Connection

if TYPE_CHECKING:
    from app.protocols.protocol import Protocol


@dataclass(slots=True)
class Speaker(Connection):
    """A socket whose person is known. `has_said` tells whether it has sent any event yet."""

    speaks: "list[Protocol]" = field(default_factory=list)
    greeted: "set[Protocol]" = field(default_factory=set)  # in which it has said hello
    joined: set[tuple[str, int]] = field(default_factory=set)
    has_said: bool = False
    proven: bool = True  # by a token; a login session may be overruled by one
    at_connect: bool = True  # by the handshake; others said it in an event


# How many sockets of this process speak each protocol; with none, it costs an event nothing.
speaking: "Counter[Protocol]" = Counter()


def speak(speaker: Speaker, protocol: "Protocol") -> None:
    """From now on the socket is told what happens in the words of this protocol."""
    if protocol in speaker.speaks:
        return
    for other in list(speaker.speaks):
        # What it was taken for before it said a word, or another meaning of the same words.
        if not speaker.has_said or other.taken.keys() & protocol.taken.keys():
            fall_silent(speaker, other)
    speaker.speaks.append(protocol)
    speaking[protocol] += 1
    for room in rooms_of(speaker):
        rooms.enter(speaker, rooms.spoken(protocol.name, room))


def may_mean(speaker: Speaker, protocol: "Protocol", event: str) -> bool:
    """Whether the event may be this protocol's: not when the socket has said hello in another one
    that means something else by the same words. Another hello always may."""
    if protocol in speaker.greeted or protocol.taken[event].is_hello:
        return True
    return not any(other.taken.keys() & protocol.taken.keys() for other in speaker.greeted)


def fall_silent(speaker: Speaker, protocol: "Protocol") -> None:
    for chat_id in [chat_id for name, chat_id in speaker.joined if name == protocol.name]:
        leave(speaker, protocol, chat_id)
    for room in rooms_of(speaker):
        rooms.leave(speaker, rooms.spoken(protocol.name, room))
    speaker.greeted.discard(protocol)
    forget(speaker, protocol)


def forget(speaker: Speaker, protocol: "Protocol") -> None:
    """After it went, or speaks something else."""
    speaker.speaks.remove(protocol)
    speaking[protocol] -= 1
    if not speaking[protocol]:
        del speaking[protocol]


def join(speaker: Speaker, protocol: "Protocol", chat_id: int) -> None:
    speaker.joined.add((protocol.name, chat_id))
    rooms.enter(speaker, rooms.spoken(protocol.name, rooms.chat(chat_id)))


def has_joined(speaker: Speaker, protocol: "Protocol", chat_id: int) -> bool:
    return (protocol.name, chat_id) in speaker.joined


def leave(speaker: Speaker, protocol: "Protocol", chat_id: int) -> None:
    speaker.joined.discard((protocol.name, chat_id))
    rooms.leave(speaker, rooms.spoken(protocol.name, rooms.chat(chat_id)))


def rooms_of(speaker: Speaker) -> list[str]:
    return [rooms.user(speaker.actor.id), *([rooms.staff()] if speaker.actor.is_staff else [])]

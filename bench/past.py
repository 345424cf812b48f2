"""A past of any size, the same at every run: `python -m bench.past 1000` fills a new database.

A hundred chats have a thousand messages, system lines included: one in a hundred is long. Fifty
chats wait, one in fifty is open, the rest is over; all are one customer's each.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence

from app import clock, create_app
from app.cli import stories
from app.cli.factories import ChatPast, people, save
from app.models.users import Actor, Role

AGENTS = 20
WAITING = 50
OPEN_EVERY = 50
LONG_EVERY, LONG, SHORT = 100, 208, 8
BATCH = 1000
MINUTE = 60_000
STAFF_ADDRESS = "staff@example.com"
RARE = "Zoë O'Quint"  # nobody else is called so


def fill(chats: int, *, progress: bool = False) -> int:
    """Adds so many chats, oldest first; how many messages they have."""
    rng = random.Random(chats)
    agents = people([(f"Agent {n}", Role.AGENT, address(n)) for n in range(AGENTS)])
    now, started, messages = clock.now(), time.monotonic(), 0
    for first in range(0, chats, BATCH):
        numbers = range(first, min(first + BATCH, chats))
        customers = people([(name(rng, number), Role.CUSTOMER, None) for number in numbers])
        # Half an hour apart, so that the newest is of this minute.
        told = [
            story(rng, number, chats, customer, agents, now - (chats - number) * 30 * MINUTE)
            for number, customer in zip(numbers, customers, strict=True)
        ]
        save(told)
        messages += sum(len(each.rows) for each in told)
        if progress:
            line = f"\r{numbers[-1] + 1:,} chats, {messages:,} messages"
            print(line, f"in {time.monotonic() - started:.0f} s", end="", file=sys.stderr)
    return messages


def name(rng: random.Random, number: int) -> str:
    return rng.choice(stories.CUSTOMERS) if number else RARE


def story(
    rng: random.Random, number: int, chats: int, customer: Actor, agents: Sequence[Actor], at: int
) -> ChatPast:
    """The chat of this number: the last ones wait, some are open, most are closed."""
    agent = agents[number // OPEN_EVERY % len(agents)]
    is_waiting, is_open = number >= chats - WAITING, number % OPEN_EVERY == OPEN_EVERY // 2
    length = LONG if number % LONG_EVERY == 0 else SHORT
    lines = 0 if is_waiting else 1 if is_open else 2
    past = ChatPast(customer, at).say(customer, words(rng), at)
    if not is_waiting:
        at += MINUTE
        past.read(agent, at).take(agent, at)
    for turn in range(1, length - lines):
        at += rng.randrange(5, 90) * 1000
        by_customer = is_waiting or rng.random() < 0.5
        past.say(customer if by_customer else agent, words(rng), at, f"{number}-{turn}")
    if is_waiting or is_open:
        return past
    return past.read(customer, at + MINUTE).read(agent, at + MINUTE).close(agent, at + 2 * MINUTE)


def address(agent: int) -> str | None:
    return None if agent else STAFF_ADDRESS


def words(rng: random.Random) -> str:
    return " ".join(rng.choices(stories.SMALL_TALK, k=rng.randrange(1, 5)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chats", type=int)
    with create_app().app_context():
        fill(parser.parse_args().chats, progress=True)
    print(file=sys.stderr)

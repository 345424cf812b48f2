"""A past of any size, the same at every run, for whoever measures: `flask seed load`.

Fifty chats wait, one in fifty is open, the rest is over; all are one customer's each. One in a
hundred is long: of ten messages a chat it has 208, the others 8. One in ten has a note beside it.
"""

import random
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from app import clock
from app.cli import stories
from app.cli.factories import ChatPast, people, save
from app.models.users import Actor, Role
from app.queries.users import by_email

AGENTS = 20
WAITING = 50
OPEN_EVERY = 50
LEAST = 4  # messages a chat: what was asked, who joined, an answer, who closed it
NOTE_EVERY = 10
LONG_EVERY, LONG = 100, 51  # one in so many has so many times as much beyond that
BATCH = 1000
MINUTE = 60_000
ORDERS = 1_000_000  # from there on their numbers count, which are in each chat's first message
STAFF_ADDRESS = "staff@example.com"
RARE = "Zoë O'Quint"  # nobody else is called so


def fill(
    chats: int, messages: int | None = None, *, told: Callable[[int, int], None] | None = None
) -> int:
    """Adds so many chats, oldest first, with so many messages in all, system lines included; ten
    a chat where nothing else is said. How many they are; `told` hears of it as it goes on."""
    rng = random.Random(chats)
    wanted = lengths(chats, 10 * chats if messages is None else messages)
    known = None if by_email(STAFF_ADDRESS) else STAFF_ADDRESS
    agents = people([(f"Agent {n}", Role.AGENT, None if n else known) for n in range(AGENTS)])
    now, done = clock.now(), 0
    for first in range(0, chats, BATCH):
        numbers = range(first, min(first + BATCH, chats))
        customers = people([(name(rng, number), Role.CUSTOMER, None) for number in numbers])
        begun = []
        for number, customer in zip(numbers, customers, strict=True):
            at = now - (chats - number) * 30 * MINUTE  # so that the newest is of this minute
            begun.append(story(rng, number, chats, customer, agents, at, wanted[number]))
        save(begun)
        done += sum(len(each.rows) for each in begun)
        if told is not None:
            told(numbers[-1] + 1, done)
    return done


def lengths(chats: int, messages: int) -> list[int]:
    """How many messages each chat has, so that all have as many. Raises `ValueError`."""
    spare = messages - LEAST * chats
    if spare < 0:
        raise ValueError(f"a chat takes at least {LEAST} messages")
    weights = [LONG if number % LONG_EVERY == 0 else 1 for number in range(chats)]
    whole = sum(weights)
    ends = [spare * end // whole for end in accumulate(weights, initial=0)]
    return [LEAST + end - start for start, end in pairwise(ends)]


def name(rng: random.Random, number: int) -> str:
    return rng.choice(stories.CUSTOMERS) if number else RARE


def story(
    rng: random.Random,
    number: int,
    chats: int,
    customer: Actor,
    agents: Sequence[Actor],
    at: int,
    length: int,
) -> ChatPast:
    """The chat of this number: the last ones wait, some are open, most are closed."""
    agent = agents[number // OPEN_EVERY % len(agents)]
    is_waiting, is_open = number >= chats - WAITING, number % OPEN_EVERY == OPEN_EVERY // 2
    lines = 0 if is_waiting else 1 if is_open else 2
    asked = f"{words(rng)} Order {ORDERS + number}."
    past = ChatPast(customer, at).say(customer, asked, at)
    if not is_waiting:
        at += MINUTE
        past.read(agent, at).take(agent, at)
    for turn in range(1, length - lines):
        at += rng.randrange(5, 90) * 1000
        by_customer = is_waiting or rng.random() < 0.5
        past.say(customer if by_customer else agent, words(rng), at, f"{number}-{turn}")
    if number % NOTE_EVERY == 0:
        past.note(agent, f"Refund order {ORDERS + number}, the store agrees.", at)
    if is_waiting or is_open:
        return past
    return past.read(customer, at + MINUTE).read(agent, at + MINUTE).close(agent, at + 2 * MINUTE)


def words(rng: random.Random) -> str:
    return " ".join(rng.choices(stories.SMALL_TALK, k=rng.randrange(1, 5)))

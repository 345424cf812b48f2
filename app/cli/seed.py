"""`flask seed …`: demo people and chats, the same at every run but for the day they are told on."""

import random
from collections.abc import Iterator, Sequence
from itertools import cycle

import click
from flask import current_app
from sqlalchemy import delete, func, select

from app import clock
from app.cli import past, stories
from app.cli.factories import PASSWORD, ChatPast, people, save
from app.cli.group import Group
from app.conditions import PriorityAction, WordsCondition
from app.extensions import db
from app.models import audits, database, identities, sites, users
from app.models.chats import Priority, Status
from app.models.presence import ALIVE
from app.models.rules import When
from app.models.users import Actor, Role
from app.models.word_lists import Effect
from app.operations import (
    articles,
    canned_answers,
    passwords,
    rules,
    search,
    teams,
    topics,
    word_lists,
)
from app.operations.transaction import transaction
from app.queries import sites as directory

group = Group("seed", help="Demo people and chats.")
SEED = 48213
# Keys and secrets stand in pages and servers of others; nobody empties the audit log.
KEPT = (sites.table, identities.secrets, audits.table)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONG_CHAT = 2000
KNOWN = [
    ("Lena Ortiz", Role.CUSTOMER, "customer@example.com"),
    ("Marcus Bell", Role.CUSTOMER, "customer2@example.com"),
    ("Ana Weber", Role.AGENT, "agent@example.com"),
    ("Ben Carter", Role.AGENT, "agent2@example.com"),
    ("Maya Lindqvist", Role.MANAGER, "manager@example.com"),
    ("Ada Okafor", Role.ADMIN, "admin@example.com"),
    ("Petra's Car Wash", Role.PROVIDER, "provider@example.com"),
]


@group.command("demo")
def demo() -> None:
    """Fill a new database with demo people and chats. Refused in production."""
    refuse_in_production()
    if database.scalar(select(func.count()).select_from(users.table)):
        raise click.ClickException("There are people already; `flask seed reset` starts anew.")
    plant()


@group.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Delete everybody and everything but sites, and seed anew. Refused in production."""
    refuse_in_production()
    if database.scalar(select(func.count()).where(ALIVE)):
        raise click.ClickException("People are connected: stop the server first.")
    if not yes:
        click.confirm("Delete every account, chat and message?", abort=True)
    with transaction() as tx:
        for table in reversed(db.metadata.sorted_tables):
            if table not in KEPT:
                tx.run(delete(table), {})
        search.forget_all(tx)
    plant()


@group.command("load")
@click.option("--chats", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--messages", type=click.IntRange(1), help="In all; ten a chat unless told.")
def load(chats: int, messages: int | None) -> None:
    """Add a long past to measure on. Refused in production."""
    refuse_in_production()

    def told(chats: int, messages: int) -> None:
        click.echo(f"\r{chats:,} chats, {messages:,} messages", nl=False)

    try:
        past.fill(chats, messages, told=told)
    except ValueError as error:
        raise click.ClickException(f"Not so few messages: {error}.") from error
    click.echo()


def plant() -> None:
    click.echo(f"Seeded {tell_stories(random.Random(SEED), clock.now())} chats.")


def demo_accounts() -> list[str]:
    """The addresses of demo accounts that can log in."""
    wanted = [past.STAFF_ADDRESS, *(address for _name, _role, address in KNOWN)]
    u = users.table.c
    found = select(u.email).where(u.email.in_(wanted), u.is_active).order_by(u.email)
    return [row.email for row in database.rows(found)]


def open_to_everybody() -> list[str]:
    """Of those the ones that still have the password that the README tells."""
    u = users.table.c
    found = select(u.email, u.password_hash).where(u.email.in_(demo_accounts()))
    return sorted(
        row.email for row in database.rows(found) if passwords.verified(row.password_hash, PASSWORD)
    )


def refuse_in_production() -> None:
    if current_app.config["IS_PRODUCTION"]:
        raise click.ClickException("Demo data is refused in production.")


def tell_stories(rng: random.Random, now: int) -> int:
    """Everybody and everything; how many chats that are."""
    password = current_app.config["SEED_PASSWORD"]
    names = [(name, Role.CUSTOMER, None) for name in stories.CUSTOMERS]
    everybody = people([*KNOWN, *names], password, since=now - 200 * DAY)
    lena, marcus, ana, ben, maya, _ada, petra, *others = everybody
    set_up(maya, [ana, ben])
    told = list(past_month(rng, now, others, cycle([ana, ben])))
    told += [
        long_chat(rng, now, others[0], ana),
        with_provider(now, lena, petra),
        waiting(now, others[1], stories.ARABIC, minutes=9),
        waiting(now, others[2], stories.WAITING[0], minutes=14),
        waiting(now, marcus, stories.WAITING[1], minutes=2),
        earlier(now, lena, ana, stories.LAMP, days=161),
        earlier(now, lena, ben, stories.VOUCHER, days=262),
        going_on(now, lena, ana),
    ]
    return len(save(told))


def set_up(manager: Actor, members: Sequence[Actor]) -> None:
    """What managers make beside chats: something of each, for who looks around."""
    site_id = directory.every()[0].id
    team = teams.make(manager, stories.TEAM)
    for member in members:
        teams.join(manager, team.id, member.id)
    for name in stories.TOPICS:
        led_to = team.id if name == team.name else None
        topics.make(manager, name, led_to, site_id)
    for name, text in stories.CANNED_ANSWERS:
        canned_answers.create(manager, is_shared=True, name=name, text=text)
    for language, title, text in stories.ARTICLES:
        if language in current_app.config["LANGUAGES"]:
            said = {"title": title, "text": text, "folder": stories.FOLDER[language]}
            articles.create(manager, **said, language=language, is_published=True)  # type: ignore[arg-type]
    word_lists.make(manager, stories.WORD_LIST, Effect.MASK, stories.RUDE_WORDS)
    asks = [WordsCondition(words=list(stories.URGENT_WORDS))]
    does = [PriorityAction(priority=Priority.HIGH)]
    wanted = rules.Wanted(stories.RULE, When.MESSAGE, conditions=asks, actions=does)
    rule = rules.make(manager, wanted)
    rules.tried(manager, rule)
    rules.switch(manager, rule.id, is_on=True, version=rule.version)


def past_month(
    rng: random.Random, now: int, customers: list[Actor], agents: Iterator[Actor]
) -> Iterator[ChatPast]:
    """A few chats a day for thirty days: most are closed, some open, archived or blocked."""
    for number, customer in enumerate(customers[3:]):
        agent = next(agents)
        at = now - 30 * DAY + int(number * 29.5 * DAY / len(customers)) + rng.randrange(8 * HOUR)
        chat = ChatPast(customer, at)
        for by_customer, text in rng.choice(stories.TALKS):
            at += rng.randrange(20, 400) * 1000
            if not by_customer and chat.chat["agent_id"] is None:
                chat.read(agent, at).take(agent, at)
            chat.say(customer if by_customer else agent, text, at)
        ending = rng.random()
        if ending >= 0.75 and chat.chat["needs_reply"]:  # nobody is left without an answer
            at += MINUTE
            chat.say(agent, stories.GOODBYE, at)
        chat.read(customer, at + 5000).read(agent, at + 5000)
        if ending < 0.75:
            chat.close(agent, at + 5 * MINUTE)
        if ending < 0.08:
            chat.put(Status.ARCHIVED, at + 6 * MINUTE)
        elif ending > 0.97:
            chat.put(Status.BLOCKED, at + 6 * MINUTE)
        yield chat


def long_chat(rng: random.Random, now: int, customer: Actor, agent: Actor) -> ChatPast:
    """One chat of `LONG_CHAT` messages."""
    at = now - 20 * DAY
    chat = ChatPast(customer, at).say(customer, "Hello! I am planning a whole house.", at)
    chat.take(agent, at + MINUTE)
    for number in range(2, LONG_CHAT + 1):
        at += rng.randrange(2, 24) * MINUTE // 2
        who = customer if rng.random() < 0.5 else agent
        chat.say(who, f"{rng.choice(stories.SMALL_TALK)} ({number})", at)
    return chat.read(customer, at + MINUTE).read(agent, at + MINUTE)


def waiting(now: int, customer: Actor, texts: tuple[str, ...], minutes: int) -> ChatPast:
    at = now - minutes * MINUTE
    chat = ChatPast(customer, at)
    for number, text in enumerate(texts):
        chat.say(customer, text, at + number * 15_000)
    return chat


def earlier(now: int, customer: Actor, agent: Actor, talk: stories.Talk, days: int) -> ChatPast:
    at = now - days * DAY
    chat = ChatPast(customer, at)
    for by_customer, text in talk:
        at += 90_000
        if not by_customer and chat.chat["agent_id"] is None:
            chat.take(agent, at)
        chat.say(customer if by_customer else agent, text, at)
    chat.read(customer, at + MINUTE).read(agent, at + MINUTE)
    return chat.close(agent, at + 2 * MINUTE)


def with_provider(now: int, customer: Actor, provider: Actor) -> ChatPast:
    at = now - 2 * DAY
    chat = ChatPast(customer, at, provider=provider, order_id=123)
    chat.say(provider, "Your car is ready at 4 pm. Shall we vacuum the boot too?", at)
    chat.say(customer, "Yes please, thank you!", at + 4 * MINUTE)
    return chat.read(provider, at + 5 * MINUTE).read(customer, at + 5 * MINUTE)


def going_on(now: int, customer: Actor, agent: Actor) -> ChatPast:
    """The demo customer's own chat, in the middle of it."""
    at = now - 6 * MINUTE
    chat = ChatPast(customer, at)
    chat.say(customer, stories.CHAIRS[0], at).say(customer, stories.CHAIRS[1], at + 20_000)
    chat.read(agent, at + 40_000).take(agent, at + 40_000)
    chat.say(agent, stories.CHAIRS[2], at + 90_000).read(customer, at + 95_000)
    chat.say(customer, stories.CHAIRS[3], at + 130_000).read(agent, at + 135_000)
    chat.say(agent, stories.CHAIRS[4], at + 190_000)
    return chat.read(customer, at + 200_000)

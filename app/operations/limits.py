"""How fast: the limits of whatever may be done too often, told in words when one is over."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_ngettext as _n
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.budgets import PAUSE_SECONDS, Budgets
from app.errors import NotFound, TooFast, Unauthorized
from app.extensions import this_app
from app.models.users import Actor
from app.operations.windows import Windows

SETTINGS = (
    "CUSTOMER_SENDS",
    "STAFF_SENDS",
    "LOGIN_FAILURES_ADDRESS",
    "LOGIN_FAILURES_ACCOUNT",
    "REGISTRATIONS",
    "VISITORS",
)
FIXED = {
    "SIGNALS": "60 per 10 second",
    "CALLS": "300 per 60 second",
    "OPENINGS": "20 per 1 minute",
    "FILES": "60 per 1 minute",
    "EDITS": "20 per 1 hour",
    "TRANSCRIPTS": "12 per 1 minute",
    "VISITS": "3000 per 10 minute",
    "CREDENTIALS": "60 per 1 hour",
    "REPLIES": "30 per 1 hour",
    "LINK_GUESSES": "10 per 5 minute",
    "KEY_GUESSES": "20 per 5 minute",
    "INCOMING": "600 per 1 minute",
    "CODES": "6 per 1 day",
    "MAILED_PERSON": "5 per 1 hour",
    "MAILED_ADDRESS": "3 per 1 day",
    "PASSWORD_MAILS": "3 per 1 hour",
    "PASSWORDS_FROM": "20 per 1 hour",
    "MAILED_FROM": "20 per 1 hour",
    "MAIL_TRIES": "20 per 1 hour",
    "FAILURES_TOLD": "6 per 1 hour",
    "INVITATIONS": "60 per 1 hour",
    "INVITED_ADDRESS": "3 per 1 day",
}
REDIS_SECONDS = 0.5  # a count is worth no longer wait
AWAY_SECONDS = 2  # so long Redis is left alone when it did not answer
KEY_BYTES = 16
LINE = 64  # bits of an IPv6 address that name a line
MINUTES_FROM = 90  # seconds: a longer wait is told in minutes


def init_app(app: Flask) -> None:
    """Counts live in this process, or in Redis where several processes share them."""
    app.extensions["limiter"] = MovingWindowRateLimiter(
        storage_of(app.config["REDIS_URL"], app.config["REDIS_PREFIX"])
    )
    app.extensions["limiter_alone"] = MovingWindowRateLimiter(Windows())
    app.extensions["limiter_away_until"] = 0.0
    app.extensions["attempts_under_way"] = Counter()
    app.extensions["budgets"] = Budgets()
    limits = FIXED | {name: app.config[name] for name in SETTINGS}
    app.extensions["limits"] = {name: parse(limit) for name, limit in limits.items()}


def asks(who: int | str, cost: int = 1) -> None:
    """Raises `TooFast` for whoever, a person by id or an address, asks more than anybody needs.

    Not at once: what a line brings is not read meanwhile, so that whoever floods waits, and
    nobody else has to wait for them.
    """
    if lifted():
        return
    wait = this_app().extensions["budgets"].take(who, cost)
    if wait:
        time.sleep(PAUSE_SECONDS)
        raise TooFast(in_words(wait), retry_after=max(wait, 0.1))


def sends(actor: Actor) -> None:
    """Raises `TooFast` when the actor sends faster than their role may."""
    hit("CUSTOMER_SENDS" if actor.is_customer else "STAFF_SENDS", str(actor.id))


def signals(actor: Actor) -> None:
    """Raises `TooFast` for more signs of typing than a person gives."""
    hit("SIGNALS", str(actor.id))


def calls(actor: Actor) -> None:
    """Raises `TooFast` for so many calls that no client of a person makes them."""
    hit("CALLS", str(actor.id))


def openings(actor: Actor) -> None:
    """Raises `TooFast` when the actor opens too many chats."""
    hit("OPENINGS", str(actor.id))


def files(actor: Actor) -> None:
    """Raises `TooFast` when the actor announces more files than a person sends."""
    hit("FILES", str(actor.id))


def edits(actor: Actor) -> None:
    """Raises `TooFast` when the actor takes too many names and addresses: by an address that is
    taken one learns that it is."""
    hit("EDITS", str(actor.id))


def transcripts(actor: Actor) -> None:
    """Raises `TooFast` for more chats to take along than a person looks at: a long one is seconds
    of work."""
    hit("TRANSCRIPTS", str(actor.id))


def replies(chat_id: int) -> None:
    """Raises `TooFast` for so many replies by mail to one chat that a program writes them."""
    hit("REPLIES", str(chat_id))


def incoming(incoming_id: int) -> None:
    """Raises `TooFast` when another program brings more than a busy one does."""
    hit("INCOMING", str(incoming_id))


def key_guesses(address: str) -> None:
    """Counts a secret address that is none; raises `TooFast` when too many were tried from here.

    Who knows one is never refused for what others try from the same network address.
    """
    hit("KEY_GUESSES", network(address))


def registrations(address: str) -> None:
    """Raises `TooFast` when too many accounts were asked for from this address."""
    hit("REGISTRATIONS", network(address))


def visitors(address: str) -> None:
    """Raises `TooFast` when too many visitors came to be from this address."""
    hit("VISITORS", network(address))


def credentials(user_id: int) -> None:
    """Raises `TooFast` when somebody whom a site has named is named in too many browsers."""
    hit("CREDENTIALS", str(user_id))


def visits(address: str) -> None:
    """Raises `TooFast` when more pages of this address show where they are than people could."""
    hit("VISITS", network(address))


def mailing(actor: Actor, email: str, address: str) -> None:
    """Raises `TooFast` when too much mail was asked for by this person, to this e-mail address or
    from this network address: nobody is flooded by way of us."""
    hit("MAILED_FROM", network(address))
    hit("MAILED_PERSON", str(actor.id))
    hit("MAILED_ADDRESS", unreadable(email))


def invitations(actor: Actor) -> None:
    """Raises `TooFast` when somebody invites more people than a desk has."""
    hit("INVITATIONS", str(actor.id))


@contextmanager
def invitation_mail(email: str) -> Iterator[None]:
    """An invitation is mailed there, and counts once all within has gone well. The count is its
    own: what strangers have had mailed to an address keeps no colleague out.

    Raises `TooFast` when somebody is invited again and again.
    """
    name, key = "INVITED_ADDRESS", unreadable(email)
    item: RateLimitItem = current_app.extensions["limits"][name]
    if not (lifted() or asked("test", item, name, key)):
        raise too_fast(item, name, key)
    yield
    hit(name, key)


def password_mails(email: str, address: str) -> None:
    """Raises `TooFast` when too many links to set a password were asked for from this network
    address, or for this e-mail address, whoever has it. They are counted apart from other mail:
    a busy network is not to keep anybody from their account."""
    hit("PASSWORDS_FROM", network(address))
    hit("PASSWORD_MAILS", unreadable(email))


def codes(user_id: int, address: str) -> None:
    """Raises `TooFast` when too many codes were mailed to this person, or asked for from this
    network address: five guesses each are no way in."""
    hit("MAILED_FROM", network(address))
    hit("CODES", str(user_id))


@contextmanager
def login_attempt(address: str, email: str) -> Iterator[None]:
    """An attempt to log in; `Unauthorized` within it counts as a failure.

    Raises `TooFast` when too many failed from this address or for this account.
    """
    with attempt(login_keys(address, email), Unauthorized):
        yield


def is_told(name: str, user_id: int) -> bool:
    """Whether something of this person is to be told once more, of what may come to pass often."""
    try:
        hit(name, str(user_id))
    except TooFast:
        return False
    return True


def mail_tries(actor: Actor) -> None:
    """Raises `TooFast` when somebody mails oneself more often than settings are put right."""
    hit("MAIL_TRIES", str(actor.id))


@contextmanager
def link_attempt(address: str) -> Iterator[None]:
    """A mailed link is shown from this address; `NotFound` within it counts as a guess.

    Raises `TooFast` when there were too many.
    """
    with attempt((("LINK_GUESSES", network(address)),), NotFound):
        yield


@contextmanager
def attempt(keys: tuple[tuple[str, str], ...], failure: type[Exception]) -> Iterator[None]:
    """Attempts that are under way count as if they failed: many at once are no way around."""
    under_way: Counter[tuple[str, str]] = current_app.extensions["attempts_under_way"]
    under_way.update(keys)
    try:
        for name, key in () if lifted() else keys:
            item: RateLimitItem = current_app.extensions["limits"][name]
            if under_way[name, key] > asked("get_window_stats", item, name, key).remaining:
                raise too_fast(item, name, key)
        yield
    except failure:
        for name, key in keys:
            asked("hit", current_app.extensions["limits"][name], name, key)
        raise
    finally:
        under_way.subtract(keys)
        for each in keys:
            if not under_way[each]:
                del under_way[each]


def hit(name: str, key: str) -> None:
    if lifted():
        return
    item: RateLimitItem = current_app.extensions["limits"][name]
    if not asked("hit", item, name, key):
        raise too_fast(item, name, key)


def asked(question: str, item: RateLimitItem, name: str, key: str) -> Any:
    """The limiter's answer; while Redis is away each process counts for itself."""
    extensions = this_app().extensions
    if time.monotonic() >= extensions["limiter_away_until"]:
        try:
            return getattr(extensions["limiter"], question)(item, name, key)
        except StorageError:
            extensions["limiter_away_until"] = time.monotonic() + AWAY_SECONDS
    return getattr(extensions["limiter_alone"], question)(item, name, key)


def login_keys(address: str, email: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("LOGIN_FAILURES_ADDRESS", network(address)), (
        "LOGIN_FAILURES_ACCOUNT",
        unreadable(email),
    )


def network(address: str) -> str:
    """The key of whose address it is: a line of IPv6 has a whole /64 (RFC 6177), one of IPv4 this
    one."""
    try:
        found = ip_address(address)
    except ValueError:
        return unreadable(address)
    if not isinstance(found, IPv4Address):
        return unreadable(str(found.ipv4_mapped or ip_network((found, LINE), strict=False)))
    return unreadable(address)


def unreadable(address: str) -> str:
    """The key of an address: counts may lie in Redis, where nobody is to read who came."""
    secret = blake2b(current_app.config["SECRET_KEY"].encode()).digest()
    return blake2b(address.encode(), key=secret, digest_size=KEY_BYTES).hexdigest()


def too_fast(item: RateLimitItem, name: str, key: str) -> TooFast:
    resets = asked("get_window_stats", item, name, key).reset_time
    wait = max(resets - time.time(), 0.1)
    return TooFast(in_words(wait), retry_after=wait)


def in_words(seconds: float) -> Any:
    if seconds >= MINUTES_FROM:
        return _n(
            "That was too often. Try again in %(num)s minute.",
            "That was too often. Try again in %(num)s minutes.",
            ceil(seconds / 60),
        )
    return _n(
        "That was too fast. Try again in %(num)s second.",
        "That was too fast. Try again in %(num)s seconds.",
        max(1, ceil(seconds)),
    )


def storage_of(url: str, prefix: str) -> Any:
    if not url:
        return Windows()
    waits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    return storage_from_string(url, key_prefix=f"{prefix}:limits", wrap_exceptions=True, **waits)


def lifted() -> bool:
    return not this_app().config["RATE_LIMITS"]

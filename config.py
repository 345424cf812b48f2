"""Every setting of Deskbell, read from the environment once.

``SETTINGS`` is the one list: name, default, how it is read, and what it does. The README's table
is checked against it. ``read`` returns the mapping that Flask's configuration is made from.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import SMTP
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from email_validator import validate_email
from flask.helpers import get_debug_flag
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"
MODES = ("eventlet", "gevent", "threading")
PROTOCOLS = ("000", "001", "002", "003", "004")
SAFE_SECRET_BYTES = 32
LONGEST_MESSAGE = 60_000  # which fit into one packet
SESSION_DAYS = 14
CONNECT_SECONDS = 10  # for PostgreSQL to say that it is there
DEMO_PASSWORD = "deskbell-demo"  # noqa: S105  (everybody knows it, and production refuses it)
TRANSLATIONS = ROOT / "app" / "translations"
SOURCE_LANGUAGE = "en"
ORIGIN = re.compile(r"https?://[^/\s*]+", re.I)
PUBLIC = re.compile(r"https?://[^/\s?#@*]+(/[^\s?#@*]+)?", re.I)
MAIL_PORTS = {"on": 465, "starttls": 587, "off": 25}
TLS_SAID = {"tls=off": "off", "tls=starttls": "starttls"}
AS_IT_IS: Any = {"check_deliverability": False, "test_environment": True}
RATE = re.compile(r"[1-9]\d* ?(per|/) ?([1-9]\d* )?(second|minute|hour|day|month|year)s?", re.I)


class SettingError(ValueError):
    """A setting whose value cannot be used. The message names the setting and what it takes."""


@dataclass(frozen=True)
class Setting:
    """One setting: its environment name, default, how its text is read, and what it does."""

    name: str
    default: str
    read: Callable[[str], Any]
    says: str
    is_secret: bool = False  # and is not repeated where it is refused


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out: `tls` is `on` from the first byte, by `starttls`, or `off`."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str = field(default="", repr=False)


def text(value: str) -> str:
    return value.strip()


def number(lowest: int = 1, highest: int = 10**9) -> Callable[[str], int]:
    def read_number(value: str) -> int:
        if not lowest <= int(value) <= highest:
            raise ValueError(f"takes a number from {lowest} to {highest}")
        return int(value)

    return read_number


def kinds(value: str) -> tuple[str, ...]:
    named = tuple(name.lower() for name in names(value))
    if not all(re.fullmatch(r"[a-z]+/(\*|[a-z0-9.+-]+)", name) for name in named):
        raise ValueError("takes types of files, for example `image/*, application/pdf`")
    return named


def folder(value: str) -> str:
    return str(Path(value.strip()).absolute()) if value.strip() else str(INSTANCE / "uploads")


def bucket(value: str) -> str:
    if not re.fullmatch(
        r"(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?)?", value.strip(), re.A
    ):
        raise ValueError("takes `s3://bucket` or `s3://bucket/prefix`")
    return value.strip()


def switch(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False, "": False}
    return words[value.strip().lower()]


def names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def languages(value: str) -> tuple[str, ...]:
    known = {SOURCE_LANGUAGE, *(path.name for path in TRANSLATIONS.iterdir() if path.is_dir())}
    if not names(value) or not set(names(value)) <= known:
        raise ValueError(f"takes at least one of {', '.join(sorted(known))}")
    return names(value)


def origins(value: str) -> tuple[str, ...]:
    named = tuple(name.rstrip("/") for name in names(value))
    if not all(ORIGIN.fullmatch(name) for name in named):
        raise ValueError("takes origins, for example `https://shop.example.com`")
    return named


def database(value: str) -> str:
    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", value.strip())
    try:
        is_known = not url or make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        is_known = False
    if not is_known:
        raise ValueError("takes `sqlite:///…` or `postgresql+psycopg2://…`")
    return url


def redis(value: str) -> str:
    if not re.match(r"((rediss?|unix)://.|$)", value.strip()):
        raise ValueError("takes for example `redis://localhost:6379/0`")
    return value.strip()


def plus_address(value: str) -> str:
    if not re.fullmatch(r"([\w.-]{1,23}@[\w-]+(\.[\w-]+)+)?", value.strip(), re.A):
        raise ValueError(
            "takes for example `reply@desk.example.com`, up to 23 letters before the @"
        )
    return value.strip()


def mailbox(value: str) -> str:
    if not re.fullmatch(r"(imaps?://[^\s:/@]+:[^\s:/@]+@[^\s:/@]+(:\d+)?(/\S*)?)?", value.strip()):
        raise ValueError("takes `imaps://user:password@host/INBOX`, with `%40` for an @ in a name")
    return value.strip()


def rate(value: str) -> str:
    if not RATE.fullmatch(value.strip()):
        raise ValueError("takes for example `10 per 5 minute`")
    return value.strip()


def mail_server(value: str) -> MailServer | None:
    """The server of a `MAIL_URL`, None for none. A name and password never go out in the clear."""
    takes = (
        "takes `smtp://user:password@host:587`, `smtps://…`, or without TLS `smtp://host?tls=off`"
    )
    if not value.strip():
        return None
    try:
        url = urlsplit(value.strip())
        host, port = url.hostname or "", url.port
    except ValueError as error:  # its words hold what stands in its place: a password, perhaps
        raise ValueError(takes) from error
    tls = {"smtps": "on", "smtp": "off" if is_this_machine(host) else "starttls"}.get(url.scheme)
    if url.query in TLS_SAID and url.scheme == "smtp":
        tls = TLS_SAID[url.query]
    elif url.query:
        raise ValueError(takes)
    if tls is None or not host or url.path not in ("", "/") or url.fragment or port == 0:
        raise ValueError(takes)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if user and tls == "off" and not is_this_machine(host):
        raise ValueError(f"a password goes by TLS alone; it {takes}")
    return MailServer(host, port or MAIL_PORTS[tls], tls, user or None, password)


def is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def sender(value: str) -> Address | None:
    """Whom mail is from: an address, or a name and an address."""
    if not value.strip():
        return None
    try:
        header: Any = SMTP.header_factory("From", value.strip())
        (found,) = header.addresses
        is_whole = not header.defects and validate_email(found.addr_spec, **AS_IT_IS)
    except (ValueError, IndexError) as error:
        raise ValueError("takes `Support <support@example.com>`") from error
    if not is_whole:
        raise ValueError("takes `Support <support@example.com>`")
    return Address(found.display_name, found.username, found.domain)


def public_url(value: str) -> str:
    url = value.strip().rstrip("/")
    if url and not PUBLIC.fullmatch(url):
        raise ValueError("takes for example `https://desk.example.com`")
    return url


def model(value: str) -> str:
    """An address of http or https, or none."""
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
        raise ValueError("takes for example `http://127.0.0.1:8080/v1/chat/completions#small`")
    return value


def some_of(*choices: str) -> Callable[[str], tuple[str, ...]]:
    def read_some(value: str) -> tuple[str, ...]:
        if value.strip() == "none":
            return ()
        named = names(value) or choices
        if not set(named) <= set(choices):
            raise ValueError(f"takes some of {', '.join(choices)}, or none")
        return tuple(choice for choice in choices if choice in named)

    return read_some


def one_of(*choices: str) -> Callable[[str], str]:
    def read_choice(value: str) -> str:
        if value.strip() not in choices:
            raise ValueError(f"takes one of {', '.join(choices)}")
        return value.strip()

    return read_choice


SETTINGS: tuple[Setting, ...] = (
    Setting("APP_ENV", "development", one_of("development", "production"), "`production` turns on secure cookies and HSTS, and refuses demo data, debug and short secrets."),
    Setting("HOST", "127.0.0.1", text, "The address to listen on."),
    Setting("PORT", "5000", number(0, 65535), "The port to listen on."),
    Setting("DATABASE_URL", "", database, "Where the data lives; empty is `instance/deskbell.db` (SQLite). PostgreSQL: `postgresql://…`."),
    Setting("DATABASE_POOL", "15", number(), "Connections to PostgreSQL that one process may hold."),
    Setting("DATABASE_PREPARES", "on", switch, "`off` where a pooler gives each transaction another connection to PostgreSQL, which then keeps no statements."),
    Setting("SQLITE_SYNCHRONOUS", "FULL", one_of("FULL", "NORMAL"), "SQLite's durability: `FULL` survives a power cut, `NORMAL` is faster and survives a crash of the process."),
    Setting("SECRET_KEY", "", text, "Signs login sessions; empty makes one on first run and keeps it in `instance/`."),
    Setting("JWT_SECRET", "", text, "Signs access tokens; empty makes one on first run and keeps it in `instance/`."),
    Setting("ASYNC_MODE", "eventlet", one_of(*MODES), "How the server waits: `eventlet`, `gevent` or `threading`."),
    Setting("SHORTCUTS", "on", switch, "`off` has requests, tokens and events read, sockets waited for, and the database's connections shared out, by the libraries' own code where ours is shorter: slower, otherwise the same."),
    Setting("REDIS_URL", "", redis, "With it, several processes share events and limits; empty is one process."),
    Setting("WEB_CONCURRENCY", "1", number(1, 64), "Processes that serve on the port; more than one need `REDIS_URL`."),
    Setting("SITE_NAME", "Northwind Chairs", text, "The name of the site that customers see."),
    Setting("DEMO", "off", switch, "Shows `/demo` and the demo accounts on the login page; refused in production."),
    Setting("SEED_PASSWORD", "", text, "The password of seeded accounts; empty is `deskbell-demo`."),
    Setting("RATE_LIMITS", "on", switch, "`off` lifts every limit, for a measurement; refused in production."),
    Setting("BOT", "off", switch, "Articles that may answer it are named while a first question from the desk's own pages waits. Sites have a setting of their own."),
    Setting("BOT_MODEL_URL", "", model, "A language model that answers first questions from the articles that were found, and names them: the address of its chat completions as OpenAI has them, after a `#` the model's name. Empty is none: the articles are named alone."),
    Setting("BOT_MODEL_KEY", "", text, "The model's key, sent as a bearer.", is_secret=True),
    Setting("RATING", "off", one_of("off", "thumbs", "stars"), "How customers on the desk's own pages are asked, once a chat is closed, what it was like: `thumbs` or `stars`. Sites have a setting of their own."),
    Setting("ASK_TOPIC", "off", switch, "Customers on the desk's own pages choose a topic before the first message of a chat, where there are some. Sites have a setting of their own."),
    Setting("FIRST_ANSWER_MINUTES", "0", number(0, 10_080), "So many minutes, of the opening hours of where it was asked (on the desk's own pages those of the site that says so), a question waits for somebody's first answer at most; staff see what is left. 0 measures nothing. Sites may say another number."),
    Setting("RETENTION_DAYS", "0", number(0), "What was said is kept for so many days, and then removed once a day, but for what somebody has yet to read; 0 keeps it."),
    Setting("AUTO_ARCHIVE_DAYS", "0", number(0), "Chats that are closed and quiet for so many days are archived, and found as before; 0 leaves them."),
    Setting("MESSAGE_LENGTH", "5000", number(1, LONGEST_MESSAGE), "Characters a message may have."),
    Setting("EDIT_SECONDS", "900", number(0), "So long after sending it a customer or a provider may edit a message or take it back; 0 is never."),
    Setting("STAFF_EDIT_SECONDS", "86400", number(0), "The same for staff."),
    Setting("UPLOADS", "", folder, "The folder of files that people send; empty is `instance/uploads`. Several processes share it."),
    Setting("FILE_STORE", "", bucket, "`s3://bucket/prefix`: what is shown of files lies there, and not in `UPLOADS`, where they arrive. Of one desk alone."),
    Setting("FILE_STORE_ENDPOINT", "", public_url, "Who speaks S3, for example `https://s3.example.com`; empty is Amazon."),
    Setting("FILE_STORE_REGION", "us-east-1", text, "The region that it is in."),
    Setting("AWS_ACCESS_KEY_ID", "", text, "Who Deskbell is at `FILE_STORE`; empty is what the machine is there (a role)."),
    Setting("AWS_SECRET_ACCESS_KEY", "", text, "Its secret.", is_secret=True),
    Setting("FILE_BYTES", "10000000", number(0), "Bytes a file may have; 0 takes no files."),
    Setting("FILES_A_MESSAGE", "5", number(1, 10), "Files a message may have."),
    Setting("FILE_BYTES_A_DAY", "100000000", number(), "Bytes that one person may send as files within 24 hours."),
    Setting("FILE_TYPES", "", kinds, "Types of files that are taken, found in what they hold, for example `image/*, application/pdf`; empty takes all."),
    Setting("FILE_LINK_SECONDS", "600", number(10), "The address of a file holds for its reader at least so long, and at most twice as long."),
    Setting("PICTURE_PIXELS", "25000000", number(), "Pixels a picture may have."),
    Setting("SCAN_COMMAND", "", text, "What looks for viruses, for example `clamdscan --no-summary --fdpass`: it is given a file's path and ends with 0 (clean), 1 (found something) or else (asked again). Until then nobody is shown the file."),
    Setting("HOLD_LINKS_MINUTES", "0", number(0), "A message with a link is held for staff to decide, for so long after the first message of a visitor whom no site has named and who has no account; 0 is off."),
    Setting("CUSTOMER_SENDS", "10 per 10 second", rate, "How fast a customer may send."),
    Setting("STAFF_SENDS", "30 per 6 second", rate, "How fast a member of staff or a provider may send."),
    Setting("LOGIN_FAILURES_ADDRESS", "5 per 5 minute", rate, "Failed logins an address."),
    Setting("LOGIN_FAILURES_ACCOUNT", "10 per 15 minute", rate, "Failed logins an account."),
    Setting("REGISTRATIONS", "10 per 1 hour", rate, "New accounts an address may ask for."),
    Setting("VISITORS", "60 per 10 minute", rate, "New visitors without an account that an address may be."),
    Setting("SOCKETS_PER_USER", "10", number(), "Live connections one user may hold, in each process."),
    Setting("SOCKETS_PER_ADDRESS", "50", number(), "Live connections one address may hold, in each process."),
    Setting("ACCESS_TOKEN_SECONDS", "900", number(), "How long an access token lives."),
    Setting("REFRESH_TOKEN_DAYS", "30", number(), "How long a refresh token lives, if it is not used."),
    Setting("VISITOR_DAYS", "180", number(), "So long the browser of a visitor without an account is known, if they do not come back."),
    Setting("WEBHOOK_PRIVATE", "off", switch, "`on` lets webhooks call addresses of this machine and its own network, too."),
    Setting("VISITS", "on", switch, "Staff see where on a site somebody is who has opened the chat: page, language, time, browser."),
    Setting("PRESENCE_SECONDS", "60", number(), "Without a sign of life for so long, somebody is offline."),
    Setting("AWAY_SECONDS", "60", number(), "So long after an agent's last connection or call ended, customers who wait for them are back in the queue."),
    Setting("IDLE_SECONDS", "600", number(0), "Without doing anything for so long, an agent is idle and is given no chat; 0 is never."),
    Setting("ROUTING", "by_hand", one_of("by_hand", "round_robin", "least_busy"), "How chats that wait come to agents: `by_hand`, or by themselves to who has waited longest for one (`round_robin`) or has the fewest (`least_busy`). A team may have another way."),
    Setting("CAPACITY", "4", number(0, 100), "Chats that an agent is given at most, unless a manager says another number of them."),
    Setting("OFFER_SECONDS", "120", number(0), "Without an answer for so long, a chat that came to an agent by itself goes to another one, or back to the queue if the agent is not there; 0 is never."),
    Setting("TRUSTED_PROXIES", "0", number(0), "How many reverse proxies in front may be believed about address and scheme."),
    Setting("CORS_ORIGIN", "", origins, "Other origins that may connect and call, comma separated."),
    Setting("FRONTEND_URL", "", origins, "The same, under the name that one of the older protocols uses."),
    Setting("PROTOCOLS", ",".join(PROTOCOLS), some_of(*PROTOCOLS), "The older protocols that are on, comma separated; `none` turns all off."),
    Setting("CHAT_MESSAGE_LIMIT", "100", number(), "Protocol 004: messages a page at most."),
    Setting("CHAT_TYPING_TIMEOUT", "3000", number(), "Protocol 004: milliseconds after which somebody who said nothing more is no longer typing."),
    Setting("CHAT_MAX_CONNECTIONS_PER_USER", "3", number(), "Protocol 004: connections of one user; the oldest gives way."),
    Setting("PUBLIC_URL", "", public_url, "Where people reach this desk, for example `https://desk.example.com`: links in mail lead there."),
    Setting("MAIL_URL", "", mail_server, "The server that takes mail: `smtp://user:password@host:587` (STARTTLS), `smtps://…`, `smtp://host?tls=off`; empty sends none. Needs `MAIL_FROM` and `PUBLIC_URL`.", is_secret=True),
    Setting("MAIL_FROM", "", sender, "Whom mail is from, for example `Northwind Chairs <support@example.com>`."),
    Setting("JOBS", "inside", one_of("inside", "apart"), "Where work that can wait is done: `inside` the server, or `apart`, by `flask worker`."),
    Setting("MAIL_REPLIES", "", plus_address, "The address that replies by mail go to, with `+` and a token before its `@`; empty takes none."),
    Setting("MAIL_SIZE", "25000000", number(10_000), "Bytes of a mail that are read; what comes behind is left out."),
    Setting("IMAP_URL", "", mailbox, "The mailbox that is looked into for replies, every 30 seconds: `imaps://user:password@host/INBOX`.", is_secret=True),
    Setting("LANGUAGES", "en,de,ar", languages, "Languages offered, the first is the default."),
    Setting("LOG_LEVEL", "INFO", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "How much is logged."),
    Setting("LOG_FORMAT", "text", one_of("text", "json"), "`json` for a log collector, `text` for eyes."),
)  # fmt: skip


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings from `environ` as a mapping for Flask; `SettingError` names what cannot be used."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        raw = environ.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.read(raw)
        except (KeyError, ValueError) as error:
            given = setting.name if setting.is_secret else f"{setting.name}={raw!r}"
            raise SettingError(f"{given}: {error}. {setting.says}") from error
    values["SQLALCHEMY_DATABASE_URI"] = database_url(values["DATABASE_URL"])
    # An error of the database repeats its statement, never the words that were to be stored.
    values["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    if values["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        # A reader's statement is its own transaction and a writer ends its own: nothing to undo.
        values["SQLALCHEMY_ENGINE_OPTIONS"]["pool_reset_on_return"] = None
    else:
        pool = {"pool_size": values["DATABASE_POOL"], "max_overflow": 0}
        values["SQLALCHEMY_ENGINE_OPTIONS"] |= pool
        if "connect_timeout" not in values["SQLALCHEMY_DATABASE_URI"]:
            # A host that takes the call and says nothing would be waited for without an end.
            timeout = {"connect_timeout": CONNECT_SECONDS}
            values["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"] = timeout
    values["IS_PRODUCTION"] = values["APP_ENV"] == "production"
    for name in ("SECRET_KEY", "JWT_SECRET"):
        values[name] = values[name] or kept_secret(name)
    values["SEED_PASSWORD"] = values["SEED_PASSWORD"] or DEMO_PASSWORD
    values["ORIGINS"] = (*values["CORS_ORIGIN"], *values["FRONTEND_URL"])
    if values["MAIL_URL"]:
        for name in ("MAIL_FROM", "PUBLIC_URL"):
            if not values[name]:
                raise SettingError(f"{name}: MAIL_URL needs it too")
    if values["WEB_CONCURRENCY"] > 1 and not values["REDIS_URL"]:
        raise SettingError("REDIS_URL: several processes (WEB_CONCURRENCY) need it too")
    refuse_what_production_forbids(values)
    return values | flask_settings(values)


def database_url(url: str) -> str:
    """The given URL, or the SQLite file in `instance/`, whose folder is made."""
    if url:
        return url
    INSTANCE.mkdir(mode=0o700, exist_ok=True)
    return f"sqlite:///{INSTANCE / 'deskbell.db'}"


def kept_secret(name: str) -> str:
    """The secret made on first run; it lives in `instance/`, readable by its owner alone."""
    INSTANCE.mkdir(mode=0o700, exist_ok=True)
    path = INSTANCE / name.lower()
    if not path.exists():
        # Of two processes that start at once one gives its secret the name, and both read a whole.
        with tempfile.NamedTemporaryFile("w", dir=INSTANCE) as file, suppress(FileExistsError):
            file.write(secrets.token_urlsafe(SAFE_SECRET_BYTES))
            file.flush()
            os.link(file.name, path)
    return path.read_text().strip()


def refuse_what_production_forbids(values: Mapping[str, Any]) -> None:
    """In production: no debugging, no demo, no lifted limits, no short secret."""
    if not values["IS_PRODUCTION"]:
        return
    if get_debug_flag():
        raise SettingError("FLASK_DEBUG: refused in production, it shows the code")
    if values["DEMO"]:
        raise SettingError("DEMO=on: refused in production, it shows passwords")
    if not values["RATE_LIMITS"]:
        raise SettingError("RATE_LIMITS=off: refused in production")
    for name in ("SECRET_KEY", "JWT_SECRET"):
        if len(values[name]) < SAFE_SECRET_BYTES:
            raise SettingError(f"{name}: production takes at least {SAFE_SECRET_BYTES} characters")


def flask_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """What Flask and its extensions are told, derived from our own settings."""
    desk = blake2b(values["SECRET_KEY"].encode(), digest_size=6).hexdigest()
    return {
        "REDIS_PREFIX": f"deskbell:{desk}",  # of all of its processes, and of no other desk
        "SESSION_COOKIE_NAME": "deskbell_session",
        "SESSION_REFRESH_EACH_REQUEST": False,  # once a day: `app.doors.Sessions`
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": values["IS_PRODUCTION"],
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": values["IS_PRODUCTION"],
        "PERMANENT_SESSION_LIFETIME": SESSION_DAYS * 24 * 3600,
        "SESSION_DAYS": SESSION_DAYS,
        "MAX_CONTENT_LENGTH": 1_000_000,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a page left open overnight works
        "BABEL_DEFAULT_LOCALE": values["LANGUAGES"][0],
        "BABEL_DEFAULT_TIMEZONE": "UTC",
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }

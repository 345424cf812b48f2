"""What the server itself can tell: the page shows it, and `flask doctor` prints it.

A check is a function that returns how it is. What it meets by surprise is a failure as well, so
that one that breaks hides none of the others.
"""

import os
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from shutil import disk_usage
from typing import Any, NamedTuple

import redis
import structlog
from alembic.script import ScriptDirectory
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, text

from app import clock
from app.concurrency import in_own_thread, process_name
from app.errors import FileAway, Unavailable
from app.extensions import db
from app.files import parts, store
from app.models import database
from app.operations import checkups
from app.queries import jobs, mail
from app.queries.files import has_contents
from app.supervisor import NAME
from config import INSTANCE, SAFE_SECRET_BYTES, SettingError

AWRY_MS = 2_000  # so far clocks may be apart
LATE_MS = 60_000  # so long a job may wait for its turn
ROOM, LITTLE_ROOM = 200_000_000, 2_000_000_000  # bytes free: what is too little, and what is soon
FILES = 4_096  # that a desk is to be allowed to open: each connection is one
FULL = 0.8  # of what is allowed
HEARD_SECONDS = 3
HUNG_SECONDS = 5  # a database that answers in no less keeps whoever asks it waiting again
OF_DATABASE = {"migrations", "database", "journal", "mail", "uploads", "jobs"}
OF_SERVICE = {"files"}  # which a shell has otherwise
log = structlog.get_logger(__name__)


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(NamedTuple):
    """How something is: `said`, and the `fix` where it is not as it should be."""

    verdict: Verdict
    said: Any = ""
    fix: Any = ""


class Row(NamedTuple):
    key: str
    what: Any
    finding: Finding


OK = Finding(Verdict.OK)


def rows(*, by_service: bool = True) -> Iterator[Row]:
    """All checks, in their order, each as it is made; on a shell not what is another thing there.

    What needs the database is not tried where that has no tables of ours or keeps one waiting.
    """
    stands = True
    for key, what, check in CHECKS:
        if key in OF_SERVICE and not by_service:
            continue
        if not stands and key in OF_DATABASE:
            yield Row(key, what, warned(_l("Not tried"), _l("See to the database first.")))
            continue
        began = time.monotonic()
        row = Row(key, what, found(key, check))
        yield row
        if key == "migrations" and row.finding.verdict == Verdict.FAILED:
            stands = False
        if key in OF_DATABASE and time.monotonic() - began > HUNG_SECONDS:
            stands = False


def found(key: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:
        is_known = isinstance(error, Unavailable)  # and has said in the log what it was
        log.warning("a check met a fault", check=key, exc_info=not is_known)
        return failed(type(error).__name__, _l("Look into the log for what it met."))


def failed(said: Any, fix: Any) -> Finding:
    return Finding(Verdict.FAILED, said, fix)


def warned(said: Any, fix: Any) -> Finding:
    return Finding(Verdict.WARNING, said, fix)


# ---- the checks ----


def migrated() -> Finding:
    migrations = current_app.extensions["migrate"]
    head = ScriptDirectory.from_config(migrations.migrate.get_config()).get_current_head()
    try:
        there = version()
    except Exception as error:
        return failed(said_by(error), _l("Look at DATABASE_URL, and whether the database is up."))
    if there != head:
        return failed(f"{there or '-'} ≠ {head}", _l("Run `flask --app wsgi setup`, then restart."))
    return Finding(Verdict.OK, there)


def version() -> str | None:
    """The migration that the tables are of; None where there are none of ours."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def said_by(error: Exception) -> str:
    cause = error.__cause__ or error
    return str(getattr(cause, "orig", None) or type(cause).__name__)


def writable() -> Finding:
    try:
        checkups.write()
    except Exception as error:
        return failed(
            said_by(error),
            _l("Let the user of the service write the database and its folder, and make room."),
        )
    return OK


def journal() -> Finding:
    if db.engine.dialect.name != "sqlite":
        return Finding(Verdict.OK, "PostgreSQL")
    mode = str(database.scalar(text("PRAGMA journal_mode")))
    if mode != "wal":
        return failed(
            mode, _l("Put the database on a disk of this machine (not a network's): WAL needs it.")
        )
    return Finding(Verdict.OK, mode)


def clocks() -> Finding:
    """This machine's by those of Redis and PostgreSQL."""
    apart = [abs(theirs - ours) for ours, theirs in others_clocks()]
    if max(apart, default=0) > AWRY_MS:
        return failed(
            _l("%(seconds)s s apart", seconds=round(max(apart) / 1000)),
            _l("Have all machines set their clocks by NTP (chrony, systemd-timesyncd)."),
        )
    return OK


def others_clocks() -> Iterable[tuple[int, int]]:
    """Pairs of what the clock here shows and what another one does."""
    if db.engine.dialect.name == "postgresql":
        at = database.scalar(text("SELECT extract(epoch FROM clock_timestamp()) * 1000"))
        yield clock.now(), round(at)
    if current_app.config["REDIS_URL"]:
        with suppress(redis.RedisError), connected() as there:  # that it is away has its own row
            seconds, micros = there.time()  # type: ignore[misc]
            yield clock.now(), seconds * 1000 + micros // 1000


def connected() -> redis.Redis:
    url = current_app.config["REDIS_URL"]
    return redis.Redis.from_url(url, socket_timeout=HEARD_SECONDS, socket_connect_timeout=2)


def bus() -> Finding:
    """What is published comes back."""
    if not current_app.config["REDIS_URL"]:
        return Finding(Verdict.OK, _l("One process needs none."))
    channel = f"{current_app.config['REDIS_PREFIX']}:checkup:{os.urandom(8).hex()}"
    fix = _l("Start Redis, or set REDIS_URL to where it is; it may need a password.")
    try:
        with connected() as there, there.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[no-untyped-call]
            heard.subscribe(channel)
            heard.get_message(timeout=HEARD_SECONDS)  # that one is subscribed
            began = time.perf_counter()
            there.publish(channel, b"1")
            if heard.get_message(timeout=HEARD_SECONDS) is None:
                return failed(_l("What is published does not come back."), fix)
    except redis.RedisError as error:
        return failed(type(error).__name__, fix)
    return Finding(Verdict.OK, f"{(time.perf_counter() - began) * 1000:.1f} ms")


def mailing() -> Finding:
    trouble = mail.trouble()
    if not trouble.is_on:
        return warned(
            _l("Mail is off."),
            _l("Set MAIL_URL, MAIL_FROM and PUBLIC_URL, so that answers go out."),
        )
    if trouble.failing:  # an address that is refused is its owner's
        return warned(
            _l("%(number)s do not get out.", number=trouble.failing),
            _l("Send yourself a mail on the page “Does it work here?”: it says what is answered."),
        )
    return OK


def room() -> Finding:
    """Where the database and the files lie."""
    free = in_own_thread(least_free, places())
    said = f"{free / 1e9:.1f} GB"
    fix = _l("Make room on the disk, or move UPLOADS and the database to a larger one.")
    if free < ROOM:
        return failed(said, fix)
    return warned(said, fix) if free < LITTLE_ROOM else Finding(Verdict.OK, said)


def least_free(where: list[Path]) -> int:
    """Bytes, on the disk with the least of them."""
    return min(disk_usage(there).free for there in map(existing, where))


def places() -> list[Path]:
    found = [parts.folder()]
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return [*found, Path(file).absolute().parent] if file else found


def existing(path: Path) -> Path:
    """The folder, or the next one above it that is there."""
    return next(each for each in (path, *path.parents) if each.exists())


def uploads() -> Finding:
    """Nothing is made that is not there: without its disk the folder would be another one."""
    if current_app.config["FILE_STORE"]:
        try:
            store.this().check()
            store.this().check_there()
        except SettingError as error:
            return failed(str(error), _l("Look at FILE_STORE and the AWS keys."))
        except FileAway:
            return failed(
                _l("The store does not answer."),
                _l("Look at FILE_STORE, FILE_STORE_ENDPOINT, and whether it is up."),
            )
    elif has_contents() and not (parts.folder() / "files").is_dir():
        return failed(
            str(parts.folder()), _l("Files of this desk lay there: mount the disk of UPLOADS.")
        )
    return in_own_thread(kept_in, parts.folder())


def kept_in(folder: Path) -> Finding:
    owner = _l("Give the folder UPLOADS to the user of the service: `chown -R deskbell`.")
    if not folder.is_dir():  # it is made with the first file
        parent = existing(folder)
        is_made = parent.is_dir() and os.access(parent, os.W_OK)
        return OK if is_made else failed(str(folder), owner)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
            file.flush()
    except OSError as error:
        return failed(f"{folder}: {error.strerror}", owner)
    is_reached = all(each.stat().st_mode & 0o001 for each in folder.absolute().parents)
    if is_reached and folder.stat().st_mode & 0o007:
        return warned(
            str(folder), _l("Others on this machine can read it: `chmod o-rwx` for UPLOADS.")
        )
    return OK


def open_files() -> Finding:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    fds = Path("/proc/self/fd")
    in_use = len(list(fds.iterdir())) if fds.is_dir() else 0
    said = f"{in_use} / {allowed}"
    fix = _l("Set LimitNOFILE=65536 in the unit (`ulimit -n` on a shell): a connection is a file.")
    if in_use > allowed * FULL:
        return failed(said, fix)
    return warned(said, fix) if allowed < FILES else Finding(Verdict.OK, said)


def settings() -> Finding:
    values = current_app.config
    if not values["IS_PRODUCTION"]:
        return warned(
            "APP_ENV=development",
            _l("Set APP_ENV=production where customers come: secure cookies, and no demo data."),
        )
    short = [n for n in ("SECRET_KEY", "JWT_SECRET") if len(values[n]) < SAFE_SECRET_BYTES]
    if short or values["SECRET_KEY"] == values["JWT_SECRET"]:
        return failed(
            ", ".join(short) or "SECRET_KEY = JWT_SECRET",
            _l("Give each a value of its own by `openssl rand -hex 32`."),
        )
    kept = [INSTANCE / name for name in ("secret_key", "jwt_secret")]
    if any(path.exists() and path.stat().st_mode & 0o077 for path in kept):
        return failed(str(INSTANCE), _l("Others can read the secrets: `chmod -R go-rwx instance`."))
    return OK


def machine() -> str:
    """The same for all processes that hand over to each other: polling may meet any of them."""
    post = os.environ.get(NAME, "")
    folder = post.split(" ", 3)[3] if post else process_name()
    return blake2b(f"{socket.gethostname()} {folder}".encode(), digest_size=6).hexdigest()


def queue() -> Finding:
    late = jobs.counts().late
    if late > LATE_MS:
        return failed(
            _l("The next one waits for %(seconds)s s.", seconds=round(late / 1000)),
            _l("See that `flask worker` runs and keeps up (JOBS=apart), or set JOBS=inside."),
        )
    dead = jobs.dead_count()
    if dead:
        return warned(
            _l("Given up: %(number)s", number=dead),
            _l("Look at Background jobs on the overview, and run them again."),
        )
    return OK


CHECKS: tuple[tuple[str, Any, Callable[[], Finding]], ...] = (
    ("migrations", _l("The database has the tables of this version"), migrated),
    ("database", _l("The database can be written"), writable),
    ("journal", _l("Its write-ahead log is on"), journal),
    ("clock", _l("Clocks agree"), clocks),
    ("redis", _l("Redis passes on what is told"), bus),
    ("mail", _l("Mail is set up"), mailing),
    ("disk", _l("There is room on the disk"), room),
    ("uploads", _l("Files can be kept"), uploads),
    ("files", _l("Enough files can be open"), open_files),
    ("settings", _l("Settings are those of production"), settings),
    ("jobs", _l("Work that can wait is done"), queue),
)

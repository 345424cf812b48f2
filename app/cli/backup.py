"""`flask backup FILE` and `flask restore FILE`: the SQLite database as one file, and beside it what
people have sent as files, where they have (`FILE.files.tar`).

A backup is made by SQLite's own backup interface while the server writes, and holds all that was
committed when it began. PostgreSQL has `pg_dump` for that.
"""

import contextlib
import os
import re
import sqlite3
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click
import flask_migrate
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.engine import make_url

from app.errors import FileAway, FileNotFound
from app.extensions import db
from app.files import parts, store
from app.files.names import SMALL, place_of
from app.queries.files import by_id

# What was acknowledged of files: what they hold, or of those that are looked at what has come.
HELD = """SELECT id, content, width FROM files
    WHERE content IS NOT NULL OR status = 'checking' ORDER BY content IS NOT NULL, id"""
PACKED = re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{64}-[0-9]+(-small)?|parts/[0-9]+").fullmatch


class Refused(click.ClickException):
    """What cannot be backed up or restored, in words; nothing was touched."""


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, which is complete or not there at all."""
    source = database_file()
    for each in (file, packed_beside(file)):
        if each.exists():
            raise Refused(f"{each} is there already.")
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        copy(source, unfinished)
        check(unfinished)
        packed = pack(unfinished, packed_beside(file))
        os.replace(unfinished, file)
    except (OSError, sqlite3.Error, FileAway) as error:
        raise Refused(f"That did not work: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{click.format_filename(file)}: {file.stat().st_size:,} bytes")
    click.echo("Whoever is erased from now on is still in it (docs/privacy.md).")
    if packed.found:
        beside = packed_beside(file)
        click.echo(f"{click.format_filename(beside)}: {beside.stat().st_size:,} bytes")
    if packed.missing:
        click.echo(f"{packed.missing} of the files were taken back meanwhile, or are not there.")
    if packed.elsewhere:
        place = current_app.config["FILE_STORE"]
        click.echo(f"Not in it: {packed.elsewhere} files that lie in {place}. Back that up, too.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the database of FILE in place of this one, which is kept beside it."""
    target = database_file()
    check(file)
    erased = erased_in(target) if target.exists() else set()
    check_packed(packed_beside(file))
    db.engine.dispose()
    with alone_with(target):
        pass
    arriving = target.with_name(f"{target.name}.arriving")
    arriving.unlink(missing_ok=True)
    copy(file, arriving)
    if target.exists():
        keep(target)
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    unpack(packed_beside(file))
    os.replace(arriving, target)
    flask_migrate.upgrade()
    back = sorted(erased - erased_in(target))
    if back:
        ids = ", ".join(map(str, back))
        click.echo(f"These had been erased since, and are there again: {ids}")
        click.echo("Erase them anew: flask --app wsgi customers erase ID")
    click.echo(f"Restored from {click.format_filename(file)}")
    here, place = parts.folder() / "files", current_app.config["FILE_STORE"]
    if place and here.exists():
        click.echo(f"Mind that {click.format_filename(here)} is to be copied to {place}/files")


def erased_in(database: Path) -> set[int]:
    """The ids of customers who are erased in it: what a backup brings back of them goes again."""
    with contextlib.closing(sqlite3.connect(readable(database), uri=True)) as connection:
        try:
            found = connection.execute("SELECT id FROM users WHERE erased_at IS NOT NULL")
            return {user_id for (user_id,) in found}
        except sqlite3.Error:  # of a version before, or no database at all
            return set()


def keep(path: Path) -> None:
    """Gives what was there another name, under which it can be found."""
    kept = path.with_name(f"{path.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S')}")
    while kept.exists():  # of an earlier restore: it may be the only one of what was there
        kept = kept.with_name(kept.name + "-too")
    os.replace(path, kept)
    click.echo(f"What was there is kept as {click.format_filename(kept)}")


def packed_beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.files.tar")


class Packed(NamedTuple):
    found: int
    missing: int
    elsewhere: int  # that the store has, which has backups of its own


def pack(database: Path, target: Path) -> Packed:
    """Everything that the copied database knows of files and that is not in a store elsewhere.

    Also what was sent and not looked at yet. What arrives meanwhile is no part of the copy.
    """
    with contextlib.closing(sqlite3.connect(readable(database), uri=True)) as connection:
        is_known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone()
        rows = connection.execute(HELD).fetchall() if is_known else []
    elsewhere = 0
    if current_app.config["FILE_STORE"]:
        elsewhere = sum(content is not None for _, content, _ in rows)
        rows = [row for row in rows if row[1] is None]
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    found = missing = 0
    try:
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w") as archive:
            for opened, name in held(rows):
                try:
                    with opened() as file:
                        add(archive, file, name)
                    found += 1
                except (FileNotFoundError, FileNotFound):
                    missing += 1
        if found:
            os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return Packed(found, missing, elsewhere)


def held(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Callable[[], BinaryIO], str]]:
    """What opens each, and what it is called in the archive; first what may move meanwhile."""
    for file_id, content, width in rows:
        if content is None:
            yield partial(open_part, file_id), f"parts/{file_id}"
            continue
        for name in (content, content + SMALL) if width is not None else (content,):
            yield partial(store.opened, name), place_of(name)


def open_part(file_id: int) -> BinaryIO:
    """What has come of a file, which by now may have been looked at and stored."""
    try:
        return parts.path_of(file_id).open("rb")
    except FileNotFoundError:
        now = by_id(file_id)
        if now is None or now.content is None:
            raise
        return store.opened(now.content)


def add(archive: tarfile.TarFile, file: BinaryIO, name: str) -> None:
    packed = tarfile.TarInfo(name)
    packed.size = file.seek(0, os.SEEK_END)
    packed.mtime = int(time.time())
    packed.mode = 0o600
    file.seek(0)
    archive.addfile(packed, file)


def check_packed(packed: Path) -> None:
    """Raises `Refused` for an archive that holds something else than a backup of files does."""
    if not packed.exists():
        return
    try:
        with tarfile.open(packed) as archive:
            strange = [each.name for each in archive if not (each.isreg() and PACKED(each.name))]
    except tarfile.TarError as error:
        raise Refused(f"{packed} is damaged: {error}") from error
    if strange:
        raise Refused(f"{packed} holds something else: {strange[0]}")


def unpack(packed: Path) -> None:
    """What is there is kept beside, and what the archive holds takes its place."""
    for name in ("files", "parts"):
        if (parts.folder() / name).exists():
            keep(parts.folder() / name)
    # What is not in it is known to be gone, so the folder is not missed.
    (parts.folder() / "files").mkdir(mode=0o700, parents=True, exist_ok=True)
    if packed.exists():
        with tarfile.open(packed) as archive:
            archive.extractall(parts.folder(), filter="data")


def database_file() -> Path:
    """Where the database lives. Raises `Refused` for one that is no file."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refused("This is for SQLite. PostgreSQL has pg_dump and pg_restore.")
    return Path(url.database)


def copy(source: Path, target: Path) -> None:
    """One consistent copy, whatever is written meanwhile: a reader never waits in WAL mode."""
    with contextlib.closing(sqlite3.connect(readable(source), uri=True)) as read:
        target.touch(mode=0o600)
        with contextlib.closing(sqlite3.connect(target)) as write:
            read.backup(write)
            write.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def readable(file: Path) -> str:
    """The address by which SQLite opens the file to read it, whatever its name is made of."""
    return f"{file.absolute().as_uri()}?mode=ro"


def check(file: Path) -> None:
    """Raises `Refused` unless FILE is an intact database of this or an earlier version."""
    try:
        with contextlib.closing(sqlite3.connect(readable(file), uri=True)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise Refused(f"{file} is no database of Deskbell: {error}") from error
    if said != "ok":
        raise Refused(f"{file} is damaged: {said}")
    known = ScriptDirectory(str(Path(current_app.root_path) / "migrations")).walk_revisions()
    if revision not in {script.revision for script in known}:
        raise Refused(f"{file} is of a newer version ({revision}).")


@contextlib.contextmanager
def alone_with(target: Path) -> Iterator[None]:
    """Raises `Refused` while somebody else has the database open."""
    if not target.exists():
        yield
        return
    connection = sqlite3.connect(target, timeout=1)
    try:
        # Taken before the first look at a database in WAL mode, exclusive means without others.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("PRAGMA user_version").fetchone()
        connection.rollback()
        # Whatever stands in the log goes into the file, which is kept.
        connection.execute("PRAGMA journal_mode = DELETE")
        yield
    except sqlite3.OperationalError as error:
        raise Refused("The database is in use: stop the server first.") from error
    finally:
        connection.close()

"""A store that speaks S3. Its requests wait in threads, in Rust, so that no loop does."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import Semaphore
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

import structlog

from app.concurrency import in_own_thread
from app.errors import FileAway
from app.files.names import NAME, place_of
from config import SettingError

P = ParamSpec("P")
T = TypeVar("T")
PIECE = 1_000_000  # bytes of a file that are asked for, and stand in memory, at once
PART = 5 * 1024 * 1024  # of a file that is put there, two at a time: the least that S3 takes
SECONDS, CONNECT_SECONDS = 20, 3  # for one request, of which each file takes several
PAUSE = 5  # seconds, in which who did not answer is not asked again
AT_ONCE = 32  # requests, each of which takes a thread
PROBE = "files/probe"
log = structlog.get_logger(__name__)


class S3:
    def __init__(self, url: str, endpoint: str, region: str, key: str, secret: str) -> None:
        from obstore.store import S3Store  # 5 MB that nobody else needs

        given = {"endpoint": endpoint, "access_key_id": key, "secret_access_key": secret}
        self.url = url
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        more: Any = {name: value for name, value in given.items() if value}
        self.line = S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            region=region,
            client_options={
                "allow_http": endpoint.startswith("http:"),
                "timeout": timedelta(seconds=SECONDS),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=SECONDS)},
            **more,
        )
        self.turns = Semaphore(AT_ONCE)
        self.away_until = 0.0

    def keep(self, path: Path, name: str) -> None:
        import obstore

        how: Any = {"attributes": {"Content-Type": "application/octet-stream"}}
        self.ask(
            obstore.put, self.line, place_of(name), path, chunk_size=PART, max_concurrency=2, **how
        )

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, Pieces(self, place_of(name)))

    def remove(self, name: str) -> None:
        import obstore

        with suppress(FileNotFoundError):
            self.ask(obstore.delete, self.line, place_of(name))

    def names(self) -> Iterator[tuple[str, float]]:
        import obstore

        pages = obstore.list(self.line, "files", chunk_size=1000)
        while page := self.ask(lambda: next(pages, None)):
            for each in page:
                name = each["path"].rpartition("/")[2]
                if NAME.fullmatch(name):  # or it is somebody else's
                    yield name, each["last_modified"].timestamp()

    def check(self) -> None:
        """Writes something there, looks for it and takes it away."""
        import obstore

        try:
            self.ask(obstore.put, self.line, PROBE, b"Deskbell may write here.")
            self.ask(lambda: next(obstore.list(self.line, PROBE), None))
            self.ask(obstore.delete, self.line, PROBE)
        except FileAway as error:
            said = str(error.__cause__)
            if "NoSuchBucket" in said:
                raise SettingError(f"FILE_STORE={self.url!r}: there is no such bucket") from error
            if is_refusal(error.__cause__):
                raise SettingError(
                    f"FILE_STORE={self.url!r}: refused. Look at AWS_ACCESS_KEY_ID, "
                    "AWS_SECRET_ACCESS_KEY, and what they may do there"
                ) from error

    def check_there(self) -> None:
        if time.monotonic() < self.away_until:
            raise FileAway(retry_after=PAUSE)

    def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a request beside the loop. Raises `FileNotFoundError`, `FileAway`."""
        self.check_there()
        if not self.turns.acquire(timeout=SECONDS):
            raise FileAway(retry_after=PAUSE)
        from obstore.exceptions import BaseError

        try:
            return in_own_thread(work, *args, **kwargs)
        except (BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
                raise
            # One line of what may be many, and hold what was asked for.
            log.warning("files cannot be had", store=self.url, error=str(error)[:200])
            self.away_until = time.monotonic() + PAUSE
            raise FileAway(retry_after=PAUSE) from error
        finally:
            self.turns.release()


def is_refusal(error: BaseException | None) -> bool:
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    return isinstance(error, (PermissionDeniedError, UnauthenticatedError, PermissionError))


class Pieces(io.RawIOBase):
    """A file there, read piece by piece: who reads slowly keeps no line to the store."""

    def __init__(self, store: S3, key: str) -> None:
        self.store, self.key = store, key
        self.at = self.begins = self.size = 0
        self.held = memoryview(b"")
        self.fetch()

    def fetch(self) -> None:
        self.held, self.size = self.store.ask(piece, self.store.line, self.key, self.at)
        self.begins = self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, buffer: Any) -> int:
        if self.at >= self.size:
            return 0
        if not self.begins <= self.at < self.begins + len(self.held):
            self.fetch()
        some = self.held[self.at - self.begins :][: len(buffer)]
        buffer[: len(some)] = some
        self.at += len(some)
        return len(some)


def piece(line: Any, key: str, begins: int) -> tuple[memoryview, int]:
    """What is there from that byte on, and how large the whole is."""
    import obstore

    try:
        found = obstore.get(line, key, options={"range": (begins, begins + PIECE)})
        return memoryview(bytes(found.bytes())), found.meta["size"]
    except obstore.exceptions.GenericError:
        size = obstore.head(line, key)["size"]
        if size > 0:
            raise
        return memoryview(b""), 0  # of nothing no range can be asked for


@cache
def store(url: str, endpoint: str, region: str, key: str, secret: str) -> S3:
    """The one of this process."""
    return S3(url, endpoint, region, key, secret)

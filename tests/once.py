"""What follows from the sources alone, made once: the tests begin hundreds of servers.

A server compiles each template that it shows, joins the scripts of its pages and packs them as
small as they get. That is most of what it does in a test of a browser. Here it is kept for one run
of the tests, since results of filters are in templates. Servers that are not from the nursery
make it for themselves, as they do elsewhere.
"""

import atexit
import os
import pickle
import threading
from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import FileSystemBytecodeCache

from app import Desk


@cache
def folder() -> Path:
    """This process's, for it and for the servers that it begins."""
    made = TemporaryDirectory(prefix="deskbell-once-", ignore_cleanup_errors=True)
    atexit.register(made.cleanup)
    return Path(made.name)


def keep_templates(path: Path) -> None:
    """From now on, for every application of this process."""
    kept = FileSystemBytecodeCache(str(path))
    Desk.jinja_options = {**Desk.jinja_options, "bytecode_cache": kept}


def keep_scripts(path: Path) -> None:
    """From now on, for the server that this process becomes."""
    import brotli

    from app.pages import assets

    brotli.compress = kept_in(path, brotli.compress)
    # Their arguments say when a file was changed last.
    assets.run_together = cache(kept_in(path, assets.run_together))
    assets.run_later = cache(kept_in(path, assets.run_later))


def kept_in(path: Path, make: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose answers stand in the folder."""

    @wraps(make)
    def kept(*given: Any, **named: Any) -> Any:
        asked = pickle.dumps((make.__name__, given, sorted(named.items())))
        file = path / sha256(asked).hexdigest()
        if file.exists():
            return pickle.loads(file.read_bytes())
        made = make(*given, **named)
        # Another server may read or write it in this moment.
        part = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        part.write_bytes(pickle.dumps(made))
        part.replace(file)
        return made

    return kept

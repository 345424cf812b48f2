"""`make torture`: every attack in its long form, or the subjects that are named.

Each line is a figure and its limit; who does not keep a promise ends with its assertion.
"""

import importlib
import pkgutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests import torture


def main(named: list[str]) -> int:
    failed = []
    for subject in named or subjects():
        started = time.monotonic()
        try:
            run(subject)
        except Exception:
            traceback.print_exc()
            failed.append(subject)
        print(f"    {subject} took {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return len(failed)


def run(subject: str) -> None:
    attack = importlib.import_module(f"{torture.__name__}.{subject}")
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        for figure in attack.large(Path(folder)):
            print(figure, flush=True)


def subjects() -> list[str]:
    """The modules of this package that have a long form."""
    names = [module.name for module in pkgutil.iter_modules(torture.__path__)]
    chosen = [name for name in names if not name.startswith(("__", "test_", "conftest"))]
    found = [importlib.import_module(f"{torture.__name__}.{name}") for name in chosen]
    return [n for n, module in zip(chosen, found, strict=True) if hasattr(module, "large")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

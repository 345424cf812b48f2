"""A program of its own: reads a page of ours, and draws it as a PDF.

    python -I program.py SOURCE TARGET WORDS MOST_BYTES MOST_WRITTEN MOST_SECONDS

WORDS are JSON: `numbered` and `missing`, as `Setter.set` has them; MOST_BYTES are of
addresses, MOST_WRITTEN of a file, MOST_SECONDS of the clock. It runs with little memory, little
time, and below everything else: what wants more ends it and nothing else. It prints JSON:
`{"pages": …}`, or `{"refusal": "too_long"}`.
"""

import errno
import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

SECONDS = 30  # of a processor

if __name__ == "__main__":
    os.nice(10)  # before anything else is read
    # The package without what its beginning loads, which is the whole desk.
    package = ModuleType("app")
    package.__path__ = [str(Path(__file__).parent.parent)]
    sys.modules["app"] = package


def main(source: str, target: str, words: str, *limits: str) -> dict[str, Any]:
    limit_oneself(int(limits[0]), int(limits[1]), float(limits[2]))
    try:
        return {"pages": drawn(source, target, json.loads(words))}
    except MemoryError:
        return {"refusal": "too_long"}
    except OSError as error:  # Python is told so of a file that is too long, and not ended
        if error.errno != errno.EFBIG:
            raise
        return {"refusal": "too_long"}


def drawn(source: str, target: str, words: dict[str, str]) -> int:
    from app.paper import drawing, fonts, reading
    from app.paper.setting import Setter

    fonts.load()
    page = reading.read(Path(source).read_text("utf-8"))
    pages = Setter(page).set(words["numbered"], words["missing"])
    drawing.draw(page, pages, target)
    return len(pages)


def limit_oneself(most_bytes: int, most_written: int, most_seconds: float) -> None:
    # Its own clock ends it: whoever waits for it under eventlet would be told in another class of
    # error than they know.
    signal.setitimer(signal.ITIMER_REAL, most_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_written, most_written))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))

"""`wsgi.py`, or with `WORKER` `flask worker`, that knows one more kind of job (see the nursery).

`NOTES` names a folder in which such jobs leave what happened; `LEASE_SECONDS` is how long a lease
lasts, `LOOK_SECONDS` how often a runner looks.
"""

import ctypes
import os
import runpy
import sys
import time
from pathlib import Path

from app.concurrency import in_own_thread


def note(name: str, seconds: float, *, blocks: bool = False) -> None:
    """Says that it has begun, takes its time, has its effect, and says that it is done.

    With `blocks` it waits in C, where no loop can do anything else meanwhile.
    """
    tell(f"begun {name}")
    if blocks:
        in_own_thread(ctypes.CDLL(None).usleep, int(seconds * 1e6))
    else:
        time.sleep(seconds)
    folder().joinpath(f"effect {name}").touch()  # which is the same however often
    tell(f"done {name}")


def tell(line: str) -> None:
    with folder().joinpath("notes").open("a") as notes:
        notes.write(f"{os.getpid()} {line}\n")


def folder() -> Path:
    return Path(os.environ["NOTES"])


def prepare() -> None:
    """Puts the kind where the others are, and makes runners less patient."""
    from app.jobs import runner
    from app.jobs.kinds import Kind, kinds
    from app.operations import jobs

    kinds["note"] = Kind(note)
    lease = float(os.environ["LEASE_SECONDS"])
    jobs.LEASE_MS, runner.RENEW_SECONDS = int(lease * 1000), lease / 3
    runner.LOOK_SECONDS = float(os.environ["LOOK_SECONDS"])


if __name__ == "__main__":
    prepare()
    if "WORKER" in os.environ:
        from flask.cli import main

        port = os.environ["METRICS_PORT"]
        sys.argv = ["flask", "--app", "wsgi", "worker", "--metrics-port", port]
        main()
    runpy.run_path("wsgi.py", run_name="__main__")

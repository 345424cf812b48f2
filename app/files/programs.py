"""Programs that look at files: run, waited for, and ended where they take too long."""

import subprocess
from collections.abc import Sequence
from typing import IO


class TookTooLong(Exception):
    """It was ended before it came to one."""


def run(command: Sequence[str], seconds: float, into: IO[bytes] | None = None) -> int:
    """What it ended with. What it says goes into a file, if there is one.

    Not into a pipe, since waiting is all that every mode does alike: at a pipe eventlet raises a
    `TimeoutExpired` that is not Python's, and gevent misses the time of a program that has closed
    its own, or left it to another one. Raises `TookTooLong`, `OSError`.
    """
    process = subprocess.Popen(  # noqa: S603  (ours, or what whoever runs the desk has set)
        command,
        stdin=subprocess.DEVNULL,
        stdout=into or subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise TookTooLong(f"{command[0]} took longer than {seconds} s") from error
    finally:
        process.kill()  # nothing to one that has ended
        process.wait()

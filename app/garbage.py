"""Python's collector of what refers to itself, where thousands of sockets are kept.

A full collection looks at every object there is, and everybody waits for it: a third of a second at
8,000 sockets, every half minute where people come and go. What has outlived one is therefore set
aside, and the next looks only at what has come since. What was set aside is freed like anything
else when nothing refers to it any more; only what refers to itself stays until all is looked
through, once an hour.
"""

import gc
from typing import Any

LOOK_SECONDS = 3600


def keep_apart() -> None:
    """From here on, in this process."""
    if set_aside not in gc.callbacks:
        gc.callbacks.append(set_aside)
    gc.collect()


def set_aside(phase: str, about: dict[str, Any]) -> None:
    if phase == "stop" and about["generation"] == 2:
        gc.freeze()


def look_through() -> None:
    """At all there is."""
    gc.unfreeze()
    gc.collect()

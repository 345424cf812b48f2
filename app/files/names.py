"""What content is called in the store, wherever that is."""

import re

NAME = re.compile(r"[0-9a-f]{64}-[0-9]+(-small)?")
SMALL = "-small"


def place_of(name: str) -> str:
    """Its path within the store, which is the same in a folder and in a bucket."""
    if not NAME.fullmatch(name):
        raise ValueError(name)
    return f"files/{name[:2]}/{name}"

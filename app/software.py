"""Browser and system by what a browser says of itself, which may be anything."""

from functools import lru_cache
from typing import NamedTuple

import ua_parser

from app.concurrency import in_own_thread

LONGEST = 300  # characters that are looked at
KNOWN = 1000


class Software(NamedTuple):
    """Both by name and version, as in `Firefox 142` and `Android 16`; empty where unknown."""

    browser: str
    system: str


@lru_cache(KNOWN)
def named(user_agent: str) -> Software:
    """What is behind at most `LONGEST` characters. It computes, away from the loop."""
    return in_own_thread(parsed, user_agent)


def parsed(user_agent: str) -> Software:
    found = ua_parser.parse_user_agent(user_agent), ua_parser.parse_os(user_agent)
    names = (f"{each.family} {each.major or ''}".strip() if each else "" for each in found)
    return Software(*names)

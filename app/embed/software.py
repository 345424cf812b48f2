"""Browser and system by what a browser says of itself, which may be anything."""

from functools import lru_cache

import ua_parser

from app.concurrency import in_own_thread

LONGEST = 300  # characters that are looked at
KNOWN = 1000


@lru_cache(KNOWN)
def software(user_agent: str) -> tuple[str, str]:
    """Both by name and version, as in `("Firefox 142", "Android 16")`; empty where unknown."""
    return in_own_thread(named, user_agent[:LONGEST])


def named(user_agent: str) -> tuple[str, str]:
    browser = ua_parser.parse_user_agent(user_agent)
    system = ua_parser.parse_os(user_agent)
    return (
        f"{browser.family} {browser.major or ''}".strip() if browser else "",
        f"{system.family} {system.major or ''}".strip() if system else "",
    )

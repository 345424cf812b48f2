"""What can be seen of a text. Some characters take no ink: what holds nothing else is empty."""

import re

# What Unicode calls default ignorable: joiners, zero widths, direction marks, soft hyphen,
# variation selectors, Hangul fillers, tags. For a character class of `re`.
# Source: DerivedCoreProperties of Unicode 16, Default_Ignorable_Code_Point.
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# With white space, control characters, and what is drawn as nothing all the same: annotation
# marks, Braille without a dot, a note without a head.
INVISIBLE = IGNORABLE + r"\s\x00-\x1f\x7f-\x9f\ufff9-\ufffb\u2800\U0001d159"
SHOWN = re.compile(f"[^{INVISIBLE}]")


def shows(text: str) -> bool:
    """Whether there is anything in it to see."""
    return SHOWN.search(text) is not None

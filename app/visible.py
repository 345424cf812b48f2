"""What can be seen of a text. Some characters take no ink: what holds nothing else is empty."""

import re

# White space, control characters, and what Unicode calls default ignorable (joiners, zero widths,
# direction marks, soft hyphen, variation selectors, Hangul fillers, tags); then what is drawn as
# nothing all the same: annotation marks, Braille without a dot, a note without a head.
# Source: DerivedCoreProperties of Unicode 16, Default_Ignorable_Code_Point.
INVISIBLE = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u2800"
    r"\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
SHOWN = re.compile(f"[^{INVISIBLE}]")


def shows(text: str) -> bool:
    """Whether there is anything in it to see."""
    return SHOWN.search(text) is not None

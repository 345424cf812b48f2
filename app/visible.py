"""What can be seen of a text. Some characters take no ink: what holds nothing else is empty."""

import re
import unicodedata

# What Unicode calls default ignorable: joiners, zero widths, direction marks, soft hyphen,
# variation selectors, Hangul fillers, tags. For a character class of `re`.
# Source: DerivedCoreProperties of Unicode 16, Default_Ignorable_Code_Point.
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# What is no character, and never will be: the last two of each plane, and 32 more.
NONCHARACTERS = r"\ufdd0-\ufdef" + "".join(
    f"\\U{plane:04x}fffe-\\U{plane:04x}ffff" for plane in range(17)
)
# With white space, control characters, and what is drawn as nothing all the same: annotation
# marks, Braille without a dot, a note without a head, what arranges Egyptian hieroglyphs and the
# blanks between them, the filler of Khitan.
INVISIBLE = (
    IGNORABLE + NONCHARACTERS + r"\s\x00-\x1f\x7f-\x9f\ufff9-\ufffb\u2800\U0001d159"
    r"\U00013430-\U0001343f\U00013441\U00013442\U00016fe4"
)
SHOWN = re.compile(f"[^{INVISIBLE}]")


def shows(text: str) -> bool:
    """Whether there is anything in it to see."""
    return SHOWN.search(text) is not None


def drawn(char: str) -> bool:
    """Whether a character belongs in a line: also one that this Python's Unicode does not have yet.

    What it has and does not print makes no mark: it hides, turns, or ends the line.
    """
    return char.isprintable() or (unicodedata.category(char) == "Cn" and shows(char))

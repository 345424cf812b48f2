"""Arabic letters in the forms in which they stand beside each other.

Unicode has each form as a character of its own, and says of which letter it is one. Fonts draw
those, so that no rules of the font are needed.
"""

from functools import cache
from unicodedata import category, decomposition

FORMS = (*range(0xFB50, 0xFDD0), *range(0xFE70, 0xFEFD))
ISOLATED, FINAL, INITIAL, MEDIAL = "<isolated>", "<final>", "<initial>", "<medial>"
LAM, ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"
JOINING = "\u0640\u200d"  # the line by which words are drawn out, and the invisible one
APART = "\u200c"  # between two letters that are not to join
MARKS = ("Mn", "Me", "Cf")  # letters join past them


@cache
def forms() -> dict[str, dict[str, str]]:
    """Of a letter, or of lam and alef, its characters by form."""
    found: dict[str, dict[str, str]] = {}
    for number in FORMS:
        form, *letters = decomposition(chr(number)).split() or [""]
        text = "".join(chr(int(letter, 16)) for letter in letters)
        if form in (ISOLATED, FINAL, INITIAL, MEDIAL) and (len(text) == 1 or is_ligature(text)):
            found.setdefault(text, {}).setdefault(form, chr(number))
    return found


def is_ligature(text: str) -> bool:
    return len(text) == 2 and text[0] == LAM and text[1] in ALEFS


def is_arabic(text: str) -> bool:
    return any("\u0620" <= char <= "\u06ff" or "\u0750" <= char <= "\u077f" for char in text)


@cache
def goes_on(char: str) -> bool:
    return char in JOINING or INITIAL in forms().get(char, ())


@cache
def takes(char: str) -> bool:
    return char in JOINING or FINAL in forms().get(char, ())


@cache
def is_passed(char: str) -> bool:
    return char not in JOINING + APART and category(char) in MARKS


def joined(text: str) -> list[tuple[str, int]]:
    """Each character in its form, and where in the text it stands; lam and alef become one."""
    known = forms()
    letters = [at for at, char in enumerate(text) if not is_passed(char)]
    made: dict[int, str] = {}
    gone: set[int] = set()
    for number, at in enumerate(letters):
        char = text[at]
        if char not in known or at in gone:
            continue
        after = text[letters[number + 1]] if number + 1 < len(letters) else ""
        is_taken = number > 0 and goes_on(text[letters[number - 1]]) and takes(char)
        if is_ligature(char + after):
            made[at] = known[char + after][FINAL if is_taken else ISOLATED]
            gone.add(letters[number + 1])
            continue
        is_held = after != "" and goes_on(char) and takes(after)
        form = (MEDIAL if is_held else FINAL) if is_taken else INITIAL if is_held else ISOLATED
        made[at] = known[char].get(form, char)
    return [(made.get(at, char), at) for at, char in enumerate(text) if at not in gone]
